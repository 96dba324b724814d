"""GIFs written frame by frame, and the text inside them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit.video.clip import library
from pinxit.video.flow import Bytes

# A GIF counts in hundredths of a second.
TICK = Fraction(1, 100)
# Blocks of the format (GIF89a, sections 24 and 27): a comment comes in parts of up to 255 bytes, before the trailer.
_COMMENT, _PART, _TRAILER = b"\x21\xfe", 255, b"\x3b"


def write_gif(path: Path, frames: Iterable[tuple[Fraction, Bytes, bool]], rate: Fraction, comment: str) -> None:
    """Write a GIF that runs for ever.

    Args:
        path: the file.
        frames: each with its time, s, its pixels `(H, W, 3)`, and whether a shot begins with it.
        rate: frames a second, on average.
        comment: a text to put inside.
    """
    av = library()
    with av.open(f"file:{path}", "w", format="gif", options={"loop": "0"}) as container:
        stream: Any = None
        palette: Any = None
        for time, pixels, begins in frames:
            image = PIL.Image.fromarray(pixels)
            if begins or palette is None:
                # One palette for a shot: with one for each frame all colours would flicker.
                palette = image.quantize(256, method=PIL.Image.Quantize.MEDIANCUT)
            # An error passed on from pixel to pixel would crawl like ants: the nearest colour, and no more.
            indices = np.asarray(image.quantize(palette=palette, dither=PIL.Image.Dither.NONE))
            if stream is None:
                stream = container.add_stream("gif", rate=rate)
                stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "pal8"
                stream.time_base = stream.codec_context.time_base = TICK
            frame = av.VideoFrame.from_ndarray((indices, _colors(palette)), format="pal8")
            frame.pts, frame.time_base = round(time / TICK), TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    text = comment.encode("ascii")
    parts = (text[start : start + _PART] for start in range(0, len(text), _PART))
    with path.open("r+b") as file:
        file.seek(-len(_TRAILER), 2)
        file.write(_COMMENT + b"".join(bytes([len(part)]) + part for part in parts) + b"\0" + _TRAILER)


def _colors(palette: PIL.Image.Image) -> Bytes:
    """`(256, 4)`: opaque, red, green, blue."""
    found = np.array(palette.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    colors = np.full((256, 4), 255, np.uint8)
    colors[: len(found), 1:] = found
    return colors
