"""What is computed from style images alone, kept so that the frames of a film do not compute it again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

_Arrays = TypeVar("_Arrays", bound=Sequence[Any])


class StyleCache:
    """A cache of arrays or tensors, for one encoder. What was used longest ago is dropped first.

    Args:
        most: how much to keep, bytes.
    """

    def __init__(self, most: float) -> None:
        self.most = most
        self._entries: dict[Hashable, Sequence[Any]] = {}

    def get(self, key: Hashable, make: Callable[[], _Arrays]) -> _Arrays:
        """Return what is kept by a key, or else make and keep it; it must not be changed afterwards.

        Args:
            key: everything that it depends on; pictures by their `digest`.
            make: returns the arrays.
        """
        found: Any = self._entries.pop(key, None)
        if found is None:
            found = make()
        self._entries[key] = found  # the latest is last
        sizes = {key: sum(one.nbytes for one in arrays) for key, arrays in self._entries.items()}
        while sum(sizes.values()) > self.most:
            oldest = next(iter(sizes))
            del self._entries[oldest], sizes[oldest]
        arrays: _Arrays = found
        return arrays


def digest(*planes: Any) -> bytes:
    """Return a hash of tensors or arrays, with their shapes; None stands for itself."""
    whole = hashlib.blake2b(digest_size=16)
    for plane in planes:
        whole.update(b"none" if plane is None else repr(tuple(plane.shape)).encode())
        if plane is not None:
            whole.update(memoryview(plane.numpy(force=True) if hasattr(plane, "numpy") else plane).cast("B"))
    return whole.digest()
