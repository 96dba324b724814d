"""How long work takes on this machine: estimated from the runs that were finished here, which a file in the home remembers."""

from __future__ import annotations

import contextlib
import math
import threading
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import JobsError
from pinxit.jobs.specs import Spec
from pinxit.jobs.specs.sweep import SweepSpec
from pinxit.jobs.specs.train import TrainSpec
from pinxit.optimize.schedule import scales
from pinxit.recipe.recipe import Settings

_MOST_REMEMBERED = 200
# Runs from which an estimate is made: more than one, because the machine may have been busy during any of them.
_COMPARED = 3


class Run(BaseModel):
    """A finished run.

    Attributes:
        kind: runs of the same kind take time in proportion to their work.
        work: iterations times pixels, or what else the time is proportional to.
        startup: time before the first iteration, s.
        seconds: time of the whole run, s.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    work: float = Field(gt=0)
    startup: float = Field(ge=0)
    seconds: float = Field(ge=0)


_RUNS = TypeAdapter(list[Run])


class RunTimes:
    """The runs of one home, the oldest first.

    Args:
        path: the file that remembers them; one that cannot be read counts as empty.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._runs: list[Run] = []
        with contextlib.suppress(ValidationError):
            self._runs = _RUNS.validate_python(read_json(path) or [])

    def add(self, spec: Spec, startup: float, seconds: float, done: tuple[int, ...] | None = None) -> None:
        """Remember a finished run.

        Args:
            spec: what was made.
            startup: time before the first iteration, s.
            seconds: time of the whole run, s.
            done: iterations done at each scale, of a run that was stopped early.
        """
        measured = _kind_and_work(spec, done)
        if measured is None:
            return
        run = Run(kind=measured[0], work=measured[1], startup=startup, seconds=seconds)
        with self._lock, contextlib.suppress(JobsError):  # an estimate is not worth an error
            self._runs = [*self._runs, run][-_MOST_REMEMBERED:]
            write_json(self._path, [one.model_dump() for one in self._runs])

    def estimate(self, spec: Spec) -> float | None:
        """Return how long a run will take, s; None where nothing like it was made here yet."""
        measured = _kind_and_work(spec)
        if measured is None:
            return None
        kind, work = measured
        with self._lock:
            like = [run for run in reversed(self._runs) if run.kind == kind]
        # The nearest amounts of work, the latest first: small runs say little about large ones.
        near = sorted(like, key=lambda run: round(abs(math.log(run.work / work)), 1))[:_COMPARED]
        if not near:
            return None
        speed = median(max(0.0, run.seconds - run.startup) / run.work for run in near)
        return median(run.startup for run in near) + speed * work


def _kind_and_work(spec: Spec, done: tuple[int, ...] | None = None) -> tuple[str, float] | None:
    """Return a run's kind and its amount of work; None for work that does not say beforehand how much it is."""
    if isinstance(spec, TrainSpec):
        return "train", float(spec.steps)
    if spec.work == "video":  # the length of the clip decides
        return None
    chosen = getattr(spec, "settings", {})
    sizes = [side for name in ("height", "width") if isinstance(side := getattr(spec, name, None), int | float)]
    settings = Settings.choose({**chosen, **({"size": round(max(sizes))} if sizes else {})})
    kind = "stylize" if isinstance(spec, SweepSpec) else spec.work
    count = math.prod(len(values) for values in spec.vary.values()) if isinstance(spec, SweepSpec) else 1
    if settings.engine == "network":
        return f"{kind} network", float(count * settings.size**2)
    plan = scales(settings.size, settings.size, settings.coarsest, settings.iterations)
    counts = [scale.iterations for scale in plan] if done is None else done
    work = sum(scale.pixels * iterations for scale, iterations in zip(plan, counts, strict=False))
    return f"{kind} {settings.objective} {settings.precision}", float(count * work)
