"""What a person sees of a cluster: one bar over all of it, a line for each result, what failed and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pinxit.cli.display import Display
from pinxit.cli.main import complain
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.cluster.crew import News
    from pinxit.cluster.units import Outcome


@dataclass(frozen=True)
class Told:
    """What the bar shows of news; see `pinxit.picture.progress`."""

    facts: str
    seconds: float
    seconds_left: float = 0.0


@dataclass
class Tally:
    """What came of the units so far.

    Attributes:
        total: how many there are.
        noun: what they are called.
    """

    total: int
    noun: str
    painted: int = 0
    before: int = 0
    failures: list[Outcome] = field(default_factory=list)
    interrupted: bool = False

    @property
    def done(self) -> int:
        """How many have a result."""
        return self.painted + self.before

    def follow(self, news: Iterable[News], title: str, take: Callable[[Outcome], None] | None = None) -> None:
        """Show everything that happens, to the end or to Ctrl-C.

        Args:
            news: of a crew.
            title: what is being painted.
            take: is given what was painted, one after the other.
        """
        try:
            with Display(title) as display:
                for item in news:
                    for note in item.notes:
                        display.say(note)
                    for outcome in item.outcomes:
                        self._count(outcome, display, take)
                    facts = f"{self.done} of {self.total} {self.noun}  {item.painters} painters  {item.facts}"
                    display.show(Told(facts, item.seconds, item.seconds_left))
        except KeyboardInterrupt:
            self.interrupted = True

    def tell_failures(self) -> None:
        """Each cause once, with the names of what failed for it."""
        causes: dict[str, list[str]] = defaultdict(list)
        for outcome in self.failures:
            causes[outcome.sentence.replace(outcome.name, "it")].append(outcome.name)
        for cause, names in sorted(causes.items(), key=lambda item: -len(item[1])):
            complain(f"{len(names)} failed because {cause.rstrip('.')}: {', '.join(names)}.")

    def _count(self, outcome: Outcome, display: Display, take: Callable[[Outcome], None] | None) -> None:
        if outcome.state == "failed":
            self.failures.append(outcome)
            named = outcome.name in outcome.sentence
            display.say(outcome.sentence if named else f"{outcome.name}: {outcome.sentence}")
        elif outcome.state == "before":
            self.before += 1
        else:
            self.painted += 1
            if take is not None:
                with display.paused():
                    take(outcome)


def check_alone(cluster: str | None, gpus: float, cpus: int | None) -> None:
    """PinxitError for what only a cluster has, where there is none."""
    if cluster is None and (gpus or cpus):
        raise PinxitError("--gpus and --cpus are for --cluster: leave them out, or name a cluster.")
