"""Live avatars: the people in a camera's painted picture, on a background of one colour."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.matting.person import PersonMatte
from pinxit.video.optical_flow import Bytes

GREEN = "#00b140"
"""The background unless another is asked for: the green that other programs key out."""


class LiveAvatar:
    """A painter of the background around people in live frames.

    Args:
        background: its colour, as #rrggbb.

    Raises:
        PinxitError: when that is not a colour.
    """

    def __init__(self, background: str = GREEN) -> None:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", background):
            raise PinxitError(f"--background is a colour such as {GREEN}, not {background!r}.")
        self._background: NDArray[np.float32] = np.array(list(bytes.fromhex(background[1:])), np.float32)
        self._matte = PersonMatte(following=True)

    def __call__(self, frame: Bytes, painted: Bytes) -> Bytes:
        """Return the painted frame where people are, and the background elsewhere.

        Args:
            frame: the camera's, `(H, W, 3)`.
            painted: the same frame, painted.
        """
        share = self._matte(frame)[..., None]
        mixed = self._background + share * (painted - self._background)
        return np.asarray(mixed + np.float32(0.5), np.uint8)
