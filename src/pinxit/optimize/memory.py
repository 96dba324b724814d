"""Stay within a memory budget: the side of the tiles, the length of L-BFGS's history, and its precision."""

from __future__ import annotations

import bisect
import math
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from pinxit.encoder.vgg import CHANNELS, Encoder, stride
from pinxit.errors import PinxitError
from pinxit.objective.hypercolumns import STEP
from pinxit.objective.style_index import DIMENSIONS
from pinxit.optimize.lbfgs import HISTORY
from pinxit.optimize.loss_weights import loss_weights
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.recipe import Settings

GIB = 2**30
# All measured by benchmarks/memory.py.
FIXED = 0.62 * GIB  # bytes: the interpreter with PyTorch and an encoder
PER_STYLE = 0.12 * GIB  # bytes: a style image's hypercolumns, and the search among them
PER_TILE_PIXEL = 3700  # bytes: a tile's feature maps and their gradients
PER_PIXEL = 120  # bytes: the picture, its gradient and their temporary copies
PER_PAIR = 24  # bytes a pixel: a pair of L-BFGS in single precision
SAFE = 0.6  # share of the memory to use by default
LEAST_SIDE = 288  # px: below this, margins are most of a tile, and the same pixels are computed again and again
LEAST_HISTORY = 4  # pairs
_ROUND = 16  # px: a suggested --size is a multiple of this


@dataclass(frozen=True)
class Demand:
    """What an objective keeps in memory for a picture.

    Attributes:
        content_layers: taps whose target maps are kept for the whole picture.
        styles: number of style images whose hypercolumns are searched, 0 for an objective without nearest neighbours.
        regions: number of regions; each has a nearest neighbour at every position.
        iterations: at most so many are done, and L-BFGS keeps no more pairs than they produce.
        cache: bytes that are kept of the style images for the next frames of a film.
    """

    content_layers: tuple[str, ...]
    styles: int = 0
    regions: int = 0
    iterations: int = HISTORY + 1
    cache: float = 0.0

    def fixed(self) -> float:
        """Return the bytes that do not depend on the picture's size."""
        return FIXED + self.styles * PER_STYLE + self.cache

    def per_pixel(self, compact: bool) -> float:
        """Return the bytes per pixel, without L-BFGS's history."""
        maps = sum(CHANNELS[min(int(tap[4]), 5) - 1] / stride(tap) ** 2 for tap in self.content_layers)
        queries = self.regions * DIMENSIONS / STEP**2
        return PER_PIXEL + (2 if compact else 4) * (maps + queries)


@dataclass(frozen=True)
class MemoryPlan:
    """How a picture is painted within its memory.

    Attributes:
        side: the tiles' greatest side, px.
        history: the number of pairs that L-BFGS keeps.
        compact: whether these, and other data of the whole picture's size, are in half precision.
    """

    side: int
    history: int
    compact: bool


def demand_of(settings: Settings, inputs: JobInputs, iterations: int) -> Demand:
    """Return what the objective will keep.

    Args:
        settings: the settings.
        inputs: the styles and their regions.
        iterations: the iterations of the scale, at most.
    """
    weights = loss_weights(settings)
    layers = tuple(weights.content_layers)
    cache = 0.0 if inputs.cache is None else inputs.cache.most
    if not weights.neighbors:
        return Demand(layers, iterations=iterations, cache=cache)
    elsewhere = [style for style in inputs.styles if style.region is None]
    regions = len(inputs.styles) - len(elsewhere) + bool(elsewhere)
    sizes = 1 + (inputs.finer is not None) + (inputs.broader is not None)
    return Demand(layers, sizes * len(inputs.styles), sizes * regions, iterations, cache)


def plan(height: int, width: int, budget: float, demand: Demand) -> MemoryPlan:
    """Divide a budget between history and tiles for a picture of that size.

    Half precision is used only for pictures whose whole history does not fit in single precision; other results stay the same.

    Args:
        height: the picture's height, px.
        width: the picture's width, px.
        budget: bytes.
        demand: what the objective keeps.

    Raises:
        PinxitError: when not even the smallest tiles and history fit.
    """
    least = min(LEAST_SIDE, max(height, width))
    full = _division(height, width, budget, demand, compact=False)
    if full.history == _useful(demand) and full.side >= least:
        return full
    half = _division(height, width, budget, demand, compact=True)
    if half.side < least:
        raise PinxitError(_refusal(height, width, budget, demand))
    return half


def peak(height: int, width: int, plan: MemoryPlan, demand: Demand) -> float:
    """Return the bytes that painting a picture takes by a plan.

    Args:
        height: the picture's height, px.
        width: the picture's width, px.
        plan: the plan.
        demand: what the objective keeps.
    """
    pixels = height * width
    side = min(plan.side, max(height, width))
    kept = demand.per_pixel(plan.compact) + plan.history * _per_pair(plan.compact)
    return demand.fixed() + kept * pixels + PER_TILE_PIXEL * min(side**2, pixels)


def _division(height: int, width: int, budget: float, demand: Demand, compact: bool) -> MemoryPlan:
    """Return the plan in that precision; its side is too small where nothing fits."""
    pixels = height * width
    pair = _per_pair(compact) * pixels
    left = budget - demand.fixed() - demand.per_pixel(compact) * pixels
    least_tile = PER_TILE_PIXEL * min(LEAST_SIDE**2, pixels)
    # History may take up to half of what is left: a shorter history costs more time than smaller tiles.
    history = max(
        min(LEAST_HISTORY, _useful(demand)), min(_useful(demand), int(min(left / 2, left - least_tile) / pair))
    )
    return MemoryPlan(int(math.sqrt(max(0.0, left - history * pair) / PER_TILE_PIXEL)), history, compact)


def _useful(demand: Demand) -> int:
    """Return how many pairs L-BFGS can make use of."""
    return max(1, min(HISTORY, demand.iterations - 1))


def _per_pair(compact: bool) -> int:
    return PER_PAIR // 2 if compact else PER_PAIR


def _refusal(height: int, width: int, budget: float, demand: Demand) -> str:
    """Return an error message: what a picture needs, and the largest size that fits in the budget."""
    longer = max(height, width)

    def least(size: int) -> float:
        rows, columns = (max(1, round(side * size / longer)) for side in (height, width))
        side = min(LEAST_SIDE, size)
        return peak(rows, columns, MemoryPlan(side, min(LEAST_HISTORY, _useful(demand)), compact=True), demand)

    sizes = range(_ROUND, longer, _ROUND)
    fitting = bisect.bisect_right(sizes, budget, key=least)
    advice = (
        f", or choose a size of at most {sizes[fitting - 1]} px (--size)."
        if fitting
        else ": no smaller size needs so little."
    )
    return (
        f"{width}×{height} px need {least(longer) / GIB:.1f} GB of memory and {budget / GIB:.1f} GB may be used: "
        f"raise --memory{advice}"
    )


def memory_of(settings: Settings, encoder: Encoder) -> float:
    """Return the memory to plan with, GB: what the settings say, or a safe part of what the device has."""
    return round(budget(encoder.device) / GIB, 3) if settings.memory is None else settings.memory


def budget(device: torch.device) -> float:
    """Return the bytes to use by default: a safe part of what the machine, its container or its GPU has in all.

    Not of what is free at the moment, so that the same machine divides a picture the same way every time.
    """
    if device.type == "cuda":
        return SAFE * torch.cuda.get_device_properties(device).total_memory
    return SAFE * _machine_memory()


def _machine_memory() -> float:
    import psutil

    total = float(psutil.virtual_memory().total)
    allotted = os.environ.get("PINXIT_MEMORY", "")  # bytes; set for each process where several share a machine
    if allotted.isdigit():
        total = min(total, float(allotted))
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, float(limit.read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return total
