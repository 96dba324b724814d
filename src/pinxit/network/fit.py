"""One manner, perfected: the shipped network learns to paint as one painting, or several of one hand, and nothing else."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.network.course import Course, Plan, Step
from pinxit.network.lesson import Library, to_bytes
from pinxit.network.paint import SMALLEST_SIDE, paint
from pinxit.network.teacher import Teacher
from pinxit.network.transformer import Network
from pinxit.network.weights import LARGEST_PAINTING, Weights, shipped
from pinxit.picture import Picture, fit, resize
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.recipe import Settings

# Crops of this side, two at a time: enough to hold a stroke, few enough that a laptop takes a second for a step.
SIDE, BATCH = 192, 2
# Of a painting that lessons are cut from, the shorter side, px.
PAINTING_SIDE = 512
SECONDS_BETWEEN_SAVES = 60.0


@dataclass(frozen=True)
class Progress:
    """Where learning stands; see `pinxit.picture.progress`.

    Attributes:
        weights: gives the network as it is by now, as it goes into a file.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    seconds: float
    seconds_left: float
    weights: functools.partial[Weights]
    _preview: functools.partial[Picture]
    size: int = SIDE
    memory: float = 0.0

    @property
    def done(self) -> tuple[int, ...]:
        """Steps done."""
        return (self.step,)

    @property
    def facts(self) -> str:
        """One line for a person."""
        return f"step {self.step}/{self.steps}  content {self.losses['content']:.3g}  style {self.losses['style']:.3g}"

    def picture(self) -> Picture:
        """The first photograph as the network paints it by now."""
        return self._preview()


def learn(
    paintings: Sequence[Picture], photographs: Sequence[Picture], encoder: Encoder, plan: Plan, states: Path
) -> Iterator[Progress]:
    """Teach the shipped network one manner, yielding after every step.

    Args:
        paintings: what it is to paint like; several are one manner together.
        photographs: what it learns to paint.
        encoder: what judges.
        plan: how long, how fast, for what weight.
        states: the folder where what it needs to go on is saved now and then; what was broken off goes on by itself.

    Raises:
        PinxitError: when a picture is too small.
    """
    for picture in (*paintings, *photographs):
        if min(picture.height, picture.width) < SMALLEST_SIDE:
            raise PinxitError(
                f"one of the pictures has {picture.width}×{picture.height} px: there is nothing to learn from it, "
                f"give one with at least {SMALLEST_SIDE} px on the shorter side."
            )
    library = Library([_small(one) for one in photographs], [_small(one) for one in paintings], varied=False)
    beginning = shipped("fine")
    course = Course(Network.of(beginning), Teacher(encoder), lambda number: library.lesson(number, SIDE, BATCH), plan)
    digest = hashlib.sha256(repr(plan).encode())
    for picture in (*paintings, *photographs):
        digest.update(picture.pixels.tobytes())
    state = states / f"{digest.hexdigest()}.safetensors"
    states.mkdir(parents=True, exist_ok=True)
    if state.exists():
        course.restore(state)
    collage = beside(paintings)
    start = time.monotonic()
    first, recent = course.done, Step(0, 0.0, 0.0)
    for step in _kept(course, state):
        # A step's losses are those of two crops: only their average says anything.
        share = 1.0 if step.number == first + 1 else 0.05
        recent = Step(
            step.number,
            recent.content + share * (step.content - recent.content),
            recent.style + share * (step.style - recent.style),
        )
        now = time.monotonic()
        weights = functools.partial(_weights, course, beginning, plan, recent, collage)
        yield Progress(
            step=step.number,
            steps=plan.steps,
            losses={
                "content": recent.content, "style": recent.style,
                "total": recent.content + plan.style_weight * recent.style,
            },
            seconds=now - start,
            seconds_left=(now - start) / (step.number - first) * (plan.steps - step.number),
            weights=weights,
            _preview=functools.partial(_preview, weights, photographs[0], collage),
        )  # fmt: skip


def _kept(course: Course, state: Path) -> Iterator[Step]:
    """The steps of a course whose state is saved now and then, and when it is broken off between two of them."""
    saved = time.monotonic()
    try:
        for step in course:
            yield step
            if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                course.save(state)
                saved = time.monotonic()
    except GeneratorExit:
        course.save(state)
        raise
    state.unlink(missing_ok=True)


def beside(paintings: Sequence[Picture]) -> Picture:
    """Paintings side by side, equally high, as one picture that fits into a network's file."""
    height = min(PAINTING_SIDE, *(painting.height for painting in paintings))
    parts = [resize(one, height, max(1, round(one.width * height / one.height))).pixels for one in paintings]
    return fit(Picture(np.concatenate(parts, 2)), LARGEST_PAINTING)


def _weights(course: Course, beginning: Weights, plan: Plan, recent: Step, collage: Picture) -> Weights:
    card = {
        "taught": "one manner",
        "from": dict(beginning.card),
        "style_sha256": hashlib.sha256(to_bytes(collage).tobytes()).hexdigest(),
        "steps": recent.number,
        "of": plan.steps,
        "style_weight": plan.style_weight,
        "rate": plan.rate,
        "content_loss": round(recent.content, 4),
        "style_loss": round(recent.style, 4),
    }
    return course.network.weights(course.average, card, to_bytes(collage))


def _preview(weights: functools.partial[Weights], photograph: Picture, collage: Picture) -> Picture:
    ingredients = Ingredients(photograph, (LoadedStyle(collage, network="new"),))
    *_, last = paint(Settings(engine="network", size=384), ingredients, {"new": weights()})
    return last.picture()


def _small(picture: Picture) -> Picture:
    shorter, longer = sorted((picture.height, picture.width))
    return fit(picture, round(longer * PAINTING_SIDE / shorter)) if shorter > PAINTING_SIDE else picture
