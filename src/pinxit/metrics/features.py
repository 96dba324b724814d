"""Features of DINOv2-small for the metrics, read once a picture: tokens at two scales, and which patches look alike."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.dino import Dino
from pinxit.image import Picture, resize

SIDE = 224  # px of every view: 16 × 16 patches
# Early blocks represent strokes and textures, the ninth parts of objects.
TOKEN_BLOCKS = (3, 4, 5)
KEY_BLOCK = 9


@dataclass(frozen=True)
class Features:
    """Features of one picture.

    Attributes:
        tokens: for each scale (the whole picture, then its quarters) and each of `TOKEN_BLOCKS`, `(T, 384)` with one row
            for each patch: 256 of the whole, 1,024 of the quarters.
        similarity: `(256, 256)`, the cosine of the keys of every two patches of the whole, less their mean.
    """

    tokens: tuple[Tensor, ...]
    similarity: Tensor


@torch.inference_mode()
def read_features(dino: Dino, picture: Picture) -> Features:
    """Read a picture at 224 × 224 px as a whole, and at 448 × 448 px in four quarters, whatever its shape."""
    whole, quarters = _square(picture, SIDE), _quarters(_square(picture, 2 * SIDE))
    coarse = dino(whole, tokens=TOKEN_BLOCKS, keys=(KEY_BLOCK,))
    fine = dino(quarters, tokens=TOKEN_BLOCKS)
    tokens = tuple(scale.tokens[block].flatten(0, 1) for scale in (coarse, fine) for block in TOKEN_BLOCKS)
    keys = coarse.keys[KEY_BLOCK][0]
    keys = F.normalize(keys - keys.mean(dim=0), dim=1)
    return Features(tokens, keys @ keys.T)


def _square(picture: Picture, side: int) -> Tensor:
    """Return a picture resized to `(1, 3, side, side)`."""
    return torch.from_numpy(resize(picture, side, side).pixels)[None]


def _quarters(square: Tensor) -> Tensor:
    """Return the quarters of a square, `(4, 3, H / 2, W / 2)` of `(1, 3, H, W)`, row by row."""
    return torch.cat([half for row in square.chunk(2, dim=2) for half in row.chunk(2, dim=3)])
