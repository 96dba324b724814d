"""The weights of the two networks, as they come with pinxit (for their authors and licences see THIRD_PARTY.md)."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import torch
from torch import Tensor

SHIPPED = Path(__file__).parent / "shipped" / "faces.safetensors"


@functools.cache
def load(part: str) -> dict[str, Tensor]:
    """Return the tensors of `detector` or `landmarks`, float32, filters `(out, in, H, W)`.

    The file holds 8 bits a number; each tensor has a scale and an offset.
    """
    from safetensors import safe_open

    tensors = {}
    with safe_open(SHIPPED, framework="pt") as file:
        scales = json.loads(file.metadata()["scales"])
        for name, (scale, offset) in scales.items():
            if name.startswith(f"{part}/"):
                values = file.get_tensor(name).float() * scale + offset
                # On a CPU these networks are five times as fast with channels last.
                layout = torch.channels_last if values.ndim == 4 else torch.contiguous_format
                tensors[name.removeprefix(f"{part}/")] = values.to(memory_format=layout)
    return tensors


def separable(maps: Tensor, weights: dict[str, Tensor], layer: str, stride: int = 1) -> Tensor:
    """Apply a depthwise 3×3 convolution and a pointwise one, padded as TensorFlow's `SAME`: with stride 2 at the end only.

    Args:
        maps: `(N, C, H, W)`; sides must be even where the stride is 2.
        weights: the tensors of a network.
        layer: the name that the convolution's tensors begin with.
        stride: 1 or 2.
    """
    depthwise = weights[f"{layer}/depthwise_filter"]
    if stride == 2:
        maps = torch.nn.functional.pad(maps, (0, 1, 0, 1))
    maps = torch.nn.functional.conv2d(maps, depthwise, None, stride, 2 - stride, groups=len(depthwise))
    return torch.nn.functional.conv2d(maps, weights[f"{layer}/pointwise_filter"], weights[f"{layer}/bias"])
