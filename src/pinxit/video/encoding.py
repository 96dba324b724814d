"""Video files encoded frame by frame; `pinxit.video.mux` joins them to a film."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit.video.codec import TICK, CodecSettings, supported_codecs
from pinxit.video.ffmpeg import import_av, translate_ffmpeg_errors
from pinxit.video.optical_flow import Bytes

# Containers in order of preference, by FFmpeg's names: a file gets the first that can hold its codec.
_CONTAINERS = ("mp4", "mov", "matroska")
_ADVICE = "try another --codec, or another folder"


class VideoWriter:
    """A file of encoded frames, whose times begin at 0.

    Args:
        path: the file: MP4 whatever its ending is, or MOV or MKV where MP4 cannot hold the codec.
        height, width: of the frames, px; both even.
        codec: the encoder's settings.

    Raises:
        PinxitError: when it cannot be written, or there is no room.
    """

    def __init__(self, path: Path, height: int, width: int, codec: CodecSettings) -> None:
        av = import_av()
        self._begin: Fraction | None = None
        self._path, self._codec = path, codec
        name = av.Codec(codec.codec, "w").canonical_name
        container = next((each for each in _CONTAINERS if name in supported_codecs(each)), _CONTAINERS[-1])
        options = {} if container == "matroska" else {"video_track_timescale": "90000"}
        with translate_ffmpeg_errors(path, _ADVICE):
            self._container = av.open(f"file:{path}", "w", format=container, options=options)
            self._stream: Any = codec.add_stream_to(self._container, height, width)

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Encode a frame `(H, W, 3)`, shown from `time` s on."""
        self._begin = time if self._begin is None else self._begin
        frame = self._codec.frame(pixels, None)
        frame.pts, frame.time_base = round((time - self._begin) / TICK), TICK
        self._encode(frame)

    def close(self) -> None:
        """Finish the file."""
        self._encode(None)
        with translate_ffmpeg_errors(self._path, _ADVICE):
            self._container.close()

    def _encode(self, frame: Any) -> None:
        try:
            with translate_ffmpeg_errors(self._path, _ADVICE):
                for packet in self._stream.encode(frame):
                    self._container.mux(packet)
        except BaseException:
            # The file is worthless now. Close it here, so that no later close fails again.
            with contextlib.suppress(Exception):
                self._container.close()
            raise
