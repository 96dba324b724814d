"""Networks in files: safetensors, half precision, with a card that describes their training.

A file may come from an untrusted source: its length is limited, and its tensors must be what the network needs, name by name.
Parameter names begin with `reader.` (the style encoder) and `transformer.` (the transform network); files depend on them.
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
from pinxit.files.atomic import write_atomic

Array = NDArray[np.float32]
SHIPPED = Path(__file__).parent / "shipped"
MAX_BYTES = 16 * 2**20
ENDING = ".pinxit"
"""Suffix of files that hold a network for one style, or a living texture."""
LIVING = "living"
"""The entry in the metadata of a file with a living texture, its recipe; networks have none."""
LARGEST_PAINTING = 1024  # px

READER_WIDTHS = (32, 48, 64, 96, 128)
CODE = 192
"""Size of a style image's code."""
TOKEN = sum(READER_WIDTHS[-2:])
"""Size of a style token: the features of the style encoder's last two convolutions at one position."""
KEY, VALUE = 48, 128
"""Size of a token's key and of its value."""
ANTI_MESH = np.array([-1, 4, 10, 4, -1], np.float32) / 16
"""A low-pass filter with gain 1 at frequency 0, and 0 at the highest frequency."""
EPSILON = 1e-5
"""Added to variances before dividing by them: of features around 1, smaller variances are noise."""


@dataclass(frozen=True)
class Shape:
    """The shape of a transform network.

    Attributes:
        down: channels at a half of the picture's resolution, a quarter, …; the last are those of the residual blocks.
        blocks: the number of residual blocks, of two convolutions each.
        attention: the residual blocks, from 0, after which every position attends to the style's tokens. The networks of
            version 0.1 have none.
        smooth: whether features are enlarged by linear interpolation and the finest mesh of the painting is filtered out, so
            that even areas stay even. The networks of version 0.1 repeat features, which shows a grid of two and four pixels.
    """

    down: tuple[int, ...]
    blocks: int
    attention: tuple[int, ...] = ()
    smooth: bool = False

    @property
    def grid(self) -> int:
        """How many pixels of the picture one position of the residual blocks covers; sides are multiples of it."""
        return 1 << len(self.down)

    @property
    def widths(self) -> list[int]:
        """The channels of every normalisation with a scale and a shift, in the order of computation."""
        *outer, inner = self.down
        return [*self.down, *[inner] * (2 * self.blocks), *reversed(outer)]

    @property
    def measured_widths(self) -> list[int]:
        """The channels of every normalisation, those before attention included, in the order of computation."""
        *outer, inner = self.down
        blocks = [width for block in range(self.blocks) for width in [inner] * (2 + (block in self.attention))]
        return [*self.down, *blocks, *reversed(outer)]

    @property
    def margin(self) -> int:
        """How far a painted pixel depends on its surroundings, px, rounded up to the grid.

        A convolution reaches one position further, at its input's resolution on the way down, at its output's on the way up.
        """
        levels = len(self.down)
        reach = sum(1 << level for level in range(levels)) + (2 * self.blocks + len(self.attention)) * self.grid
        reach += sum(1 << level for level in range(1, levels)) + 2  # and the last, at half the resolution
        if (
            self.smooth
        ):  # an enlargement reaches one position further at its input's resolution, the last filter two pixels
            reach += sum(1 << level for level in range(2, levels + 1)) + 2
        return -(-(reach + self.grid) // self.grid) * self.grid


SHAPES = {
    "fine": Shape((24, 48), blocks=6, attention=(1, 3), smooth=True),
    "live": Shape((12, 24, 48), blocks=3, attention=(1,), smooth=True),
}


@dataclass(frozen=True, eq=False)
class NetworkWeights:
    """The content of a network file; immutable by convention, because it is cached and shared.

    Attributes:
        reader: parameters of the style encoder, by name.
        transformer: parameters of the transform network, by name.
        shape: the shape of the transform network.
        card: what the network was trained on, and how.
        painting: `(3, H, W)`, the style image, for a network trained on one style only.
    """

    reader: Mapping[str, Array]
    transformer: Mapping[str, Array]
    shape: Shape
    card: Mapping[str, Any]
    painting: NDArray[np.uint8] | None = None


@functools.cache
def shipped(name: str) -> NetworkWeights:
    """Return the weights that pinxit ships: `fine` or `live`."""
    return load(SHIPPED / f"{name}.safetensors")


def load(path: Path) -> NetworkWeights:
    """Load a network from a file.

    Raises:
        PinxitError: when `save` did not write it, or it is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.exists() and not path.is_file():
            raise PinxitError(f"{path.name} is not a regular file: give a network that pinxit train made.")
        if path.stat().st_size > MAX_BYTES:
            raise PinxitError(f"{path.name} is larger than any pinxit network: give a file that pinxit train made.")
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            if LIVING in metadata:
                raise PinxitError(
                    f"{path.name} is a living texture, which paints no pictures: export it with pinxit export."
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        card = json.loads(metadata["card"])
        shape = Shape(
            _integers(metadata["down"]),
            int(metadata["blocks"]),
            _integers(metadata.get("attention", "")),
            metadata.get("smooth") == "yes",
        )
    except FileNotFoundError as error:
        raise PinxitError(f"there is no network {path}: check the path.") from error
    except (OSError, SafetensorError, KeyError, ValueError, RecursionError) as error:
        raise PinxitError(
            f"{path.name} is not a pinxit network, or it is damaged: give a file that pinxit train made."
        ) from error
    painting = tensors.pop("painting", None)
    _check(path.name, tensors, shape, card, painting)
    return NetworkWeights(_part(tensors, "reader."), _part(tensors, "transformer."), shape, card, painting)


def save(path: Path, weights: NetworkWeights, *, overwrite: bool = True) -> None:
    """Write a network to a file, completely or not at all.

    Args:
        path: the file.
        weights: the network.
        overwrite: whether to replace an existing file.

    Raises:
        PinxitError: when the file cannot be written, or exists and may not be replaced.
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
        "attention": ",".join(map(str, weights.shape.attention)),
        "smooth": "yes" if weights.shape.smooth else "no",
    }
    write_atomic(serialized(tensors, metadata=metadata), path, overwrite=overwrite)


def shapes(of: Shape) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter, by its name in a file."""
    found: dict[str, tuple[int, ...]] = {}

    def layer(name: str, *shape: int) -> None:
        found[f"{name}.weight"] = shape
        found[f"{name}.bias"] = shape[:1]

    before = 3
    for level, width in enumerate(READER_WIDTHS):
        layer(f"reader.convolutions.{level}", width, before, 3, 3)
        before = width
    for number in range(len(of.attention)):
        layer(f"reader.tokens.{number}.key", KEY, TOKEN)
        layer(f"reader.tokens.{number}.value", VALUE, TOKEN)
        found[f"reader.tokens.{number}.sharpness"] = (1,)
        layer(f"transformer.attention.{number}.query", KEY, of.down[-1], 3, 3)
        layer(f"transformer.attention.{number}.out", 2 * of.down[-1], VALUE)
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


def _integers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)


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
    right &= list(shape.attention) == sorted(set(shape.attention) & set(range(shape.blocks)))
    if not right or not isinstance(card, dict) or {key: value.shape for key, value in tensors.items()} != shapes(shape):
        raise PinxitError(f"{name} is not a network for this version of pinxit: its layers differ.")
    if not all(value.dtype == np.float16 and np.isfinite(value).all() for value in tensors.values()):
        raise PinxitError(f"{name} is damaged: some of its numbers are not finite.")
    if painting is not None and not (
        painting.dtype == np.uint8 and painting.ndim == 3 and painting.shape[0] == 3
        and min(painting.shape[1:]) >= 16 and max(painting.shape) <= LARGEST_PAINTING
    ):  # fmt: skip
        raise PinxitError(f"{name} is damaged: its painting is not a picture.")
