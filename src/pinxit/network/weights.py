"""Networks in files: safetensors, half precision, with a card that says what they were taught.

A file may come from anybody: its length is limited, and what it holds must be what the network needs, name by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError

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
class Weights:
    """What a file holds.

    Attributes:
        reader: parameters of the network that reads style images, by name.
        transformer: those of the one that repaints.
        channels, blocks: of the transformer.
        card: what it was taught, and how.
        painting: `(3, H, W)`, what it was taught alone, if it paints in one manner only.
    """

    reader: Mapping[str, Array]
    transformer: Mapping[str, Array]
    channels: int
    blocks: int
    card: Mapping[str, Any]
    painting: NDArray[np.uint8] | None = None

    @property
    def widths(self) -> list[int]:
        """The channels of every normalisation, in the order of the computation."""
        return widths(self.channels, self.blocks)


def widths(channels: int, blocks: int) -> list[int]:
    """The channels of every normalisation of a transformer, in the order of the computation."""
    return [channels // 2, channels, *[channels] * (2 * blocks), channels // 2]


def shipped(name: str) -> Weights:
    """The weights that pinxit brings, so far `fine`."""
    return load(SHIPPED / f"{name}.safetensors")


def load(path: Path) -> Weights:
    """Read a file.

    Raises:
        PinxitError: when it is not what `save` writes.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > MAX_BYTES:
            raise PinxitError(f"{path.name} is larger than any network of pinxit's: it is something else.")
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        card = json.loads(metadata["card"])
        channels, blocks = int(metadata["channels"]), int(metadata["blocks"])
    except FileNotFoundError as error:
        raise PinxitError(f"there is no network {path}.") from error
    except (OSError, SafetensorError, KeyError, ValueError, RecursionError) as error:
        raise PinxitError(f"{path.name} is no network of pinxit's, or it is damaged.") from error
    painting = tensors.pop("painting", None)
    _check(path.name, tensors, channels, blocks, card, painting)
    return Weights(_part(tensors, "reader."), _part(tensors, "transformer."), channels, blocks, card, painting)


def save(path: Path, weights: Weights) -> None:
    """Write a file, whole or not at all."""
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
        "channels": str(weights.channels),
        "blocks": str(weights.blocks),
    }
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(serialized(tensors, metadata=metadata))
    partial.replace(path)


def shapes(channels: int, blocks: int) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, by its name in a file."""
    half = channels // 2
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
    layer("transformer.down.0", half, 3, 3, 3)
    layer("transformer.down.1", channels, half, 3, 3)
    for number in range(2 * blocks):
        layer(f"transformer.blocks.{number}", channels, channels, 3, 3)
    layer("transformer.up", half, channels, 3, 3)
    layer("transformer.out", 12, half, 3, 3)
    layer("transformer.hypernetwork.1", 2 * sum(widths(channels, blocks)), CODE)
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
    channels: int,
    blocks: int,
    card: object,
    painting: NDArray[Any] | None,
) -> None:
    right = 8 <= channels <= 256 and channels % 2 == 0 and 1 <= blocks <= 16 and isinstance(card, dict)
    if not right or {key: value.shape for key, value in tensors.items()} != shapes(channels, blocks):
        raise PinxitError(f"{name} is no network of this pinxit's: its layers are others.")
    if not all(value.dtype == np.float16 and np.isfinite(value).all() for value in tensors.values()):
        raise PinxitError(f"{name} is damaged: some of its numbers are not finite.")
    if painting is not None and not (
        painting.dtype == np.uint8 and painting.ndim == 3 and painting.shape[0] == 3
        and min(painting.shape[1:]) >= 16 and max(painting.shape) <= LARGEST_PAINTING
    ):  # fmt: skip
        raise PinxitError(f"{name} is damaged: what it holds as its painting is none.")
