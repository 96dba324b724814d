"""Training data and losses for one style: the style images as the network will read them, compared as a whole.

With pairs of many styles, a crop of a photograph is compared with a crop of a painting, both scaled at random. One style is
learnt as it will be used: the photograph's colours are mapped as a whole, strokes have the size that they have in pictures, and
every crop may find its strokes in all of the style images. Their features are computed once, which saves time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, fit
from pinxit.network.conditioning import PAINTED, read_at
from pinxit.network.training.dataset import Batch, crop_with_contrast, to_bytes
from pinxit.network.training.perceptual_loss import BatchLosses, PerceptualLoss
from pinxit.texture.color_transfer import match_colors

SIZES = (PAINTED, PAINTED, 720)
"""Longer sides at which style images are read, px, each as often as the others. Pictures are painted at the first; frames of
films and cameras are larger."""
PHOTOGRAPH_SIDE = 640  # px: longer side of photographs in memory
CLOSEST, FARTHEST = 1.3, 0.75
"""The greatest and the least size of photographs in relation to that of style images."""

TONE = 5.0
"""The weight of light and dark. Without it, a network for one style soon paints a black coat as white as the painting's sky."""
AREA = 8  # px: side of an area whose lightness is compared
LEAST_VARIANCE = 0.001  # of lightness, range [0, 1]; where areas differ less, there is hardly any light and dark


class OneStyleDataset:
    """Crops of photographs in one style's colours, each with all of the style.

    Args:
        photographs: at least one.
        style: the picture that the network will be conditioned on.
    """

    def __init__(self, photographs: Sequence[Picture], style: Picture) -> None:
        self._styles = {size: read_at(style, size).pixels for size in SIZES}
        painted = Picture(self._styles[PAINTED])
        self._photographs = [to_bytes(match_colors(fit(one, PHOTOGRAPH_SIDE), painted, 1)) for one in photographs]

    def batch(self, number: int, side: int) -> Batch:
        """Return one crop with its style, the same for the same number; see `PairDataset.batch`.

        Args:
            number: the batch's number.
            side: the side of the crop, px.
        """
        rng = np.random.default_rng(number)
        size = SIZES[rng.integers(len(SIZES))]
        scale = PHOTOGRAPH_SIDE / size
        cropped = crop_with_contrast(rng, self._photographs, side, scale / CLOSEST, scale / FARTHEST)
        return Batch(cropped[None], self._styles[size][None])


class OneStyleLoss:
    """Compares a network's paintings with all style images of one style, whose features are computed once.

    Args:
        encoder: the fixed VGG.
        paintings: the style images.
        style: the picture that the network will be conditioned on; its size says at which size the style images are read.
    """

    def __init__(self, encoder: Encoder, paintings: Sequence[Picture], style: Picture) -> None:
        self._loss = PerceptualLoss(encoder)
        self._targets = {
            read_at(style, size).pixels.shape[1:]: self._loss.targets([_as_tensor(one, size) for one in paintings])
            for size in SIZES
        }

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> BatchLosses:
        """Return the losses of a batch of `OneStyleDataset`; see `PerceptualLoss`."""
        target = self._targets[tuple(paintings.shape[2:])]
        losses = self._loss.compare(painted, photographs, [target] * len(painted))
        return replace(losses, content=losses.content + TONE * tone_difference(painted, photographs))


def tone_difference(painted: Tensor, photographs: Tensor) -> Tensor:
    """Return how differently light and dark are distributed over the areas of paintings and photographs.

    Args:
        painted: the paintings, `(N, 3, H, W)`.
        photographs: the photographs, of the same size.

    Returns:
        1 less the correlation, `(N,)`: 0 where they are alike, 2 where they are reversed. Contrast and brightness are free.
    """
    ours, theirs = (_lightness(pictures) for pictures in (painted, photographs))
    deviations = [(areas.square().mean(1) + LEAST_VARIANCE).sqrt() for areas in (ours, theirs)]
    return 1 - (ours * theirs).mean(1) / (deviations[0] * deviations[1])


def _lightness(pictures: Tensor) -> Tensor:
    """Return the lightness of each area of pictures `(N, 3, H, W)`, less its mean, `(N, areas)`."""
    areas = F.avg_pool2d(pictures.mean(1, keepdim=True), AREA).flatten(1)
    return areas - areas.mean(1, keepdim=True)


def _as_tensor(painting: Picture, size: int) -> Tensor:
    return torch.from_numpy(read_at(painting, size).pixels[None])
