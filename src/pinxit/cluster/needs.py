"""How much of a machine a painter needs, so that Ray never puts more on one than it has room for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from pinxit.errors import PinxitError
from pinxit.picture.recipe import Settings

GIB = 2**30
# A photograph of 24 megapixels while it is read, as float32 and on the way there.
_READING = 0.6 * GIB
# benchmarks/cluster.py --memory measures these for the networks: the interpreter, and the pixels of the result.
_NETWORK_FIXED = 0.25 * GIB
_NETWORK_TILE = 0.8 * GIB
_NETWORK_PIXEL = 60


@dataclass(frozen=True)
class Needs:
    """What a painter has for itself.

    Attributes:
        cpus: threads that it computes with: their number decides the last bits of every sum.
        gpus: a whole number, or a fraction of one.
        memory: bytes.
    """

    cpus: int
    gpus: float
    memory: int

    def fit(self, room: dict[str, float]) -> int:
        """How many painters fit into a node of so much room, as Ray counts it."""
        many = [room.get("CPU", 0) // self.cpus, room.get("memory", 0) // self.memory]
        if self.gpus >= 1:
            many.append(room.get("GPU", 0) // self.gpus)
        elif self.gpus > 0:
            many.append(room.get("GPU", 0) * (1 // self.gpus))
        return int(min(many))

    def __str__(self) -> str:
        gpus = f", {self.gpus:g} GPU" if self.gpus else ""
        return f"{self.cpus} CPU{gpus} and {self.memory / GIB:.1f} GB"


def threads() -> int:
    """How many a painting on this machine has."""
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    import torch

    return torch.get_num_threads()


def planned(settings: Settings, gpus: float) -> Settings:
    """Settings that paint the same on every node: with as much memory as this machine would plan with.

    How a picture is divided into tiles decides the last bits of the result. On a GPU its own memory decides, as ever.
    """
    if settings.engine == "network" or settings.memory is not None or gpus:
        return settings
    import torch

    from pinxit.optimize.memory import budget

    return settings.model_copy(update={"memory": round(budget(torch.device("cpu")) / GIB, 3)})


def needs_of(settings: Settings, cpus: int | None, gpus: float) -> Needs:
    """What a painter needs for pictures as large as the settings allow.

    Args:
        settings: as `planned` gives them.
        cpus: None for as many as a painting on this machine has.
        gpus: of each painter.

    Raises:
        PinxitError: for a number of GPUs that no painter can have.
    """
    if gpus < 0 or (gpus > 1 and gpus != int(gpus)):
        raise PinxitError(f"--gpus is a part of a GPU as in 0.25, or a whole number, not {gpus:g}.")
    return Needs(cpus or _threads(), gpus, _memory(settings))


def most_of(needs: Sequence[Needs]) -> Needs:
    """What a painter needs that is to do any of several things."""
    return max(needs, key=lambda one: one.memory)


def _threads() -> int:
    """How many a painting on this machine has."""
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    import torch

    return torch.get_num_threads()


def _memory(settings: Settings) -> int:
    """Bytes, by the tiling plan; what is on a GPU is not counted."""
    size = settings.size
    if settings.engine == "network":
        return round(
            _NETWORK_FIXED + _READING + min(1.0, (size / 1024) ** 2) * _NETWORK_TILE + _NETWORK_PIXEL * size**2
        )
    from pinxit.optimize.memory import FIXED, peak, plan

    if settings.memory is None:
        return round(_READING + FIXED)
    layers = list(settings.content_layers)
    return round(_READING + peak(size, size, plan(size, size, settings.memory * GIB, layers), layers))
