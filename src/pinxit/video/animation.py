"""Animated WebP and APNG, written frame by frame, with the recipe inside: what pages and chats show like a picture."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit.image.metadata import KEY, ascii_json, exif_with
from pinxit.image.png import png_chunk, png_text
from pinxit.video.ffmpeg import import_av, translate_ffmpeg_errors
from pinxit.video.mux import TimedPacket, with_durations
from pinxit.video.optical_flow import Bytes

ANIMATIONS = (".webp", ".apng")
TICK = Fraction(1, 1000)  # s: the unit of time of both
_QUALITY = "90"  # of 100, for WebP: its losses are invisible in a painting
_THREADS = 1  # more of them would change the bytes
_SIGNATURE = 8  # bytes of a PNG before its chunks
# In a frame's chunk fcTL the delay begins at this byte: a number of ticks, and how many make a second, 0 for hundredths.
_PNG_DELAY, _LONGEST_DELAY, _HUNDREDTHS = 20, 65_535, 100
_EXIF_FLAG = 0x08  # of WebP's extended header (RFC 9649, section 2.7)
_DELAY = slice(12, 15)  # bytes of a frame's chunk that hold its duration, ms


def write_animation(
    path: Path,
    kind: str,
    frames: Iterable[tuple[Fraction, Bytes, Bytes | None]],
    *,
    rate: Fraction,
    length: Fraction,
    recipe: str,
) -> None:
    """Write an animation that repeats for ever.

    Args:
        path: the file.
        kind: `.webp` or `.apng`.
        frames: for each frame its time, s, its pixels `(H, W, 3)`, and their opacity `(H, W)` or None.
        rate: average frames a second.
        length: duration of the whole, s.
        recipe: JSON text to store inside.

    Raises:
        PinxitError: when the file cannot be written, or the disk is full.
    """
    av = import_av()
    form, options = ("webp", {"loop": "0"}) if kind == ".webp" else ("apng", {"plays": "0"})
    with (
        translate_ffmpeg_errors(path, "choose another folder"),
        av.open(f"file:{path}", "w", format=form, options=options) as container,
    ):
        packets = _encoded(container, kind, frames, rate)
        for _, packet in packets if kind == ".webp" else with_durations(packets, length):
            container.mux(packet)
    with translate_ffmpeg_errors(path, "choose another folder"):
        content = path.read_bytes()
        path.write_bytes(
            _finish_webp(content, recipe, length) if kind == ".webp" else _finish_apng(content, recipe, length)
        )


def _encoded(
    container: Any,
    kind: str,
    frames: Iterable[tuple[Fraction, Bytes, Bytes | None]],
    rate: Fraction,
) -> Iterator[TimedPacket]:
    stream: Any = None
    for time, pixels, alpha in frames:
        if stream is None:
            stream = _stream(container, kind, pixels, rate, clear=alpha is not None)
        if alpha is None and stream.pix_fmt in ("rgba", "yuva420p"):
            alpha = np.full(pixels.shape[:2], 255, np.uint8)
        array = pixels if alpha is None else np.concatenate([pixels, alpha[..., None]], axis=2)
        frame = import_av().VideoFrame.from_ndarray(
            np.ascontiguousarray(array), format="rgb24" if alpha is None else "rgba"
        )
        frame = frame.reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = round(time / TICK), TICK
        for packet in stream.encode(frame):
            yield packet.pts * packet.time_base, packet
    for packet in stream.encode(None):
        yield (packet.pts or 0) * packet.time_base, packet


def _stream(container: Any, kind: str, pixels: Bytes, rate: Fraction, *, clear: bool) -> Any:
    stream = container.add_stream("libwebp_anim" if kind == ".webp" else "apng", rate=rate)
    stream.height, stream.width = pixels.shape[:2]
    if kind == ".webp":
        stream.pix_fmt = "yuva420p" if clear else "yuv420p"
        stream.options = {"quality": _QUALITY}
    else:
        stream.pix_fmt = "rgba" if clear else "rgb24"
    stream.time_base = stream.codec_context.time_base = TICK
    stream.codec_context.thread_count = _THREADS
    return stream


def _finish_apng(content: bytes, recipe: str, length: Fraction) -> bytes:
    """Return a PNG with the recipe behind its header, and with the duration of its last frame, which FFmpeg guesses."""
    chunks = list(_png_chunks(content))
    shown = Fraction(0)
    animated = [number for number, (kind, _) in enumerate(chunks) if kind == b"fcTL"]
    for number in animated:
        data = bytearray(chunks[number][1])
        if number == animated[-1]:
            last = max(1, round((length - shown) / TICK))
            struct.pack_into(">HH", data, _PNG_DELAY, min(last, _LONGEST_DELAY), TICK.denominator)
            chunks[number] = (b"fcTL", bytes(data))
        ticks, second = struct.unpack_from(">HH", data, _PNG_DELAY)
        shown += Fraction(ticks, second or _HUNDREDTHS)
    header, *rest = [png_chunk(kind, data) for kind, data in chunks]
    return content[:_SIGNATURE] + header + png_text(KEY, ascii_json(recipe)) + b"".join(rest)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a PNG's chunks: kind and data."""
    at = _SIGNATURE
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _finish_webp(content: bytes, recipe: str, length: Fraction) -> bytes:
    """Return a WebP with the recipe as EXIF, and with the duration of its last frame, which FFmpeg guesses."""
    chunks = list(_chunks(content))
    shown = 0
    animated = [number for number, (kind, _) in enumerate(chunks) if kind == b"ANMF"]
    for number in animated:
        data = bytearray(chunks[number][1])
        if number == animated[-1]:
            data[_DELAY] = max(1, round(length / TICK) - shown).to_bytes(3, "little")
            chunks[number] = (b"ANMF", bytes(data))
        shown += int.from_bytes(data[_DELAY], "little")
    if chunks[0][0] != b"VP8X":  # a single opaque frame has no extended header yet
        with PIL.Image.open(io.BytesIO(content), formats=("WEBP",)) as image:
            sides = b"".join((side - 1).to_bytes(3, "little") for side in image.size)
        chunks.insert(0, (b"VP8X", bytes(4) + sides))
    header = bytearray(chunks[0][1])
    header[0] |= _EXIF_FLAG
    chunks[0] = (b"VP8X", bytes(header))
    chunks.append((b"EXIF", exif_with(recipe, None)))
    body = b"".join(kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a WebP's chunks: kind and data (RFC 9649, section 2.3)."""
    at = 12
    while at + 8 <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
