"""How to stay within a memory budget: the side of the tiles, and how much history L-BFGS keeps."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from pinxit.encoder.vgg import CHANNELS, stride
from pinxit.errors import PinxitError
from pinxit.optimize.lbfgs import HISTORY

GIB = 2**30
# benchmarks/memory.py measures all of these: the interpreter with PyTorch and an encoder; a tile's feature maps and their
# gradients; the picture, its gradient and their copies on the way.
FIXED = 0.7 * GIB
PER_TILE_PIXEL = 3000
PER_PIXEL = 176
PER_PAIR = 24
SAFE = 0.6
# Below this, margins are most of a tile, and the same pixels are seen again and again.
LEAST_SIDE = 288
LEAST_HISTORY = 4


@dataclass(frozen=True)
class Plan:
    """The side of the tiles, px, and the pairs that L-BFGS keeps."""

    side: int
    history: int


def plan(height: int, width: int, budget: float, content_layers: list[str]) -> Plan:
    """Divide a budget between history and tiles for a picture of that size.

    Args:
        height, width: px.
        budget: bytes.
        content_layers: taps whose target maps are kept for the whole picture.

    Raises:
        PinxitError: when the least there can be does not fit.
    """
    pixels = height * width
    targets = _targets(content_layers)
    left = budget - FIXED - (PER_PIXEL + targets) * pixels
    # History may have half of what is left: what the tiles lose by it costs time, what it loses costs more.
    history = max(LEAST_HISTORY, min(HISTORY, int(left / 2 / (PER_PAIR * pixels))))
    side = int(math.sqrt(max(0.0, left - history * PER_PAIR * pixels) / PER_TILE_PIXEL))
    if side < min(LEAST_SIDE, max(height, width)):
        least = FIXED + (PER_PIXEL + targets + LEAST_HISTORY * PER_PAIR) * pixels + PER_TILE_PIXEL * LEAST_SIDE**2
        raise PinxitError(
            f"{width}×{height} px need {least / GIB:.1f} GB of memory and {budget / GIB:.1f} GB may be used: "
            "raise --memory or lower --size."
        )
    return Plan(side, history)


def peak(height: int, width: int, plan: Plan, content_layers: list[str]) -> float:
    """Bytes that painting a picture of that size takes by a plan."""
    pixels = height * width
    side = min(plan.side, max(height, width))
    return FIXED + (PER_PIXEL + _targets(content_layers) + plan.history * PER_PAIR) * pixels + PER_TILE_PIXEL * side**2


def _targets(content_layers: list[str]) -> float:
    """Bytes to a pixel of the content's feature maps, which are kept for the whole picture."""
    return sum(4 * CHANNELS[min(int(tap[4]), 5) - 1] / stride(tap) ** 2 for tap in content_layers)


def budget(device: torch.device) -> float:
    """What may be used where nobody says: bytes, a safe part of what the machine, its container or its GPU has.

    Of all there is, not of what is free just now: the same machine should divide a picture the same way every time.
    """
    if device.type == "cuda":
        return SAFE * torch.cuda.get_device_properties(device).total_memory
    return SAFE * _machine_memory()


def _machine_memory() -> float:
    import psutil

    total = float(psutil.virtual_memory().total)
    allotted = os.environ.get("PINXIT_MEMORY", "")  # bytes; whoever puts several on one machine divides it among them
    if allotted.isdigit():
        total = min(total, float(allotted))
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, float(limit.read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return total
