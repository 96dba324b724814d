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

    With `auto`: bfloat16 where the processor multiplies its matrices much faster, GPUs that have it and CPUs with Intel's
    AMX (Xeons from 2023 on), for half the memory and half the time (its exponent is float32's, so that gradients need no
    scaling); float32 elsewhere.
    """
    if wanted == "auto":
        return torch.bfloat16 if _multiplies_bfloat16(device) else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[wanted]


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    tells = hasattr(torch.cpu, "get_capabilities")  # PyTorch since 2.10
    return device.type == "cpu" and tells and bool(torch.cpu.get_capabilities().get("amx_bf16"))
