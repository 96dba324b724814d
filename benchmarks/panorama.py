"""Claim: a painted panorama has no seams, neither along the cube's edges nor at the date line, and no pinched poles.

Steps across the twelve edges and the date line are relative to the median step between adjacent lines. At the poles, the
figures say how much neighbours along the parallels differ, relative to other parallels and to neighbours along the meridians
there. The source is a picture without seams; its flat painting, with strokes of the same size, shows what is avoided.

    python benchmarks/panorama.py [--engine network] [--size 1024] [--iterations 40,20,8] [--picture pano.jpg]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.job import Job
from pinxit.preparation import prepare
from pinxit.surface import projection
from pinxit.surface.panorama import prepare_panorama
from pinxit.surface.sphere_seams import cube_edges, date_line, poles
from support.machine_info import describe
from support.synthetic_panorama import landscape


def main() -> None:
    """Paint as a sphere, as a cube map and flat, and print the measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=("network", "optimizer"), default="network")
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--iterations", default="40,20,8")
    parser.add_argument("--style", default="house:swirl")
    parser.add_argument(
        "--picture", type=Path, help="a panorama; left out, the landscape of support/synthetic_panorama.py"
    )
    parser.add_argument("--keep", type=Path, help="a folder to write the pictures to")
    options = parser.parse_args()
    print(describe())
    size = options.size
    source = pictures.read(options.picture) if options.picture else Picture(projection.as_panorama(landscape, 2 * size))
    settings = {"size": size, "engine": options.engine, "iterations": options.iterations}
    print("| | worst edge | edges, mean | date line | zenith | nadir |")
    print("| --- | --- | --- | --- | --- | --- |")
    made = {
        "source": Picture(projection.shrunk_panorama(source.pixels, size)),
        "pinxit panorama": painted(prepare_panorama(source, options.style, **settings)),
        "pinxit stylize": painted(prepare(source, options.style, style_scale=0.5, **settings)),
    }
    for name, picture in made.items():
        print(f"| {name} | {measures(picture)} |")
        if options.keep:
            pictures.write(picture, options.keep / f"{name.replace(' ', '-')}.png", overwrite=True)
    strip = (
        painted(prepare_panorama(source, options.style, cubemap=True, **settings)).pixels
        if options.engine == "network"
        else None
    )
    if strip is not None:
        names = ("px", "nx", "py", "ny", "pz", "nz")
        found = cube_edges(dict(zip(names, np.split(strip, 6, 1), strict=True)))
        print(
            f"pinxit panorama --cubemap: worst edge {max(found.values()):.2f}, mean {np.mean(list(found.values())):.2f}"
        )


def painted(job: Job) -> Picture:
    """Return the last picture of a job."""
    *_, last = job.paint()
    return last.picture()


def measures(picture: Picture) -> str:
    """Return a row of the table."""
    found = cube_edges(projection.as_cube(projection.panorama(picture, picture.width), picture.width // 4))
    ends = poles(picture.pixels)
    cells = [f"{max(found.values()):.2f}", f"{np.mean(list(found.values())):.2f}", f"{date_line(picture.pixels):.2f}"]
    return " | ".join(cells + [f"{change:.2f}, {isotropy:.2f}" for change, isotropy in (ends["zenith"], ends["nadir"])])


if __name__ == "__main__":
    main()
