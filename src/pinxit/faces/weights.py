"""The weights of the two networks, as they come with pinxit (for their authors and licences see THIRD_PARTY.md)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "shipped" / "faces.safetensors"


def load(part: str) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of `detector` or `landmarks`, float32, filters `(out, in, H, W)`.

    The file holds 8 bits a number; each tensor has a scale and an offset.
    """
    from safetensors import safe_open

    tensors = {}
    with safe_open(SHIPPED, framework="np") as file:
        scales = json.loads(file.metadata()["scales"])
        for name, (scale, offset) in scales.items():
            if name.startswith(f"{part}/"):
                values = file.get_tensor(name).astype(np.float32) * np.float32(scale) + np.float32(offset)
                tensors[name.removeprefix(f"{part}/")] = values
    return tensors
