"""Networks in files: safetensors, half precision, with a card that says what they were taught.

A file may come from anybody: its length is limited, and what it holds must be what the network needs, name by name.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.whole import write_whole

Array = NDArray[np.float32]
SHIPPED = Path(__file__).parent / "shipped"
MAX_BYTES = 16 * 2**20
ENDING = ".pinxit"
"""Of files that hold a network for one manner."""
LARGEST_PAINTING = 1024

READER_WIDTHS = (32, 48, 64, 96, 128)
CODE = 192
"""How many numbers the reader makes of a style image."""
EPSILON = 1e-5
"""Variances below this, of features around 1, are noise and not divided by."""


@dataclass(frozen=True)
class Shape:
    """How large a transformer is.

    Attributes:
        down: channels at a half of the picture's resolution, a quarter, …; the last are those of the residual blocks.
        blocks: of two convolutions each.
    """

    down: tuple[int, ...]
    blocks: int

    @property
    def grid(self) -> int:
        """How many pixels of the picture one position of the residual blocks covers: sides are multiples of it."""
        return 1 << len(self.down)

    @property
    def widths(self) -> list[int]:
        """The channels of every normalisation, in the order of the computation."""
        *outer, inner = self.down
        return [*self.down, *[inner] * (2 * self.blocks), *reversed(outer)]

    @property
    def margin(self) -> int:
        """How far a painted pixel depends on its surroundings, px, rounded up to the grid.

        A convolution reaches one position further, at its input's resolution on the way down, at its output's on the way up.
        """
        levels = len(self.down)
        reach = sum(1 << level for level in range(levels)) + 2 * self.blocks * self.grid
        reach += sum(1 << level for level in range(1, levels)) + 2  # and the last, at half the resolution
        return -(-(reach + self.grid) // self.grid) * self.grid


SHAPES = {"fine": Shape((24, 48), blocks=6), "live": Shape((12, 24, 48), blocks=3)}


@dataclass(frozen=True, eq=False)
class Weights:
    """What a file holds; nobody changes it.

    Attributes:
        reader: parameters of the network that reads style images, by name.
        transformer: those of the one that repaints.
        shape: of the transformer.
        card: what it was taught, and how.
        painting: `(3, H, W)`, what it was taught alone, if it paints in one manner only.
    """

    reader: Mapping[str, Array]
    transformer: Mapping[str, Array]
    shape: Shape
    card: Mapping[str, Any]
    painting: NDArray[np.uint8] | None = None


@functools.cache
def shipped(name: str) -> Weights:
    """The weights that pinxit brings: `fine` or `live`."""
    return load(SHIPPED / f"{name}.safetensors")


def load(path: Path) -> Weights:
    """Read a file.

    Raises:
        PinxitError: when it is not what `save` writes.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.exists() and not path.is_file():
            raise PinxitError(f"{path.name} is no ordinary file: give a network that pinxit train made.")
        if path.stat().st_size > MAX_BYTES:
            raise PinxitError(f"{path.name} is larger than any network of pinxit's: it is something else.")
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        card = json.loads(metadata["card"])
        shape = Shape(tuple(int(width) for width in metadata["down"].split(",")), int(metadata["blocks"]))
    except FileNotFoundError as error:
        raise PinxitError(f"there is no network {path}.") from error
    except (OSError, SafetensorError, KeyError, ValueError, RecursionError) as error:
        raise PinxitError(f"{path.name} is no network of pinxit's, or it is damaged.") from error
    painting = tensors.pop("painting", None)
    _check(path.name, tensors, shape, card, painting)
    return Weights(_part(tensors, "reader."), _part(tensors, "transformer."), shape, card, painting)


def save(path: Path, weights: Weights, *, overwrite: bool = True) -> None:
    """Write a file, whole or not at all.

    Raises:
        PinxitError: when it cannot be written, or is there and may not be replaced.
    """
    from safetensors.numpy import save as serialized

    tensors: dict[str, NDArray[Any]] = {
        f"{part}.{name}": np.ascontiguousarray(value, dtype=np.float16)
        for part, values in (("reader", weights.reader), ("transformer", weights.transformer))
        for name, value in values.items()
    }
    if weights.painting is not None:
        tensors["painting"] = weights.painting
    metadata = {
        "card": json.dumps(dict(weights.card)),
        "down": ",".join(map(str, weights.shape.down)),
        "blocks": str(weights.shape.blocks),
    }
    write_whole(serialized(tensors, metadata=metadata), path, overwrite=overwrite)


def shapes(of: Shape) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, by its name in a file."""
    found: dict[str, tuple[int, ...]] = {}

    def layer(name: str, *shape: int) -> None:
        found[f"{name}.weight"] = shape
        found[f"{name}.bias"] = shape[:1]

    before = 3
    for level, width in enumerate(READER_WIDTHS):
        layer(f"reader.convolutions.{level}", width, before, 3, 3)
        before = width
    layer("reader.perceptron.0", CODE, 2 * sum(READER_WIDTHS) + 6)
    layer("reader.perceptron.2", CODE, CODE)
    for level, pair in enumerate(pairwise((3, *of.down))):
        layer(f"transformer.down.{level}", *reversed(pair), 3, 3)
    for number in range(2 * of.blocks):
        layer(f"transformer.blocks.{number}", of.down[-1], of.down[-1], 3, 3)
    for level, pair in enumerate(pairwise(reversed(of.down))):
        layer(f"transformer.up.{level}", *reversed(pair), 3, 3)
    layer("transformer.out", 12, of.down[0], 3, 3)
    layer("transformer.hypernetwork.1", 2 * sum(of.widths), CODE)
    return found


def _part(tensors: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): value.astype(np.float32)
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _check(
    name: str,
    tensors: Mapping[str, NDArray[Any]],
    shape: Shape,
    card: object,
    painting: NDArray[Any] | None,
) -> None:
    right = 2 <= len(shape.down) <= 4 and all(4 <= width <= 256 for width in shape.down) and 1 <= shape.blocks <= 16
    if not right or not isinstance(card, dict) or {key: value.shape for key, value in tensors.items()} != shapes(shape):
        raise PinxitError(f"{name} is no network of this pinxit's: its layers are others.")
    if not all(value.dtype == np.float16 and np.isfinite(value).all() for value in tensors.values()):
        raise PinxitError(f"{name} is damaged: some of its numbers are not finite.")
    if painting is not None and not (
        painting.dtype == np.uint8 and painting.ndim == 3 and painting.shape[0] == 3
        and min(painting.shape[1:]) >= 16 and max(painting.shape) <= LARGEST_PAINTING
    ):  # fmt: skip
        raise PinxitError(f"{name} is damaged: what it holds as its painting is none.")
