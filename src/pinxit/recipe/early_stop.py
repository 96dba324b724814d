"""The picture of a run that is stopped before it is done: it has the size asked for, and is never worse than the preview.

Until its last scale the optimiser has only a smaller picture, and at the first scale that is hardly more than the blurred
photograph. The network paints the whole picture in a second, so it provides what the optimiser lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.image.wrap import Wrap
from pinxit.recipe.choices import EarlyStop
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.progress import WrappedProgress

LEAST_ITERATIONS = 25
"""Iterations after which a picture with only one scale shows more of the style than the network's painting does. Strokes have
appeared then on all of three photographs that were looked at."""


def early_stop_at(scale: int, scales: int, iteration: int) -> EarlyStop | None:
    """Return what the network provides for the picture of a run that is stopped now; None when it needs nothing.

    Args:
        scale: the number of the current scale, from 0.
        scales: how many scales there are.
        iteration: iterations done at the current scale.
    """
    if scales == 1:
        return "network" if iteration < LEAST_ITERATIONS else None
    if scale + 1 == scales:
        return None
    return "network" if scale == 0 else "detail"


@dataclass(frozen=True)
class StoppedProgress(WrappedProgress):
    """The last progress of a run that was stopped early; its picture has the size asked for. See `pinxit.recipe.progress`.

    Attributes:
        early_stop: what the network provided.
    """

    early_stop: EarlyStop
    _picture: Picture

    @property
    def seconds_left(self) -> float:
        """See `Progress`."""
        return 0.0

    def picture(self) -> Picture:
        """See `Progress`."""
        return self._picture


def with_detail(small: Picture, large: Picture, wrap: Wrap, keep: Pixels | None) -> Picture:
    """Return a picture enlarged to the size of another one of the same scene, with the finer detail of that one.

    Args:
        small: the picture to enlarge.
        large: the other one.
        wrap: which borders meet.
        keep: how much of each pixel stays as in `large`, at any size; None for nothing.
    """
    height, width = large.height, large.width
    coarse = resize(Picture(large.pixels), small.height, small.width, wrap)
    change = resize(Picture(small.pixels), height, width, wrap).pixels - resize(coarse, height, width, wrap).pixels
    if keep is not None:
        change *= 1 - resize_mask(keep, height, width)
    return large.with_pixels(np.clip(large.pixels + change, 0, 1))


def enlarged(small: Picture, ratio: float, wrap: Wrap) -> Picture:
    """Return a picture enlarged by a ratio.

    Args:
        small: the picture.
        ratio: at least 1.
        wrap: which borders meet.
    """
    height, width = round(small.height * ratio), round(small.width * ratio)
    return resize(small, *(wrap.even(height, width) if wrap else (height, width)), wrap)
