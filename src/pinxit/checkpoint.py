"""Long runs survive: what an engine needs to go on is saved now and then, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.encoder.cache import cache_folder
from pinxit.errors import PinxitError
from pinxit.picture.recipe import Recipe
from pinxit.whole import whole

if TYPE_CHECKING:
    from torch import Tensor

    from pinxit.optimize.paint import Progress
    from pinxit.optimize.state import State

# Nobody minds losing a minute; and however slow the disk, saving may take a fiftieth of the time.
SECONDS_BETWEEN = 60.0
SHARE = 1 / 50
# Whoever has not come back for a run in a month will not.
SECONDS_KEPT = 30 * 24 * 3600.0


class Checkpoint:
    """The saved state of one job, in the cache folder.

    Args:
        recipe: of the job: the same recipe finds the same checkpoint again, another one never.
        kind: what else tells the job from others.
        seconds: the least time between two savings.
    """

    def __init__(self, recipe: Recipe, seconds: float = SECONDS_BETWEEN, kind: str = "") -> None:
        name = hashlib.sha256((recipe.to_json() + kind).encode()).hexdigest()
        self._path = cache_folder() / "checkpoints" / f"{name}.safetensors"
        self._seconds = seconds
        self._due = time.monotonic() + seconds

    def load(self) -> State | None:
        """What was saved, or None: a file that cannot be read is one that is not there."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self._path, framework="pt") as file:
                state: State = json.loads((file.metadata() or {})["numbers"])
                for name in file.keys():  # noqa: SIM118 - it is no dict
                    # Cloned: a tensor that begins anywhere in a file is summed in another order than one in memory of its
                    # own, and the last bit of every sum would differ.
                    state[name] = file.get_tensor(name).clone()
        except (OSError, SafetensorError, KeyError, ValueError):
            return None
        return state

    def offer(self, progress: Progress) -> None:
        """Save what `progress` stands at, if it is time to."""
        now = time.monotonic()
        if now < self._due:
            return
        self.save(progress)
        took = time.monotonic() - now
        self._due = time.monotonic() + max(self._seconds, took / SHARE)

    def save(self, progress: Progress) -> None:
        """Save what `progress` stands at, now."""
        from safetensors import SafetensorError

        # A full or read-only disk must not end a run that does without.
        with contextlib.suppress(OSError, PinxitError, SafetensorError):
            self._save(progress.state())

    def clear(self) -> None:
        """Forget the run: it is done."""
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _save(self, state: State) -> None:
        import torch
        from safetensors.torch import save_file

        self._path.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(self._path.parent)
        tensors = {name: value.contiguous() for name, value in state.items() if isinstance(value, torch.Tensor)}
        rest = {name: value for name, value in state.items() if not isinstance(value, torch.Tensor)}
        with whole(self._path, overwrite=True) as part:
            save_file(_apart(tensors), part, metadata={"numbers": json.dumps(rest)})


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors, cloned where two names share one: safetensors refuses to write it twice."""
    seen: set[int] = set()
    apart = {}
    for name, tensor in tensors.items():
        apart[name] = tensor.clone() if tensor.data_ptr() in seen else tensor
        seen.add(tensor.data_ptr())
    return apart


def _forget_old(folder: Path) -> None:
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > SECONDS_KEPT:
                file.unlink()
