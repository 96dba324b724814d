"""A cluster's work on the screen: one bar over all of it, a line for each result, and what failed and why."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pinxit.cli.display import Display
from pinxit.cli.messages import warn

if TYPE_CHECKING:
    from pinxit.cluster.scheduler import SchedulerProgress
    from pinxit.cluster.tasks import Outcome


@dataclass(frozen=True)
class Status:
    """What the bar shows; see `pinxit.recipe.progress`.

    Attributes:
        facts: one line.
        seconds: since the start.
        seconds_left: an estimate; infinite while there is none.
    """

    facts: str
    seconds: float
    seconds_left: float = math.inf


@dataclass
class ClusterProgress:
    """Counts of tasks that were painted, done before, or failed.

    Attributes:
        total: how many tasks there are.
        noun: what they are called.
        painted: by this command.
        before: by an earlier one.
        failures: the tasks that failed.
        interrupted: whether Ctrl-C ended the work.
    """

    total: int
    noun: str
    painted: int = 0
    before: int = 0
    failures: list[Outcome] = field(default_factory=list)
    interrupted: bool = False

    @property
    def done(self) -> int:
        """How many tasks have a result."""
        return self.painted + self.before

    def follow(
        self, steps: Iterable[SchedulerProgress], title: str, take: Callable[[Outcome], None] | None = None
    ) -> None:
        """Show everything that happens, to the end or to Ctrl-C.

        Args:
            steps: the scheduler's iterator of progress.
            title: what to call the work.
            take: called with each unit that was painted.
        """
        try:
            with Display(title) as display:
                for item in steps:
                    for note in item.notes:
                        display.say(note)
                    for outcome in item.outcomes:
                        self._count(outcome, display, take)
                    facts = f"{self.done} of {self.total} {self.noun}  {item.workers} workers  {item.facts}"
                    display.show(Status(facts, item.seconds, item.seconds_left))
        except KeyboardInterrupt:
            self.interrupted = True

    def warn_failures(self) -> None:
        """Print each cause of failures once, with the names of the tasks that failed for it."""
        causes: dict[str, list[str]] = defaultdict(list)
        for outcome in self.failures:
            causes[outcome.error.replace(outcome.name, "it")].append(outcome.name)
        for cause, names in sorted(causes.items(), key=lambda item: -len(item[1])):
            warn(f"{len(names)} failed because {cause.rstrip('.')}: {', '.join(names)}.")

    def _count(self, outcome: Outcome, display: Display, take: Callable[[Outcome], None] | None) -> None:
        if outcome.state == "failed":
            self.failures.append(outcome)
            named = outcome.name in outcome.error
            display.say(outcome.error if named else f"{outcome.name}: {outcome.error}")
        elif outcome.state == "already_done":
            self.before += 1
        else:
            self.painted += 1
            if take is not None:
                with display.paused():
                    take(outcome)
