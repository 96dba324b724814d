"""GIFs, written frame by frame, with a comment inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit.video.ffmpeg import import_av, translate_ffmpeg_errors
from pinxit.video.mux import TimedPacket, with_durations
from pinxit.video.optical_flow import Bytes

GifFrame = tuple[Fraction, Bytes, Bytes | None, bool]

TICK = Fraction(1, 100)  # s: a GIF's unit of time
_TRANSPARENT = 255  # index of the transparent colour among 256
_HALF = 128  # of 255: below this opacity a pixel becomes transparent
_MIN_DELAY = 2  # ticks: players show a frame with a shorter delay for ten
# Blocks of the format (GIF89a, sections 24 and 27): a comment consists of sub-blocks of up to 255 bytes, before the trailer.
_COMMENT, _SUB_BLOCK, _TRAILER = b"\x21\xfe", 255, b"\x3b"


def displayable(times: Sequence[Fraction]) -> list[bool]:
    """Return which of the frames at `times`, s, a GIF can show: those at least `_MIN_DELAY` after the one before."""
    kept, last = list[bool](), -_MIN_DELAY
    for time in times:
        tick = round(time / TICK)
        kept.append(tick >= last + _MIN_DELAY)
        last = tick if kept[-1] else last
    return kept


def write_gif(path: Path, frames: Iterable[GifFrame], rate: Fraction, length: Fraction, comment: str) -> None:
    """Write a GIF that repeats for ever.

    Args:
        path: the file.
        frames: for each frame its time, s, its pixels `(H, W, 3)`, their opacity `(H, W)` or None, and whether a shot begins
            with it. Pixels less than half opaque become transparent.
        rate: average frames a second.
        length: duration of the whole, s.
        comment: the text of the comment, ASCII.

    Raises:
        PinxitError: when the file cannot be written, or the disk is full.
    """
    av = import_av()
    with (
        translate_ffmpeg_errors(path, "choose another folder"),
        av.open(f"file:{path}", "w", format="gif", options={"loop": "0"}) as container,
    ):
        for _, packet in with_durations(_encoded(container, frames, rate), length):
            container.mux(packet)
    with translate_ffmpeg_errors(path, "choose another folder"):
        _add_comment(path, comment)


def _encoded(container: Any, frames: Iterable[GifFrame], rate: Fraction) -> Iterator[TimedPacket]:
    stream: Any = None
    palette: Any = None
    for time, pixels, alpha, begins in frames:
        image = PIL.Image.fromarray(pixels)
        if begins or palette is None:
            # One palette for a shot, because a palette for each frame would flicker. One index is left for transparency.
            palette = image.quantize(_TRANSPARENT, method=PIL.Image.Quantize.MEDIANCUT)
        # No dithering: its noise would crawl from frame to frame.
        indices = np.array(image.quantize(palette=palette, dither=PIL.Image.Dither.NONE))
        if alpha is not None:
            indices[alpha < _HALF] = _TRANSPARENT
        if stream is None:
            stream = container.add_stream("gif", rate=rate)
            stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "pal8"
            stream.time_base = stream.codec_context.time_base = TICK
        frame = import_av().VideoFrame.from_ndarray((indices, _colors(palette)), format="pal8")
        frame.pts, frame.time_base = round(time / TICK), TICK
        for packet in stream.encode(frame):
            yield packet.pts * packet.time_base, packet
    for packet in stream.encode(None):
        yield packet.pts * packet.time_base, packet


def _add_comment(path: Path, comment: str) -> None:
    text = comment.encode("ascii")
    blocks = (text[start : start + _SUB_BLOCK] for start in range(0, len(text), _SUB_BLOCK))
    with path.open("r+b") as file:
        file.seek(-len(_TRAILER), 2)
        file.write(_COMMENT + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0" + _TRAILER)


def _colors(palette: PIL.Image.Image) -> Bytes:
    """Return a palette as `(256, 4)`: opacity, red, green, blue; the last colour is transparent."""
    found = np.array(palette.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:_TRANSPARENT]
    colors = np.full((256, 4), 255, np.uint8)
    colors[: len(found), 1:] = found
    colors[_TRANSPARENT] = 0
    return colors
