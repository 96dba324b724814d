"""Pieces of a film, coded frame by frame; see `joining` for how they become one."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit.video.clip import open_clip
from pinxit.video.coding import TICK, Coding, codecs_of
from pinxit.video.ffmpeg import library, told
from pinxit.video.flow import Bytes

# Containers of a piece, by FFmpeg's names: the first that holds what the codec writes.
_KINDS = ("mp4", "mov", "matroska")
_ADVICE = "try another --codec, or another folder"


class Reel:
    """One file of coded frames, whose times begin at 0.

    Args:
        path: to write, an MP4 file whatever it is called, or a MOV or MKV where MP4 cannot hold the codec.
        height, width: px, even.
        coding: how.

    Raises:
        PinxitError: when it cannot be written, or there is no room.
    """

    def __init__(self, path: Path, height: int, width: int, coding: Coding) -> None:
        av = library()
        self._begin: Fraction | None = None
        self._path, self._coding = path, coding
        codec = av.Codec(coding.codec, "w").canonical_name
        kind = next((kind for kind in _KINDS if codec in codecs_of(kind)), _KINDS[-1])
        options = {} if kind == "matroska" else {"video_track_timescale": "90000"}
        with told(path, _ADVICE):
            self._container = av.open(f"file:{path}", "w", format=kind, options=options)
            self._stream: Any = coding.add_to(self._container, height, width)

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Encode a frame `(H, W, 3)`, shown from `time` s on."""
        self._begin = time if self._begin is None else self._begin
        frame = self._coding.frame(pixels, None)
        frame.pts, frame.time_base = round((time - self._begin) / TICK), TICK
        self._encode(frame)

    def close(self) -> None:
        """Finish the file."""
        self._encode(None)
        with told(self._path, _ADVICE):
            self._container.close()

    def _encode(self, frame: Any) -> None:
        try:
            with told(self._path, _ADVICE):
                for packet in self._stream.encode(frame):
                    self._container.mux(packet)
        except BaseException:
            # It is worth nothing now; what closes it later must have nothing left to complain of.
            with contextlib.suppress(Exception):
                self._container.close()
            raise


def comment_in(path: Path) -> str | None:
    """The comment in a clip's metadata, if it has one.

    Raises:
        PinxitError: when it is no clip.
    """
    with open_clip(path) as container:
        return {key.lower(): str(value) for key, value in container.metadata.items()}.get("comment")
