"""Claim: every portrait's face is found, nothing else is mistaken for one, and detection takes a fraction of a second.

python benchmarks/faces.py FOLDER [--sheet faces.png]

Judge the detections by eye: the sheet shows the boxes and landmarks of faces (green), and the boxes of candidates with too low
a score (yellow).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import PIL.Image
import PIL.ImageDraw

from pinxit.faces import Face, find
from pinxit.faces.finder import AGAIN, SURE
from pinxit.image import Picture, fit, read, to_pil
from support.machine_info import describe

SIDE = 1024  # px, of a photograph on a screen
CELL = 240  # px, on the sheet
COLUMNS = 8


def main() -> None:
    """Print scores and seconds per picture, and draw the sheet."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    print(f"{describe()}")
    drawn, seconds = [], []
    for path in sorted(options.folder.iterdir()):
        picture = fit(read(path), SIDE)
        start = time.process_time()
        faces = find(picture, AGAIN)
        seconds.append(time.process_time() - start)
        print(f"{path.name:44} {seconds[-1]:.2f} s  {' '.join(f'{face.score:.2f}' for face in faces)}", flush=True)
        drawn.append(draw(picture, faces))
    print(f"{len(seconds)} pictures, {sum(seconds) / len(seconds):.2f} s each, {max(seconds):.2f} s at most")
    if options.sheet:
        sheet = PIL.Image.new("RGB", (COLUMNS * CELL, -(-len(drawn) // COLUMNS) * CELL))
        for number, image in enumerate(drawn):
            sheet.paste(image, (number % COLUMNS * CELL, number // COLUMNS * CELL))
        sheet.save(options.sheet)


def draw(picture: Picture, faces: list[Face]) -> PIL.Image.Image:
    """Return a small picture with the detections drawn in it."""
    small = fit(picture, CELL)
    image = to_pil(small).convert("RGB")
    pen = PIL.ImageDraw.Draw(image)
    for face in faces:
        left, top, right, bottom = face.box
        color = "lime" if face.score >= SURE else "yellow"
        box = (left * small.width, top * small.height, right * small.width, bottom * small.height)
        pen.rectangle(box, outline=color)
        if face.score >= SURE:
            pen.point([(x, y) for x, y in face.landmarks_at(small.height, small.width).tolist()], fill="red")
    return image


if __name__ == "__main__":
    main()
