"""Living textures in files: safetensors, 8 bits a weight, with the recipe that taught them.

The ending is that of networks, and so is the format. A file may come from an untrusted source: its length is limited, and its
tensors must be what the automaton needs, name by name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.living.automaton import CHANNELS, FILTERS, INNER, Automaton
from pinxit.living.recipe import LivingRecipe
from pinxit.network.weights import ENDING, LIVING
from pinxit.recipe.recipe import validated_json

MAX_BYTES = 2**20
_SHAPES: dict[str, tuple[tuple[int, ...], type]] = {
    "inner": ((INNER, FILTERS * CHANNELS), np.int8),
    "inner_scale": ((INNER,), np.float32),
    "bias": ((INNER,), np.float32),
    "outer": ((CHANNELS, INNER), np.int8),
    "outer_scale": ((CHANNELS,), np.float32),
}


def save(path: Path, automaton: Automaton, recipe: LivingRecipe, *, overwrite: bool = False) -> None:
    """Write a living texture to a file, completely or not at all.

    Args:
        path: the file.
        automaton: its rule.
        recipe: what taught it.
        overwrite: whether to replace an existing file.

    Raises:
        PinxitError: when the file cannot be written, or exists and may not be replaced.
    """
    from safetensors.numpy import save as serialized

    tensors = {name: np.ascontiguousarray(getattr(automaton, name)) for name in _SHAPES}
    # One entry: safetensors writes several in any order, and a redo would give other bytes.
    write_atomic(serialized(tensors, metadata={LIVING: recipe.to_json()}), path, overwrite=overwrite)


def load(path: str | os.PathLike[str]) -> tuple[Automaton, LivingRecipe]:
    """Load a living texture from a file.

    Raises:
        PinxitError: when `save` did not write it, or it is damaged.
    """
    file = Path(path)
    tensors, metadata = _read(file)
    if LIVING not in metadata:
        raise PinxitError(
            f"{file.name} holds a network for pictures, not a living texture: make one with pinxit texture --living."
        )
    found = {name: (tensor.shape, tensor.dtype.type) for name, tensor in tensors.items()}
    if found != _SHAPES or not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise PinxitError(
            f"{file.name} is damaged, or made by another version of pinxit: its numbers are not as expected."
        )
    return Automaton(**tensors), validated_json(LivingRecipe, metadata[LIVING])


def is_living_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a file's ending is that of networks and it holds a living texture; False where it cannot be read."""
    if Path(path).suffix != ENDING:
        return False
    try:
        return LIVING in _read(Path(path))[1]
    except PinxitError:
        return False


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return a file's tensors and metadata; no tensors of a file that holds something else."""
    from safetensors import SafetensorError, safe_open

    try:
        if path.exists() and not path.is_file():
            raise PinxitError(f"{path.name} is not a regular file: give a living texture that pinxit made.")
        small = path.stat().st_size <= MAX_BYTES
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            if LIVING not in metadata:
                return {}, metadata
            if not small:
                raise PinxitError(f"{path.name} is larger than any living texture: give a file that pinxit made.")
            return {name: file.get_tensor(name) for name in file.keys()}, metadata  # noqa: SIM118 - not a dict
    except FileNotFoundError as error:
        raise PinxitError(f"there is no living texture {path}: check the path.") from error
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise PinxitError(
            f"{path.name} is not a living texture, or it is damaged: give a file that pinxit texture --living made."
        ) from error
