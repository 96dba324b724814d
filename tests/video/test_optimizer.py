"""Films by the optimiser: what a frame starts from."""

from __future__ import annotations

import numpy as np

from pinxit.video.optical_flow import Bytes
from pinxit.video.optimizer import recolored_like

SIDE = 200


def striped(chroma: int, width: int) -> Bytes:
    """Return grey from dark to bright, with stripes, reddish and greenish, that are so many px wide."""
    frame = np.repeat(np.linspace(40, 210, SIDE)[:, None, None], SIDE, axis=1).repeat(3, axis=2)
    sign = np.where(np.arange(SIDE) // width % 2, 1, -1)
    frame[..., 0] += chroma * sign
    frame[..., 1] -= chroma * sign
    return frame.round().astype(np.uint8)


def contrast(frame: Bytes) -> float:
    """Return how much red and green differ from each other along the rows."""
    apart = frame[..., 0].astype(float) - frame[..., 1]
    return float(apart.std(axis=1).mean())


def test_coarse_colours_become_the_painting_s_and_fine_chroma_gains_no_contrast() -> None:
    painted = striped(30, 50)
    for width, least, most in ((50, 2.5, 3.5), (1, 0.5, 1.1)):
        frame = striped(10, width)
        assert least < contrast(recolored_like(frame, painted)) / contrast(frame) < most
