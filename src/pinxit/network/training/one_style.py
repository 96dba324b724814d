"""The losses of a network for one style: those of any style, with the style's features computed once, which saves time."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.network.conditioning import read_at
from pinxit.network.training.dataset import SIZES
from pinxit.network.training.perceptual_loss import BatchLosses, PerceptualLoss


class OneStyleLoss:
    """Compares a network's paintings with all style images of one style.

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
        """Return the losses of a batch of paintings; see `PerceptualLoss`."""
        return self._loss.compare(painted, photographs, self._targets[tuple(paintings.shape[2:])])


def _as_tensor(painting: Picture, size: int) -> Tensor:
    return torch.from_numpy(read_at(painting, size).pixels[None])
