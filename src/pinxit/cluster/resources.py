"""How much of a machine a worker needs; Ray never places more workers on a node than fit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from pinxit.errors import PinxitError
from pinxit.recipe.recipe import Settings

GIB = 2**30
_READING = 0.6 * GIB  # bytes: peak while a photograph of 24 megapixels is read and converted to float32
# Memory of the networks, measured by benchmarks/cluster.py --memory.
_NETWORK_FIXED = 0.25 * GIB  # bytes: the interpreter and its libraries
_NETWORK_TILE = 0.8 * GIB  # bytes: one tile of at most 1024 × 1024 px
_NETWORK_PIXEL = 60  # bytes per pixel of the result


@dataclass(frozen=True)
class Resources:
    """The part of a node that is reserved for one worker.

    Attributes:
        cpus: number of threads that it computes with; it decides the last bits of every sum.
        gpus: a whole number, or a fraction below 1.
        memory: bytes.
    """

    cpus: int
    gpus: float
    memory: int

    def fit(self, room: dict[str, float]) -> int:
        """Return how many workers fit into a node with the resources `room`, keyed by Ray's names."""
        counts = [room.get("CPU", 0) // self.cpus, room.get("memory", 0) // self.memory]
        if self.gpus >= 1:
            counts.append(room.get("GPU", 0) // self.gpus)
        elif self.gpus > 0:
            counts.append(room.get("GPU", 0) * (1 // self.gpus))
        return int(min(counts))

    def __str__(self) -> str:
        gpus = f", {self.gpus:g} GPU" if self.gpus else ""
        return f"{self.cpus} CPU{gpus} and {self.memory / GIB:.1f} GB"


def with_memory(settings: Settings, gpus: float) -> Settings:
    """Return settings that paint the same bytes on every node: with the memory that this machine would plan with.

    The memory decides how a picture is divided into tiles, and the tiles decide the last bits of the result. On a GPU, its own
    memory decides, and the settings stay as they are.
    """
    if settings.engine == "network" or settings.memory is not None or gpus:
        return settings
    import torch

    from pinxit.optimize.memory import budget

    return settings.model_copy(update={"memory": round(budget(torch.device("cpu")) / GIB, 3)})


def resources_of(settings: Settings, cpus: int | None, gpus: float) -> Resources:
    """Return what a worker needs for pictures as large as the settings allow.

    Args:
        settings: the settings, as returned by `with_memory`.
        cpus: threads of each worker; None for as many as painting on this machine uses.
        gpus: GPUs of each worker.

    Raises:
        PinxitError: when `gpus` is neither a whole number nor a fraction below 1.
    """
    if gpus < 0 or (gpus > 1 and gpus != int(gpus)):
        raise PinxitError(f"--gpus is a part of a GPU as in 0.25, or a whole number, not {gpus:g}.")
    return Resources(cpus or _threads(), gpus, _memory(settings))


def largest(resources: Sequence[Resources]) -> Resources:
    """Return the resources with which one worker can do any of several tasks."""
    return max(resources, key=lambda one: one.memory)


def _threads() -> int:
    """Return how many threads painting on this machine uses."""
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    import torch

    return torch.get_num_threads()


def _memory(settings: Settings) -> int:
    """Return the main memory that the tiling plan needs, bytes; memory of a GPU is not counted."""
    size = settings.size
    if settings.engine == "network":
        return round(
            _NETWORK_FIXED + _READING + min(1.0, (size / 1024) ** 2) * _NETWORK_TILE + _NETWORK_PIXEL * size**2
        )
    from pinxit.optimize.memory import FIXED, Demand, peak, plan

    if settings.memory is None:
        return round(_READING + FIXED)
    neighbors = int(settings.objective == "neighbors")
    demand = Demand(tuple(settings.content_layers), neighbors, neighbors, settings.iterations[-1])
    return round(_READING + peak(size, size, plan(size, size, settings.memory * GIB, demand), demand))
