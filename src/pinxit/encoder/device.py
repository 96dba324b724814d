"""Which processor computes, and in what precision."""

from __future__ import annotations

from typing import Literal

import torch

from pinxit.errors import PinxitError

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bfloat16"]


def choose_device(wanted: Device) -> torch.device:
    """The device asked for, or with `auto` the fastest there is: cuda, then mps, then cpu.

    Raises:
        PinxitError: when this machine, or this build of PyTorch, has no such device.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, there in present.items() if there))
    if not present[wanted]:
        raise PinxitError(f"PyTorch {torch.__version__} finds no {wanted} on this machine: leave --device out.")
    return torch.device(wanted)


def choose_dtype(wanted: Precision, device: torch.device) -> torch.dtype:
    """What the encoder computes in; picture, Gram matrices and losses are float32 always.

    With `auto`: bfloat16 on GPUs that have it, for half the memory and twice the speed (its exponent is float32's, so
    that gradients need no scaling), float32 elsewhere.
    """
    if wanted == "auto":
        gpu = device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if gpu else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[wanted]
