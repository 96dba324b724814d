"""GIFs written frame by frame, and the text inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit.video.ffmpeg import library, told
from pinxit.video.flow import Bytes
from pinxit.video.joining import Timed, lasting

Painted = tuple[Fraction, Bytes, Bytes | None, bool]

# A GIF counts in hundredths of a second.
TICK = Fraction(1, 100)
# The place of what is clear among 256 colours, and the opacity below which something is.
_CLEAR, _HALF = 255, 128
# Hundredths of a second that a frame is shown at least.
_SHORTEST = 2
# Blocks of the format (GIF89a, sections 24 and 27): a comment comes in parts of up to 255 bytes, before the trailer.
_COMMENT, _PART, _TRAILER = b"\x21\xfe", 255, b"\x3b"


def shown(times: Sequence[Fraction]) -> list[bool]:
    """Return which of the frames at some times, s, a GIF shows: players take a shorter delay than two hundredths for ten."""
    kept, last = list[bool](), -_SHORTEST
    for time in times:
        tick = round(time / TICK)
        kept.append(tick >= last + _SHORTEST)
        last = tick if kept[-1] else last
    return kept


def write_gif(path: Path, frames: Iterable[Painted], rate: Fraction, length: Fraction, comment: str) -> None:
    """Write a GIF that runs for ever.

    Args:
        path: the file.
        frames: each with its time, s, its pixels `(H, W, 3)`, their opacity `(H, W)` or None, and whether a shot begins
            with it. What is less than half opaque is transparent.
        rate: frames a second, on average.
        length: of the whole, s.
        comment: a text to put inside.

    Raises:
        PinxitError: when it cannot be written, or there is no room.
    """
    av = library()
    with (
        told(path, "choose another folder"),
        av.open(f"file:{path}", "w", format="gif", options={"loop": "0"}) as container,
    ):
        for _, packet in lasting(_coded(container, frames, rate), length):
            container.mux(packet)
    with told(path, "choose another folder"):
        _add_comment(path, comment)


def _coded(container: Any, frames: Iterable[Painted], rate: Fraction) -> Iterator[Timed]:
    stream: Any = None
    palette: Any = None
    for time, pixels, alpha, begins in frames:
        image = PIL.Image.fromarray(pixels)
        if begins or palette is None:
            # One palette for a shot: with one for each frame all colours would flicker. One place is for what is clear.
            palette = image.quantize(_CLEAR, method=PIL.Image.Quantize.MEDIANCUT)
        # An error passed on from pixel to pixel would crawl like ants: the nearest colour, and no more.
        indices = np.array(image.quantize(palette=palette, dither=PIL.Image.Dither.NONE))
        if alpha is not None:
            indices[alpha < _HALF] = _CLEAR
        if stream is None:
            stream = container.add_stream("gif", rate=rate)
            stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "pal8"
            stream.time_base = stream.codec_context.time_base = TICK
        frame = library().VideoFrame.from_ndarray((indices, _colors(palette)), format="pal8")
        frame.pts, frame.time_base = round(time / TICK), TICK
        for packet in stream.encode(frame):
            yield packet.pts * packet.time_base, packet
    for packet in stream.encode(None):
        yield packet.pts * packet.time_base, packet


def _add_comment(path: Path, comment: str) -> None:
    text = comment.encode("ascii")
    parts = (text[start : start + _PART] for start in range(0, len(text), _PART))
    with path.open("r+b") as file:
        file.seek(-len(_TRAILER), 2)
        file.write(_COMMENT + b"".join(bytes([len(part)]) + part for part in parts) + b"\0" + _TRAILER)


def _colors(palette: PIL.Image.Image) -> Bytes:
    """`(256, 4)`: opacity, red, green, blue; the last is clear."""
    found = np.array(palette.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:_CLEAR]
    colors = np.full((256, 4), 255, np.uint8)
    colors[: len(found), 1:] = found
    colors[_CLEAR] = 0
    return colors
