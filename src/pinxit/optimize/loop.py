"""The loop over scales and iterations, as an iterator: its driver may look, stop or keep the picture between two items."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from pinxit.optimize.descent import Descent
from pinxit.optimize.progress import Finish, OptimizerProgress
from pinxit.optimize.schedule import BETWEEN_MATCHES, Clock, Scale
from pinxit.optimize.state import State, named, number, numbers, within
from pinxit.optimize.stopping import Plateau
from pinxit.recipe.recipe import Recipe, Settings


def coarse_to_fine(
    settings: Settings,
    schedule: tuple[Scale, ...],
    begin: Callable[[Scale, Descent | None], tuple[Descent, Finish]],
    memory: float,
    state: State | None = None,
) -> Iterator[OptimizerProgress]:
    """Minimise the objective at every scale in turn, yielding after every iteration.

    Args:
        settings: the settings; a Recipe with `done` gets exactly those iterations, whatever time or tolerance say.
        schedule: the scales, coarse to fine.
        begin: returns the descent at a scale, given the one at the scale before, and what finishes its canvas.
        memory: the memory planned with, GB; only reported.
        state: the state of an earlier run, which is resumed.

    Raises:
        PinxitError: when the objective breaks down; see `Descent.step`.
    """
    exactly = settings.done if isinstance(settings, Recipe) else None
    if exactly:
        schedule = schedule[: len(exactly)]
    clock = Clock(schedule, None if exactly else settings.seconds)
    done = [] if state is None else [int(count) for count in numbers(state, "done")]
    resumed = len(done) - 1
    if state is not None:
        clock.resume(number(state, "seconds"), done)
    descent: Descent | None = None
    for step, scale in enumerate(schedule):
        if step < resumed:
            continue
        clock.enter(step)
        if descent is not None:
            descent.close()  # the driver may still hold the last item, and through it this descent
        descent, finish = begin(scale, descent)
        plateau = Plateau(0.0 if exactly else settings.tolerance)
        limit = exactly[step] if exactly else scale.iterations
        finished = False
        if state is not None and step == resumed:
            descent.restore(within(state, "descent"))
            plateau.best = numbers(state, "plateau")
            finished = bool(number(state, "finished"))
            state = None  # the tensors belong to the descent from here on
        else:
            done.append(0)
        while done[-1] < limit and not finished:
            if done[-1] and done[-1] % BETWEEN_MATCHES == 0 and descent.match():
                plateau.restart()
            losses = descent.step()
            done[-1] += 1
            clock.tick(scale)
            total = float(losses.total)
            finished = (clock.expired and not exactly) or plateau.reached(total)
            yield OptimizerProgress(
                scale=step,
                scales=len(schedule),
                size=scale.longer_side,
                full_size=schedule[-1].longer_side,
                iteration=done[-1],
                iterations=limit,
                done=tuple(done),
                content=float(losses.content),
                style=float(losses.style),
                smoothness=float(losses.smoothness),
                total=total,
                seconds=clock.seconds,
                seconds_left=clock.seconds_left(step, done[-1]),
                memory=memory,
                _finish=finish,
                _best=descent.best,
                _state=functools.partial(_state, descent, plateau, clock, tuple(done), finished),
            )


def _state(descent: Descent, plateau: Plateau, clock: Clock, done: tuple[int, ...], finished: bool) -> State:
    return {
        "done": list(done),
        "seconds": clock.seconds,
        "plateau": list(plateau.best),
        "finished": finished,
        **named(descent.state(), "descent"),
    }
