"""Live input: frames of a camera, or of a clip at its own pace."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from time import monotonic, sleep

import cv2
import numpy as np

from pinxit.errors import PinxitError
from pinxit.video.clip import open_source
from pinxit.video.optical_flow import Bytes


def live_frames(source: str, size: int, grid: int, *, paced: bool) -> Iterator[tuple[Fraction, Bytes]]:
    """Yield the frames of a source, `(H, W, 3)`, with their times, s.

    Args:
        source: a camera's number, a clip, or a folder of frames.
        size: the longer side, px, to which frames are resized approximately.
        grid: both sides become multiples of this, px.
        paced: whether a clip is played at its own rate, and frames that come too late are dropped.

    Raises:
        PinxitError: when the camera or the clip does not exist.
    """
    return _camera(int(source), size, grid) if source.isdigit() else _clip(Path(source), size, grid, paced=paced)


def _camera(number: int, size: int, grid: int) -> Iterator[tuple[Fraction, Bytes]]:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    camera = cv2.VideoCapture(number)
    try:
        _, frame = camera.read() if camera.isOpened() else (False, None)
        if frame is None:
            raise PinxitError(f"there is no camera {number}, or another program has it: give a clip by --source.")
        begin = monotonic()
        while frame is not None:
            height, width = _size_on_grid(frame.shape[0], frame.shape[1], size, grid)
            small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
            now = Fraction(monotonic() - begin).limit_denominator(1000)
            yield now, np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)
            _, frame = camera.read()
    finally:
        camera.release()


def _clip(path: Path, size: int, grid: int, *, paced: bool) -> Iterator[tuple[Fraction, Bytes]]:
    source = open_source(path)
    height, width = _size_on_grid(source.height, source.width, size, grid)
    begin = monotonic()
    for frame in source.frames():
        late = monotonic() - begin - float(frame.time)
        if paced and late > 1 / float(source.rate):
            continue
        if paced and late < 0:
            sleep(-late)
        yield frame.time, frame.picture(height, width)


def _size_on_grid(height: int, width: int, size: int, grid: int) -> tuple[int, int]:
    scale = size / max(height, width)
    return max(grid, round(height * scale / grid) * grid), max(grid, round(width * scale / grid) * grid)
