"""Make every picture that the documentation shows, from samples and house styles alone: `make docs`.

python docs/make_pictures.py [NAME …]     some of: styles, hero, presets, dials, controls, losses, video
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit import picture as pictures
from pinxit import styles
from pinxit.job import StyleImage, prepare
from pinxit.picture import Picture
from pinxit.styles.contact import sheet
from pinxit.video.making import prepare as film

IMAGES = Path(__file__).parent / "images"
SIDE = 320  # of a painting
CELL = 300  # of its place on a sheet


def paint(content: str, style: str | Sequence[str | StyleImage], **options: Any) -> Picture:
    """A result of 320 px on its longer side."""
    job = prepare(content, style, **{"size": SIDE, **options})
    for progress in job.paint():
        print(f"\r{content} {style} {progress.facts}   ", end="", flush=True)
    print()
    return progress.picture()


def save(picture: Picture, name: str) -> None:
    """Write it as a JPEG small enough for a repository."""
    pictures.write(picture, IMAGES / f"{name}.jpg", overwrite=True, quality=88)


def square(picture: Picture, side: int = CELL) -> Picture:
    """The middle of a picture, as a square."""
    image = pictures.to_pil(picture)
    least = min(image.size)
    left, top = (image.width - least) // 2, (image.height - least) // 2
    cut = image.crop((left, top, left + least, top + least)).resize((side, side), PIL.Image.Resampling.LANCZOS)
    return pictures.from_pil(cut)


def with_inset(picture: Picture, style: str) -> Picture:
    """A result with its style in the corner."""
    image = pictures.to_pil(square(picture))
    inset = pictures.to_pil(styles.draw(style, SIDE)).resize((CELL // 4, CELL // 4), PIL.Image.Resampling.LANCZOS)
    frame = PIL.Image.new("RGB", (inset.width + 4, inset.height + 4), "white")
    frame.paste(inset, (2, 2))
    image.paste(frame, (CELL - frame.width - 6, CELL - frame.height - 6))
    return pictures.from_pil(image)


def make_styles() -> None:
    """The sheet of house styles."""
    save(styles.sheet(240), "styles")


def make_hero() -> None:
    """Photographs, and what became of them."""
    pairs = [
        ("astronaut", "swirl"),
        ("cat", "glass"),
        ("coffee", "impasto"),
        ("rocket", "waves"),
        ("motorcycle", "woodcut"),
    ]
    cells = [(content, square(pictures.sample(content))) for content, _ in pairs]
    cells += [(style, with_inset(paint(f"sample:{content}", f"house:{style}"), style)) for content, style in pairs]
    save(sheet(cells, CELL), "hero")


def make_presets() -> None:
    """What each preset makes of the same pair; the paper's at fewer iterations than its 500, for the sake of time."""
    cells = [("content", square(pictures.sample("astronaut"))), ("style", styles.draw("facets", CELL))]
    for preset in ("draft", "standard", "gatys"):
        options: dict[str, Any] = {"preset": preset}
        if preset == "draft":
            options["size"] = 256
        if preset == "gatys":
            options["iterations"] = 300
        cells.append((preset, square(paint("sample:astronaut", "house:facets", **options))))
    save(sheet(cells, CELL), "presets")


def make_dials() -> None:
    """What style weight and style scale do, in drafts."""
    dials = [("style_weight", 2), ("style_weight", 10), ("style_weight", 50), ("style_scale", 0.5), ("style_scale", 2)]
    cells = [
        (
            f"{name.replace('_', '-')} {value}",
            square(paint("sample:cat", "house:swirl", preset="draft", size=256, **{name: value})),
        )
        for name, value in dials
    ]
    save(sheet(cells, CELL), "dials")


def make_controls() -> None:
    """Regions, masks, colours, starts, mixtures and a network's strength, each in a small picture; the masks are drawn here."""
    rows, columns = np.mgrid[0:512, 0:512].astype(np.float32) / 512
    face = np.clip(1.5 - 12 * np.maximum(np.hypot((columns - 0.43) * 1.1, rows - 0.21) - 0.14, 0), 0, 1)
    slope = np.clip((columns - 0.5) * 8 + 0.5, 0, 1)
    draft: dict[str, Any] = {"preset": "draft", "size": 256}
    two: list[str | StyleImage] = ["house:swirl", StyleImage("house:woodcut", region=slope)]
    cells = [
        ("two regions", paint("sample:astronaut", two, **draft)),
        ("keep a face", paint("sample:astronaut", "house:mosaic", keep=face, **draft)),
        ("color style", paint("sample:coffee", "house:swirl", **draft)),
        ("color keep", paint("sample:coffee", "house:swirl", color="keep", **draft)),
        ("color match", paint("sample:coffee", "house:swirl", color="match", **draft)),
        ("two styles, 1 to 1", paint("sample:astronaut", ["house:swirl", "house:woodcut"], **draft)),
        ("style mask: its sky", paint("sample:coffee", [StyleImage("house:swirl", mask=1 - slope.T)], **draft)),
        ("init noise", paint("sample:cat", "house:glass", init="noise", **draft)),
        ("init style", paint("sample:cat", "house:glass", init="style", **draft)),
        ("network, strength 0.5", paint("sample:cat", "house:glass", engine="network", strength=0.5)),
    ]
    save(sheet([(name, square(cell)) for name, cell in cells], CELL), "controls")


def make_losses() -> None:
    """The loss curves as `--plot` draws them."""
    command = [
        sys.executable,
        "-m",
        "pinxit",
        "stylize",
        "sample:cat",
        "-s",
        "house:swirl",
        "-p",
        "draft",
        "--overwrite",
    ]
    subprocess.run([*command, "-o", "out/losses-example.png", "--plot", str(IMAGES / "losses.png")], check=True)


def make_video() -> None:
    """A row of pixels over time, and a film that goes over from one style to another."""
    benchmark = Path(__file__).parent.parent / "benchmarks" / "video.py"
    subprocess.run([sys.executable, benchmark, "--slices", IMAGES / "video-slices.jpg"], check=True)
    photo = pictures.fit(pictures.sample("cat"), SIDE)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "clip", Path(folder) / "film"
        for number in range(9):
            pictures.write(photo, source / f"{number}.png")
        styles_ = [("house:swirl", 0.0), ("house:woodcut", 2.0)]
        for _ in film(source, styles_, rate=4).paint(target):
            pass
        files = sorted(target.glob("*.png"))
        cells = [(f"{number / 4:g} s", square(pictures.read(files[number]), 200)) for number in (0, 2, 4, 6, 8)]
    save(sheet(cells, 200), "video-fade")


MAKERS: dict[str, Callable[[], None]] = {
    "styles": make_styles,
    "hero": make_hero,
    "presets": make_presets,
    "dials": make_dials,
    "controls": make_controls,
    "losses": make_losses,
    "video": make_video,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or MAKERS:
        MAKERS[chosen]()
