"""The painters of a cluster and who has which unit.

Ray puts painters where there is room, ships them what they need, and tells when one has died. It could repeat calls to an actor
by itself, but counts a call as failed twice within the seconds that it takes to find out that the node is gone: so a unit
whose painter died is given to the next one here.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pinxit import __version__
from pinxit.cluster import files
from pinxit.cluster.needs import Needs
from pinxit.cluster.painter import Painter
from pinxit.cluster.units import Outcome, Step, Unit, Work
from pinxit.errors import PinxitError

# A unit whose painter died so often is what kills them.
TRIES = 3
# And where so many painters die one after the other before they have begun, for each that there is room for, all would.
_MOST_STILLBORN = 10
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_CENSUSES = 5.0
# Painters that are asked how far they are each time: of a thousand, a few tell enough.
_ASKED_AT_ONCE = 32


@dataclass(frozen=True)
class News:
    """What happened since the last.

    Attributes:
        outcomes: of the units that ended.
        notes: what else a person should know.
        share: of all work that is done, range [0, 1].
        painters: how many are at work.
        facts: of one of the units that are being painted.
        seconds: since the start.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    share: float
    painters: int
    facts: str
    seconds: float

    @property
    def seconds_left(self) -> float:
        """An estimate."""
        return self.seconds / self.share * (1 - self.share) if self.share > 0 else 0.0


@dataclass
class _Hired:
    """A painter, what it does, and where."""

    actor: Any
    unit: Any = None
    node: str = ""
    host: str = ""
    step: Step = field(default_factory=lambda: Step(0.0))
    asked: Any = None


class Crew:
    """Does units on the cluster that `connection.connected` has connected to.

    Args:
        work: what they have in common.
        needs: what each painter needs.
    """

    def __init__(self, work: Work, needs: Needs) -> None:
        import ray

        self._ray: Any = ray
        self._work, self._needs = work, needs
        self._hired: dict[Any, _Hired] = {}
        self._waiting: deque[Any] = deque()
        self._tries: Counter[str] = Counter()
        self._stillborn = 0
        self._avoided: dict[str, str] = {}
        self._notes: list[str] = []
        self._supplies: Any = None
        self._census, self._room, self._turn = 0.0, 0, 0

    def paint(self, units: Sequence[Unit]) -> Iterator[News]:
        """Do all units, in any order, telling once a second how it goes.

        Whoever stops listening stops the painters too: what they were at is not done, what is done is kept.

        Raises:
            PinxitError: when no node can take a painter.
        """
        self._waiting = deque(units)
        self._supplies = self._ray.put({name: files.read(name) for name in self._work.supplies})
        total, done, start = len(units), 0, time.monotonic()
        try:
            while self._waiting or any(hired.unit is not None for hired in self._hired.values()):
                self._hire()
                outcomes = self._ended()
                done += len(outcomes)
                steps = [hired for hired in self._hired.values() if hired.unit is not None]
                share = (done + sum(hired.step.share for hired in steps)) / total
                facts = f"{steps[0].unit.name} {steps[0].step.facts}" if steps else "waits for painters"
                notes, self._notes = tuple(self._notes), []
                yield News(tuple(outcomes), notes, share, len(steps), facts, time.monotonic() - start)
        finally:
            for hired in self._hired.values():
                self._dismiss(hired)
            self._hired.clear()

    def _hire(self) -> None:
        """As many painters as there is work and room for."""
        now = time.monotonic()
        if now - self._census > _SECONDS_BETWEEN_CENSUSES:
            self._census, self._room = now, self._count_room()
        busy = sum(hired.unit is not None for hired in self._hired.values())
        while len(self._hired) < min(self._room, busy + len(self._waiting)):
            options: dict[str, Any] = {
                "num_cpus": self._needs.cpus,
                "memory": self._needs.memory,
                # One thread paints, the other tells how far it is.
                "max_concurrency": 2,
            }
            if self._needs.gpus:
                options["num_gpus"] = self._needs.gpus
            if self._avoided:
                options["label_selector"] = {"ray.io/node-id": f"!in({','.join(self._avoided)})"}
            actor_class: Any = self._ray.remote(**options)(Painter)
            actor = actor_class.remote(self._work, self._supplies, self._needs, __version__)
            self._hired[actor.ready.remote()] = _Hired(actor)

    def _count_room(self) -> int:
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        room = sum(self._needs.fit(node["Resources"]) for node in nodes if node["NodeID"] not in self._avoided)
        if not room and not self._hired:
            if self._avoided:
                raise PinxitError(f"no node is left to paint on: {'; '.join(self._avoided.values())}.")
            raise PinxitError(
                f"no node of the cluster has room for a painter, which needs {self._needs}: "
                "add a larger node, or lower --cpus, --gpus, --memory or --size."
            )
        return room

    def _ended(self) -> list[Outcome]:
        """Wait a moment for painters that are ready for the next unit."""
        ready, _ = self._ray.wait(list(self._hired), num_returns=1, timeout=_SECONDS_BETWEEN_LOOKS)
        if ready:  # whoever else is ready now
            ready, _ = self._ray.wait(list(self._hired), num_returns=len(self._hired), timeout=0)
        outcomes = [outcome for reference in ready if (outcome := self._end(reference)) is not None]
        self._look()
        return outcomes

    def _end(self, reference: Any) -> Outcome | None:
        hired = self._hired.pop(reference)
        unit = hired.unit
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._dismiss(hired)
            return self._died(hired, error)
        if unit is None:
            self._stillborn = 0
            hired.node, hired.host, trouble = answer
            if trouble:
                self._avoid(hired, trouble)
                return None
        elif answer.state == "elsewhere":
            self._avoid(hired, answer.sentence)
            return self._again(unit, f"every node it was tried on fails ({answer.sentence}).")
        hired.unit = self._waiting.popleft() if self._waiting else None
        if hired.unit is None:
            self._dismiss(hired)
        else:
            hired.step, hired.asked = Step(0.0), None
            self._hired[hired.actor.paint.remote(hired.unit)] = hired
        return answer if unit is not None else None

    def _died(self, hired: _Hired, error: Exception) -> Outcome | None:
        self._census = 0.0  # perhaps its node is gone too
        if hired.unit is None:
            self._stillborn += 1
            if self._stillborn > _MOST_STILLBORN * max(1, self._room):
                raise PinxitError(f"painters die before they have begun ({_first_line(error)}): see `ray logs`.")
            return None
        return self._again(hired.unit, f"its painter died {TRIES} times, perhaps for lack of memory: see `ray logs`.")

    def _again(self, unit: Any, sentence: str) -> Outcome | None:
        """Give a unit to another painter, or up."""
        self._tries[unit.name] += 1
        if self._tries[unit.name] >= TRIES:
            return Outcome(unit.name, "failed", sentence)
        self._waiting.appendleft(unit)
        return None

    def _avoid(self, hired: _Hired, trouble: str) -> None:
        """No painter goes to that node any more: it would only fail one unit after another."""
        self._dismiss(hired)
        self._census = 0.0
        if hired.node not in self._avoided:
            self._avoided[hired.node] = f"{hired.host}: {trouble}"
            self._notes.append(f"leaves out the node {hired.host}: {trouble}.")

    def _look(self) -> None:
        """Ask painters how far they are, and take the answers that have come."""
        busy = [hired for hired in self._hired.values() if hired.unit is not None]
        self._turn = (self._turn + _ASKED_AT_ONCE) % max(len(busy), 1)
        for hired in (busy[self._turn :] + busy[: self._turn])[:_ASKED_AT_ONCE]:
            if hired.asked is not None:
                if not self._ray.wait([hired.asked], timeout=0)[0]:
                    continue
                # Of a dead painter its unit will tell.
                with contextlib.suppress(self._ray.exceptions.RayError):
                    hired.step = self._ray.get(hired.asked)
            hired.asked = hired.actor.where.remote()

    def _dismiss(self, hired: _Hired) -> None:
        # At once, whatever it is doing: what it has not finished it has not written.
        with contextlib.suppress(Exception):
            self._ray.kill(hired.actor)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
