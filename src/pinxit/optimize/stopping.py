"""Stop a scale when further iterations no longer pay."""

from __future__ import annotations

WINDOW = 10


class Plateau:
    """Watches a scale's losses and detects when they no longer improve.

    Args:
        tolerance: the share by which the best loss must fall in `WINDOW` iterations; 0 never stops.

    Attributes:
        best: the lowest loss so far, after each iteration.
    """

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self.best: list[float] = []

    def reached(self, loss: float) -> bool:
        """Add the next loss, and return whether the last `WINDOW` iterations together improved too little."""
        self.best.append(min(loss, self.best[-1]) if self.best else loss)
        if not self._tolerance or len(self.best) <= WINDOW:
            return False
        return self.best[-1] > (1 - self._tolerance) * self.best[-1 - WINDOW]

    def restart(self) -> None:
        """Forget the losses so far, because those to come are of another objective."""
        self.best = []
