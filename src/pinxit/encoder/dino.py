"""DINOv2-small as a fixed feature extractor (Oquab et al., "DINOv2", 2023): the first nine of its twelve blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

PATCH = 14  # px: the side of the square that a token covers
WIDTH = 384
HEADS = 6
BLOCKS = 9
GRID = 37  # positions on a side of the learned grid, from training at 518 px
_EPSILON = 1e-6


def parameter_shapes() -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every parameter; linear weights are `(outputs, inputs)`, blocks count from 1."""
    shapes: dict[str, tuple[int, ...]] = {
        "patch.weight": (WIDTH, 3, PATCH, PATCH),
        "patch.bias": (WIDTH,),
        "class": (WIDTH,),
        "positions": (GRID * GRID, WIDTH),
        "class_position": (WIDTH,),
    }
    linear = {
        "query": (WIDTH, WIDTH),
        "key": (WIDTH, WIDTH),
        "value": (WIDTH, WIDTH),
        "project": (WIDTH, WIDTH),
        "expand": (4 * WIDTH, WIDTH),
        "contract": (WIDTH, 4 * WIDTH),
    }
    for block in range(1, BLOCKS + 1):
        for name in ("norm1", "norm2"):
            shapes |= {f"block{block}.{name}.{kind}": (WIDTH,) for kind in ("weight", "bias")}
        for name, shape in linear.items():
            shapes |= {f"block{block}.{name}.weight": shape, f"block{block}.{name}.bias": shape[:1]}
        shapes |= {f"block{block}.{name}": (WIDTH,) for name in ("scale1", "scale2")}
    return shapes


@dataclass(frozen=True)
class DinoFeatures:
    """Features of pictures, patch by patch and row by row, without the class token.

    Attributes:
        tokens: the residual stream after a block, by the block's number, `(N, H / 14 · W / 14, 384)`.
        keys: the keys of a block's attention, all heads side by side, by the block's number, of the same shape.
    """

    tokens: dict[int, Tensor]
    keys: dict[int, Tensor]


class Dino:
    """A DINOv2-small with fixed weights, which computes no more blocks than it must.

    Args:
        parameters: the parameters as `parameter_shapes` names them; the first layer takes RGB in [0, 1].
        device: the device to compute on.
    """

    def __init__(self, parameters: Mapping[str, Tensor], device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self._parameters = {name: value.to(self.device, torch.float32) for name, value in parameters.items()}

    def __call__(self, pictures: Tensor, tokens: Collection[int] = (), keys: Collection[int] = ()) -> DinoFeatures:
        """Compute features.

        Args:
            pictures: `(N, 3, H, W)`, RGB, range [0, 1], sRGB, both sides multiples of 14 px.
            tokens: the blocks, 1 to 9, whose output to return.
            keys: the blocks, 1 to 9, whose keys to return.

        Raises:
            ValueError: when a side is not a multiple of 14, or there is no such block.
        """
        height, width = pictures.shape[2:]
        if height % PATCH or width % PATCH or not height or not width:
            raise ValueError(f"{height} × {width} px: both sides must be multiples of {PATCH}")
        if any(not 1 <= block <= BLOCKS for block in (*tokens, *keys)):
            raise ValueError(f"blocks are 1 to {BLOCKS}")
        found = DinoFeatures({}, {})
        stream = self._embed(pictures.to(self.device, torch.float32))
        for block in range(1, max((*tokens, *keys), default=0) + 1):
            normed = self._norm(stream, block, "norm1")
            key = self._linear(normed, block, "key")
            if block in keys:
                found.keys[block] = key[:, 1:]
            if block > max(tokens, default=0) and block == max(keys):
                break  # nothing after these keys is needed
            stream = stream + self._attend(normed, key, block) * self._parameters[f"block{block}.scale1"]
            hidden = F.gelu(self._linear(self._norm(stream, block, "norm2"), block, "expand"))
            stream = stream + self._linear(hidden, block, "contract") * self._parameters[f"block{block}.scale2"]
            if block in tokens:
                found.tokens[block] = stream[:, 1:]
        return found

    def _embed(self, pictures: Tensor) -> Tensor:
        """Return the class token and a token for each patch, each with its position added: `(N, 1 + tokens, 384)`."""
        parameters = self._parameters
        patches = F.conv2d(pictures, parameters["patch.weight"], parameters["patch.bias"], stride=PATCH)
        grid = parameters["positions"].T.reshape(1, WIDTH, GRID, GRID)
        if patches.shape[2:] != grid.shape[2:]:
            grid = F.interpolate(grid, size=patches.shape[2:], mode="bicubic", align_corners=False)
        first = (parameters["class"] + parameters["class_position"]).expand(len(pictures), 1, WIDTH)
        return torch.cat((first, (patches + grid).flatten(2).transpose(1, 2)), dim=1)

    def _attend(self, normed: Tensor, key: Tensor, block: int) -> Tensor:
        query, value = (self._linear(normed, block, name) for name in ("query", "value"))
        attended = F.scaled_dot_product_attention(_heads(query), _heads(key), _heads(value))
        return self._linear(attended.transpose(1, 2).flatten(2), block, "project")

    def _linear(self, values: Tensor, block: int, name: str) -> Tensor:
        weight, bias = (self._parameters[f"block{block}.{name}.{kind}"] for kind in ("weight", "bias"))
        return F.linear(values, weight, bias)

    def _norm(self, values: Tensor, block: int, name: str) -> Tensor:
        weight, bias = (self._parameters[f"block{block}.{name}.{kind}"] for kind in ("weight", "bias"))
        return F.layer_norm(values, (WIDTH,), weight, bias, _EPSILON)


def _heads(values: Tensor) -> Tensor:
    """Split heads: `(N, tokens, 384)` → `(N, 6, tokens, 64)`."""
    return values.view(*values.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)
