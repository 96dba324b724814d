"""Where live frames come from: a camera, or a clip at its own pace."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from time import monotonic, sleep

import cv2
import numpy as np

from pinxit.errors import PinxitError
from pinxit.video.clip import open_source
from pinxit.video.flow import Bytes


def frames_of(source: str, size: int, grid: int, *, paced: bool) -> Iterator[tuple[Fraction, Bytes]]:
    """Frames `(H, W, 3)` and their times, s, their longer side about `size` px, both sides multiples of `grid`.

    Args:
        source: a camera's number, a clip, or a folder of frames.
        size: px.
        grid: px.
        paced: whether a clip is shown at its own rate, frames that come too late left out.

    Raises:
        PinxitError: when there is no such camera or clip.
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
            height, width = _fitted(frame.shape[0], frame.shape[1], size, grid)
            small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
            now = Fraction(monotonic() - begin).limit_denominator(1000)
            yield now, np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)
            _, frame = camera.read()
    finally:
        camera.release()


def _clip(path: Path, size: int, grid: int, *, paced: bool) -> Iterator[tuple[Fraction, Bytes]]:
    source = open_source(path)
    height, width = _fitted(source.height, source.width, size, grid)
    begin = monotonic()
    for frame in source.frames():
        late = monotonic() - begin - float(frame.time)
        if paced and late > 1 / float(source.rate):
            continue
        if paced and late < 0:
            sleep(-late)
        yield frame.time, frame.picture(height, width)


def _fitted(height: int, width: int, size: int, grid: int) -> tuple[int, int]:
    scale = size / max(height, width)
    return max(grid, round(height * scale / grid) * grid), max(grid, round(width * scale / grid) * grid)
