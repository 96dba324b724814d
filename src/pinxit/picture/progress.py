"""Where an engine's work stands: what every engine tells whoever drives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pinxit.picture.picture import Picture


class Progress(Protocol):
    """One item of an engine's iterator. Between two items one may look, stop, or keep what there is.

    Attributes:
        size: the longer side that is painted now, px.
        done: iterations done at each scale so far; empty for an engine without.
        memory: GB that were planned with; 0 for an engine that needs none to speak of.
        losses: by name, `total` among them, each before its weight; empty for an engine that minimises nothing.
        facts: one line for a person.
        seconds: since the start.
        seconds_left: an estimate.
    """

    @property
    def size(self) -> int: ...  # noqa: D102 - told above
    @property
    def done(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def memory(self) -> float: ...  # noqa: D102
    @property
    def losses(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def facts(self) -> str: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def seconds_left(self) -> float: ...  # noqa: D102

    def picture(self) -> Picture:
        """The best picture so far."""
