"""Compare grades of photographs with those by means and deviations (Reinhard) and by means and covariances (MKL).

python benchmarks/grade.py [--data FOLDER] [--sheet sheet.png]

The pairs are those by which the constants of `pinxit.texture.color_grade` were chosen. For each method, over all pairs: the
bands, which are the largest second difference of four gradients, in levels of grey as they look; the share of the photograph's
pixels that are clipped at the edge of sRGB and were not before; and the distance of colours from the style
(`pinxit.metrics.color_distance`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.grading import prepare_grade
from pinxit.image import Picture
from pinxit.image.colorspaces import oklab_to_srgb, srgb_to_oklab
from pinxit.image.contact_sheet import contact_sheet
from pinxit.metrics.color_distance import color_distance
from pinxit.texture.color_transfer import colors_of, recolor

PAIRS = """
portrait_woman_afro city_boston_sunset,
landscape_mountain_lake landscape_hills_sunrise,
landscape_lake_pier night_city_singapore,
golden_gate sagano_bamboo_forest,
people_street_bicycles interior_kitchen_512,
portrait_girl_blue_eyes flowers_tulip_field,
newyork city_boston_sunset,
kodak01_wall winter_wolf,
city_boston_sunset winter_wolf,
interior_living_room_512 portrait_very_dark,
food_spices landscape_lake_pier,
sailboat landscape_hills_sunrise,
product_coffee_cup night_city_bus,
portrait_young_man_dark golden_gate,
night_city_bus portrait_woman_afro,
building_colosseum night_city_singapore,
vehicle_food_van kinkaku_ji,
portrait_woman_tshirt_logo hoovertowernight,
street_traffic grayscale_cameraman,
winter_wolf flowers,
crowd_concert landscape_mountain_lake,
animal_osprey product_red_pepper,
tubingen hoovertowernight,
portrait_astronaut landscape_lake_pier
"""
SIDE = 300  # px: longer side
LEVEL = 0.0035  # OKLab: distance between two neighbouring greys of eight bits
RAMPS = (
    ((0, 0, 0), (1, 1, 1)),
    ((0.15, 0.35, 0.6), (0.75, 0.88, 1)),
    ((0.2, 0.05, 0), (1, 0.8, 0.6)),
    ((0, 0.1, 0), (0.6, 1, 0.4)),
)

Map = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def main() -> None:
    """Print the table, and draw the sheet."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data/content"))
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    cells: list[tuple[str, Picture]] = []
    figures: dict[str, list[tuple[float, ...]]] = {}
    for pair in PAIRS.replace("\n", " ").split(","):
        photo, style = (read(options.data, name) for name in pair.split())
        cells += [("photograph", photo), ("style", style)]
        for method, mapped in maps(photo, style).items():
            graded = photo.with_pixels(mapped(photo.pixels))
            figures.setdefault(method, []).append(measure(mapped, photo, graded, style))
            cells.append((method, graded))
    print(
        f"{'':10} {'bands: most':>12} {'mean':>6} {'clipped: most':>14} {'mean':>6} {'greys: most':>12} {'distance':>9}"
    )
    for method, rows in figures.items():
        most, mean = np.max(rows, axis=0), np.mean(rows, axis=0)
        print(f"{method:10} {most[0]:12.1f} {mean[0]:6.2f} {most[1]:14.1%} {mean[1]:6.1%} {mean[2]:9.3f}")
    if options.sheet:
        pictures.write(contact_sheet(cells, SIDE, columns=5), options.sheet, overwrite=True)


def read(folder: Path, name: str) -> Picture:
    """Return a photograph by its name without the ending."""
    return pictures.fit(pictures.read(next(folder.glob(f"{name}.*"))), SIDE)


def maps(photo: Picture, style: Picture) -> dict[str, Map]:
    """Return the maps of colours by the three methods."""
    table = prepare_grade(photo, [style]).table
    own, wanted = colors_of(photo.pixels), colors_of(style.pixels)
    before, after = (srgb_to_oklab(one.pixels).reshape(3, -1) for one in (photo, style))
    gain = after.std(axis=1) / before.std(axis=1).clip(1e-3)

    def reinhard(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        lab = srgb_to_oklab(pixels).reshape(3, -1)
        moved = (lab - before.mean(axis=1, keepdims=True)) * gain[:, None] + after.mean(axis=1, keepdims=True)
        return np.ascontiguousarray(oklab_to_srgb(moved).reshape(pixels.shape))

    return {"Reinhard": reinhard, "MKL": lambda pixels: recolor(pixels, own, wanted, 1), "pinxit": table.apply}


def measure(mapped: Map, photo: Picture, graded: Picture, style: Picture) -> tuple[float, ...]:
    """Return bands, clipped share, and distance from the style."""
    bands = []
    for first, last in RAMPS:
        lab = srgb_to_oklab(mapped(np.linspace(first, last, 256, dtype=np.float32).T.copy()))
        bands.append(np.linalg.norm(np.diff(lab, 2, axis=1)[:, 8:], axis=0).max() / LEVEL)
    edge = 0.5 / 255
    inside = ((photo.pixels > edge) & (photo.pixels < 1 - edge)).all(axis=0)
    clipped = inside & ((graded.pixels <= edge) | (graded.pixels >= 1 - edge)).any(axis=0)
    return float(max(bands)), float(clipped.mean()), color_distance(graded, style)


if __name__ == "__main__":
    main()
