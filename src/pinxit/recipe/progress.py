"""The progress that every engine reports while it paints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pinxit.image.picture import Picture


class Progress(Protocol):
    """One item of an engine's iterator; between two items the caller may look at the picture, stop, or save it.

    Attributes:
        size: the longer side that is painted now, px.
        done: iterations done at each scale so far; empty for an engine without iterations.
        memory: GB that were planned for; 0 for an engine that needs little.
        losses: losses by name, including `total`, each before its weight; empty for an engine without losses.
        facts: one line for a person.
        seconds: time since the start, s.
        seconds_left: estimated time to the end, s; infinite while there is nothing to estimate it from.
    """

    @property
    def size(self) -> int: ...  # noqa: D102 - described above
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
        """Return the best picture so far."""


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """The progress after a step of a training; a subclass adds what is trained, a line of facts and a picture.

    Attributes:
        step: steps done so far, of `steps`.
        losses, seconds, seconds_left, size, memory: see `Progress`.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    seconds: float
    seconds_left: float
    size: int
    memory: float = 0.0

    @property
    def done(self) -> tuple[int, ...]:
        """Steps done."""
        return (self.step,)


@dataclass(frozen=True)
class WrappedProgress:
    """The progress of an engine, changed in what a subclass overrides.

    Attributes:
        inner: the engine's progress.
    """

    inner: Progress

    @property
    def size(self) -> int:
        """See `Progress`."""
        return self.inner.size

    @property
    def done(self) -> tuple[int, ...]:
        """See `Progress`."""
        return self.inner.done

    @property
    def memory(self) -> float:
        """See `Progress`."""
        return self.inner.memory

    @property
    def losses(self) -> Mapping[str, float]:
        """See `Progress`."""
        return self.inner.losses

    @property
    def facts(self) -> str:
        """See `Progress`."""
        return self.inner.facts

    @property
    def seconds(self) -> float:
        """See `Progress`."""
        return self.inner.seconds

    @property
    def seconds_left(self) -> float:
        """See `Progress`."""
        return self.inner.seconds_left

    def picture(self) -> Picture:
        """See `Progress`."""
        return self.inner.picture()
