"""Safetensors files of the cache, with a checksum of their tensors in the header."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic


def read_checked(path: Path) -> dict[str, Tensor]:
    """Read a file of the cache and check it against the checksum in its header.

    Raises:
        PinxitError: when it is damaged; the message says how to repair it.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a mapping
            expected = (file.metadata() or {}).get("tensors_sha256")
        sound = expected == tensors_sha256(tensors)
    except Exception as error:  # safetensors raises errors of its own
        raise PinxitError(f"{path} is damaged: run `pinxit weights pull {path.stem}`.") from error
    if not sound:
        raise PinxitError(f"{path} does not match its checksum: run `pinxit weights pull {path.stem}`.")
    return tensors


def write_checked(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> None:
    """Write a file for `read_checked`, completely or not at all.

    Args:
        path: the file.
        tensors: the tensors by name.
        header: text for the header, beside the checksum.

    Raises:
        PinxitError: when it cannot be written.
    """
    # Not with save_file: its error on a full disk does not say that the disk is full.
    content = save(dict(tensors), metadata={**header, "tensors_sha256": tensors_sha256(tensors)})
    write_atomic(content, path, overwrite=True)


def tensors_sha256(tensors: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of all names and numbers, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].contiguous().numpy().tobytes())
    return digest.hexdigest()
