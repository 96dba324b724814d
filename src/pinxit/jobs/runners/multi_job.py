"""The progress of work that is several jobs of the engines, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from pinxit.recipe.progress import WrappedProgress


@dataclass(frozen=True)
class MultiJobProgress(WrappedProgress):
    """The progress of one of several jobs; see `pinxit.recipe.progress`.

    Attributes:
        number: the job's number, from 1 to `count`.
        count: how many jobs there are.
        before: how long the jobs before it took, s.
    """

    number: int
    count: int
    before: float

    @property
    def facts(self) -> str:
        """See `Progress`."""
        return f"{self.number}/{self.count}  {self.inner.facts}"

    @property
    def seconds(self) -> float:
        """See `Progress`."""
        return self.before + self.inner.seconds

    @property
    def seconds_left(self) -> float:
        """The time left if the other jobs take as long as this one, s."""
        whole = self.inner.seconds + self.inner.seconds_left
        return self.inner.seconds_left + (self.count - self.number) * whole
