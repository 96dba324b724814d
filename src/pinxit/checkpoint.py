"""Checkpoints: the optimiser's state, saved now and then, so that an interrupted run can continue."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import PinxitError
from pinxit.files.atomic import atomic_file, remove_abandoned
from pinxit.files.cache import cache_folder
from pinxit.recipe.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from pinxit.optimize.progress import OptimizerProgress
    from pinxit.optimize.state import State

# s: least time between two checkpoints; losing a minute's work is acceptable.
SECONDS_BETWEEN = 60.0
# Largest share of the time that saving may take, however slow the disk.
SHARE = 1 / 50
# s: after a month an interrupted run is taken to be abandoned.
SECONDS_KEPT = 30 * 24 * 3600.0


class Checkpoint:
    """The saved state of one job, in the cache folder.

    Args:
        recipe: the job's recipe: the same recipe finds the same checkpoint, another one never does.
        seconds: the least time between two checkpoints, s.
        kind: distinguishes jobs of the same recipe.
    """

    def __init__(self, recipe: Recipe, seconds: float = SECONDS_BETWEEN, kind: str = "") -> None:
        name = hashlib.sha256((recipe.to_json() + kind).encode()).hexdigest()
        self._path = cache_folder() / "checkpoints" / f"{name}.safetensors"
        self._seconds = seconds
        self._due = time.monotonic() + seconds

    def load(self) -> State | None:
        """Return the saved state, or None: a file that cannot be read counts as missing."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self._path, framework="pt") as file:
                state: State = json.loads((file.metadata() or {})["numbers"])
                for name in file.keys():  # noqa: SIM118 - not a dict
                    # Cloned, because a tensor at an arbitrary offset of a file is summed in another order than one in its own
                    # memory, and the last bit of every sum would differ.
                    state[name] = file.get_tensor(name).clone()
        except (OSError, SafetensorError, KeyError, ValueError):
            return None
        return state

    def offer(self, progress: OptimizerProgress) -> None:
        """Save the state at `progress`, if a checkpoint is due."""
        now = time.monotonic()
        if now < self._due:
            return
        self.save(progress)
        took = time.monotonic() - now
        self._due = time.monotonic() + max(self._seconds, took / SHARE)

    def save(self, progress: OptimizerProgress) -> None:
        """Save the state at `progress` now."""
        from safetensors import SafetensorError

        # A full or read-only disk must not end a run that needs no checkpoint.
        with contextlib.suppress(OSError, PinxitError, SafetensorError):
            self._save(progress.state())

    def clear(self) -> None:
        """Remove the checkpoint of a finished run."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        remove_abandoned(self._path)

    def _save(self, state: State) -> None:
        import torch
        from safetensors.torch import save_file

        self._path.parent.mkdir(parents=True, exist_ok=True)
        _remove_old(self._path.parent)
        tensors = {name: value.contiguous() for name, value in state.items() if isinstance(value, torch.Tensor)}
        numbers = {name: value for name, value in state.items() if not isinstance(value, torch.Tensor)}
        with atomic_file(self._path, overwrite=True) as part:
            save_file(_unshared(tensors), part, metadata={"numbers": json.dumps(numbers)})


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors, cloned where two names share one, which safetensors refuses to write twice."""
    addresses: set[int] = set()
    unshared = {}
    for name, tensor in tensors.items():
        unshared[name] = tensor.clone() if tensor.data_ptr() in addresses else tensor
        addresses.add(tensor.data_ptr())
    return unshared


def _remove_old(folder: Path) -> None:
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > SECONDS_KEPT:
                file.unlink()
