"""A contact sheet: pictures side by side with their names."""

from __future__ import annotations

from collections.abc import Sequence

import PIL.Image
from PIL import ImageDraw, ImageFont

from pinxit.errors import printable
from pinxit.image import Picture, fit, from_pil, to_pil

_SMALLEST = 0.6  # share of the usual size of letters; a name that is still too long loses its middle
_PAPER, _INK = (246, 243, 236), (40, 36, 32)


def contact_sheet(pictures: Sequence[tuple[str, Picture]], cell: int, columns: int = 5) -> Picture:
    """Lay out named pictures in a grid.

    Args:
        pictures: names and pictures.
        cell: side of the square that each picture fits, px.
        columns: pictures in a row.
    """
    gap, line = max(4, cell // 24), max(12, cell // 9)
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    size = (gap + columns * (cell + gap), gap + rows * (cell + line + gap))
    paper = PIL.Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(paper)
    for number, (name, picture) in enumerate(pictures):
        left = gap + number % columns * (cell + gap)
        top = gap + number // columns * (cell + line + gap)
        image = to_pil(fit(picture, cell)).convert("RGB")
        paper.paste(image, (left + (cell - image.width) // 2, top + (cell - image.height) // 2))
        text, font = _label(name, line * 0.7, cell)
        pen.text((left + cell / 2, top + cell + line * 0.55), text, fill=_INK, font=font, anchor="mm")
    return from_pil(paper)


def _label(name: str, size: float, width: int) -> tuple[str, ImageFont.FreeTypeFont | ImageFont.ImageFont]:
    """Fit a name into one line of `width` px: first by smaller letters, then by dropping its middle."""
    # No letter is narrower than a pixel, so that the two ends of a far too long name are enough to choose from.
    name = name if len(name) <= 4 * width else f"{name[: 2 * width]}…{name[-2 * width :]}"
    name = printable(" ".join(name.split()))
    for share in (1, 0.9, 0.8, 0.7, _SMALLEST):  # small letters snap to whole pixels: their length cannot be predicted
        font = ImageFont.load_default(size * share)
        if font.getlength(name) <= width:
            return name, font

    def shortened(kept: int) -> str:
        return f"{name[: -(-kept // 2)]}…{name[len(name) - kept // 2 :]}"

    # Binary search between a number of letters that fits and one that does not.
    fitting, too_many = 1, len(name)
    while too_many - fitting > 1:
        kept = (fitting + too_many) // 2
        if font.getlength(shortened(kept)) <= width:
            fitting = kept
        else:
            too_many = kept
    return shortened(fitting), font
