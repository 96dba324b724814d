"""Choose the device and the precision to compute in."""

from __future__ import annotations

import torch

from pinxit.errors import PinxitError
from pinxit.recipe.choices import Device, Precision


def choose_device(wanted: Device) -> torch.device:
    """Return the device asked for, or with `auto` the fastest available: cuda, then mps, then cpu.

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
    """Return the precision of the encoder; picture, Gram matrices and losses are always float32.

    With `auto`: bfloat16 where the processor multiplies its matrices much faster (GPUs that have it, and CPUs with Intel's AMX,
    Xeons from 2023 on), for half the memory and half the time; float32 elsewhere. The exponent of bfloat16 is float32's, so
    gradients need no scaling.
    """
    if wanted == "auto":
        return torch.bfloat16 if _multiplies_bfloat16(device) else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[wanted]


def has_bfloat16() -> bool:
    """Return whether the processor has instructions for bfloat16, with AMX or without.

    `choose_dtype` asks for AMX, so that the optimiser's results stay as they are on other processors.
    """
    return _has("avx512_bf16") or _has("amx_bf16")


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and _has("amx_bf16")


def _has(capability: str) -> bool:
    reports = hasattr(torch.cpu, "get_capabilities")  # PyTorch since 2.10
    return reports and bool(torch.cpu.get_capabilities().get(capability))
