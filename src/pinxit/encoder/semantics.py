"""Deep features that tell which objects and parts stand where: DINOv2's where its weights are installed, VGG's otherwise."""

from __future__ import annotations

import functools
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder import dino_weights
from pinxit.encoder.dino import PATCH, Dino
from pinxit.encoder.tiles import ALIGNMENT
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError

Kind = Literal["dino", "vgg"]

DINO_BLOCK = 7
"""The block of DINOv2 whose tokens are used: they represent parts of objects, with less of their position than the keys.
The metrics use other blocks: tokens of 3 to 5, keys of 9."""
VGG_TAPS = ("relu4_3", "relu5_1")
CELLS = 1024
"""Approximate number of places per picture, whatever its shape: 32 × 32 for a square."""
_LARGEST_RATIO = 8


def available() -> Kind:
    """Return the better kind of features that this machine can compute."""
    return "dino" if dino_weights.cached_file().exists() else "vgg"


def semantic_features(pictures: Tensor, kind: Kind, encoder: Encoder) -> Tensor:
    """Compute semantic features at about `CELLS` places of each picture.

    Args:
        pictures: `(N, 3, H, W)`, range [0, 1], at least 32 px a side; they are resized to what the network needs.
        kind: `dino`, the tokens of block `DINO_BLOCK`, or `vgg`, the taps `VGG_TAPS` of the encoder.
        encoder: computes the features of `vgg`; its device is used in any case.

    Returns:
        Features `(N, C, h, w)`, float32, of the whole pictures: each cell stands for its share of height and width.

    Raises:
        PinxitError: when the weights of DINOv2 are needed and missing.
    """
    height, width = pictures.shape[2:]
    pictures = pictures.to(encoder.device, torch.float32)
    if kind == "dino":
        rows, columns = _cells(height, width, PATCH / 2)  # enlarged at most twice: more shows nothing new
        resized = _resized(pictures, rows * PATCH, columns * PATCH)
        with torch.inference_mode():
            tokens = _dino(str(encoder.device))(resized, tokens=[DINO_BLOCK]).tokens[DINO_BLOCK]
        return tokens.clone().transpose(1, 2).reshape(len(tokens), -1, rows, columns)
    rows, columns = _cells(height, width, ALIGNMENT)
    resized = _resized(pictures, rows * ALIGNMENT, columns * ALIGNMENT)
    with torch.no_grad():
        features = encoder(resized, VGG_TAPS)
    maps = [F.adaptive_avg_pool2d(features[tap].float(), (rows, columns)) for tap in VGG_TAPS]
    # Normalised, so that each layer contributes equally to a vector's length.
    return torch.cat([F.normalize(map_, dim=1) for map_ in maps], 1)


def _cells(height: int, width: int, least: float) -> tuple[int, int]:
    """Return rows and columns, at most about `CELLS` in all, so that a cell has at least `least` px a side."""
    ratio = min(max(height / width, 1 / _LARGEST_RATIO), _LARGEST_RATIO)
    most = min(CELLS, height * width / least**2)
    return max(2, round((most * ratio) ** 0.5)), max(2, round((most / ratio) ** 0.5))


def _resized(pictures: Tensor, height: int, width: int) -> Tensor:
    return F.interpolate(pictures, (height, width), mode="bicubic", align_corners=False, antialias=True).clamp(0, 1)


@functools.lru_cache(maxsize=1)
def _dino(device: str) -> Dino:
    """Open DINOv2; the last network stays open, because a film's frames are painted one after another."""
    if not dino_weights.cached_file().exists():
        raise PinxitError(
            "parts are matched by DINOv2-small, whose weights are not on this machine: run "
            f"`pinxit weights pull {dino_weights.NAME}` once (90 MB), or give --match-by vgg."
        )
    return Dino(dino_weights.load(), device)
