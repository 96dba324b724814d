"""Make the picture in docs/how-to/assets.md: a scene that Blender builds, restyled, and rendered by Blender.

python docs/make_assets.py

It needs Blender and its NumPy (apt-get install blender python3-numpy), and takes two minutes.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from unittest import mock

import PIL.Image

from pinxit import image as pictures
from pinxit import prepare_assets

DOCS = Path(__file__).parent
STYLE = "house:swirl"
PHOTOS = {"head": "cat", "post": "coffee", "ring": "hubble", "ground": "rocket"}


def main() -> None:
    """Build the scene, restyle it with and without the last step, and lay the renders side by side."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for body, photo in PHOTOS.items():
            pictures.write(pictures.sample(photo), folder / "photos" / f"{body}.png")
        blender("build", folder)
        paint(folder / "scene.glb", folder / "evened.glb")
        # What the last step does is seen without it.
        with mock.patch("pinxit.scene.assets.even", lambda seams, painted, originals, islands: painted):
            paint(folder / "scene.glb", folder / "parted.glb")
        shown = [("scene", 1.0), ("evened", 1.0), ("parted", 0.6), ("evened", 0.6)]
        renders = []
        for model, zoom in shown:
            picture = folder / f"{model}-{zoom}.png"
            blender("render", folder / f"{model}.glb", picture, zoom)
            renders.append(PIL.Image.open(picture).convert("RGB"))
        width, height = renders[0].size
        whole = PIL.Image.new("RGB", (2 * width, 2 * height))
        for number, render in enumerate(renders):
            whole.paste(render, (number % 2 * width, number // 2 * height))
        whole.save(DOCS / "images" / "assets.jpg", quality=85)
    print(DOCS / "images" / "assets.jpg")


def paint(source: Path, target: Path) -> None:
    """Restyle a model and say how far colours differ across its seams."""
    job = prepare_assets(source, STYLE)
    *_, last = job.paint()
    textures, seams = job.restyled(last)
    print(target.name, {name: round(255 * value, 1) for name, value in vars(seams).items()})
    for _, content in job.files(textures, last, quality=95):
        target.write_bytes(content)


def blender(*arguments: object) -> None:
    """Run docs/assets_blender.py within Blender."""
    command = ["blender", "--background", "--python-exit-code", "1", "--python", str(DOCS / "assets_blender.py"), "--"]
    subprocess.run([*command, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
