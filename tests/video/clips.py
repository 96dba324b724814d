"""Clips made for tests."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from pinxit import image as pictures
from pinxit.video.optical_flow import Bytes

PHOTO = pictures.to_array(pictures.fit(pictures.sample("coffee"), 240), np.uint8)
OTHER = pictures.to_array(pictures.fit(pictures.sample("cat"), 240), np.uint8)


def pan(count: int, height: int = 64, width: int = 96, photo: Bytes = PHOTO) -> list[Bytes]:
    """Return the frames of a camera that moves 1.5 px to the right and 0.5 px down with each frame."""
    frames = []
    for number in range(count):
        move = np.array([[1, 0, -20 - 1.5 * number], [0, 1, -20 - 0.5 * number]])
        frames.append(np.asarray(cv2.warpAffine(photo, move, (width, height), flags=cv2.INTER_CUBIC), np.uint8))
    return frames


def write(
    path: Path,
    frames: list[Bytes],
    *,
    times: list[Fraction] | None = None,
    rate: Fraction = Fraction(24),
    codec: str = "libx264",
    sound: bool = False,
    turned: int = 0,
    aspect: Fraction = Fraction(1),
    matrix: int = 1,
) -> Path:
    """Write a clip, with a tone of the same length if `sound`."""
    # With the index first, a truncated file still declares its number of frames.
    options = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.height, stream.width, stream.pix_fmt = *frames[0].shape[:2], "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)
        stream.codec_context.sample_aspect_ratio = aspect
        stream.codec_context.colorspace = matrix
        if codec == "libx264":
            stream.options = {"crf": "8"}
        if turned:
            stream.set_display_rotation(turned)
        tone: Any = container.add_stream("aac", rate=44100, layout="mono") if sound else None
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace=matrix)
            time = number / rate if times is None else times[number]
            frame.pts, frame.time_base = round(time * 90_000), Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if tone is not None:
            wave = np.sin(np.arange(round(44100 * len(frames) / rate)) / 20).astype(np.float32)[None]
            audio = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            audio.sample_rate, audio.pts, audio.time_base = 44100, 0, Fraction(1, 44100)
            for packet in [*tone.encode(audio), *tone.encode(None)]:
                container.mux(packet)
    return path


def times_of(path: Path) -> list[float]:
    """Return the time of each frame, s."""
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0)]


def packets_of(path: Path) -> list[bytes]:
    """Return the packets of the sound."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]
