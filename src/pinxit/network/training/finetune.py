"""Fine-tune the shipped network to one style: one painting, or several by one hand."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image import Picture, fit, resize
from pinxit.network.conditioning import SMALLEST_SIDE
from pinxit.network.model import Network
from pinxit.network.paint import paint
from pinxit.network.training.dataset import StyleDataset, to_bytes
from pinxit.network.training.one_style import OneStyleLoss
from pinxit.network.training.trainer import StepReport, Trainer, TrainingConfig
from pinxit.network.weights import LARGEST_PAINTING, NetworkWeights, shipped
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.progress import StepProgress
from pinxit.recipe.recipe import Settings

SIDE = 224  # px: side of a crop, half of a picture
PAINTING_SIDE = 512  # px: shorter side of the style images
SECONDS_BETWEEN_SAVES = 60.0


@dataclass(frozen=True, kw_only=True)
class TrainingProgress(StepProgress):
    """Progress of a network's training.

    Attributes:
        weights: returns the network so far, as the content of a file.
    """

    weights: functools.partial[NetworkWeights]
    _preview: functools.partial[Picture]
    size: int = SIDE

    @property
    def facts(self) -> str:
        """One line for a person."""
        return f"step {self.step}/{self.steps}  content {self.losses['content']:.3g}  style {self.losses['style']:.3g}"

    def picture(self) -> Picture:
        """Return the first photograph as the network paints it so far."""
        return self._preview()


def finetune(
    paintings: Sequence[Picture], photographs: Sequence[Picture], encoder: Encoder, config: TrainingConfig, states: Path
) -> Iterator[TrainingProgress]:
    """Train the shipped network on one style, yielding after every step.

    Args:
        paintings: the style images; several are one style together.
        photographs: the photographs to paint.
        encoder: the VGG of the losses.
        config: the number of steps, the learning rate, and the style weight.
        states: the folder in which the state is saved now and then; an interrupted training resumes by itself.

    Raises:
        PinxitError: when a picture is too small.
    """
    for picture in (*paintings, *photographs):
        if min(picture.height, picture.width) < SMALLEST_SIDE:
            raise PinxitError(
                f"one of the pictures has {picture.width}×{picture.height} px: too few to learn from: "
                f"give one with at least {SMALLEST_SIDE} px on the shorter side."
            )
    collage = collage_of(paintings)
    dataset = StyleDataset(photographs, [collage], varied=False)
    initial = shipped("fine")
    trainer = Trainer(
        Network.from_weights(initial),
        OneStyleLoss(encoder, paintings, collage),
        lambda number: dataset.batch(number, SIDE, 1),
        config,
    )
    digest = hashlib.sha256(repr((config, initial.shape, initial.card)).encode())
    for picture in (*paintings, *photographs):
        digest.update(picture.pixels.tobytes())
    state = states / f"{digest.hexdigest()}.safetensors"
    states.mkdir(parents=True, exist_ok=True)
    if state.exists():
        trainer.restore(state)
    start = time.monotonic()
    first, recent = trainer.done, StepReport(0, 0.0, 0.0)
    for step in _with_saves(trainer, state):
        # A step's losses are those of one crop, so a running average is reported.
        share = 1.0 if step.number == first + 1 else 0.05
        recent = StepReport(
            step.number,
            recent.content + share * (step.content - recent.content),
            recent.style + share * (step.style - recent.style),
        )
        now = time.monotonic()
        weights = functools.partial(_weights, trainer, initial, config, recent, collage)
        yield TrainingProgress(
            step=step.number,
            steps=config.steps,
            losses={
                "content": recent.content, "style": recent.style,
                "total": recent.content + config.style_weight * recent.style,
            },
            seconds=now - start,
            seconds_left=(now - start) / (step.number - first) * (config.steps - step.number),
            weights=weights,
            _preview=functools.partial(_preview, weights, photographs[0], collage),
        )  # fmt: skip


def _with_saves(trainer: Trainer, state: Path) -> Iterator[StepReport]:
    """Yield a trainer's steps; save its state now and then, and when it is interrupted between two steps."""
    saved = time.monotonic()
    try:
        for step in trainer:
            yield step
            if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                trainer.save(state)
                saved = time.monotonic()
    except GeneratorExit:
        trainer.save(state)
        raise
    state.unlink(missing_ok=True)


def collage_of(paintings: Sequence[Picture]) -> Picture:
    """Return paintings side by side, equally high, as one picture that fits into a network's file."""
    height = min(PAINTING_SIDE, *(painting.height for painting in paintings))
    parts = [resize(one, height, max(1, round(one.width * height / one.height))).pixels for one in paintings]
    return fit(Picture(np.concatenate(parts, 2)), LARGEST_PAINTING)


def _weights(
    trainer: Trainer, initial: NetworkWeights, config: TrainingConfig, recent: StepReport, collage: Picture
) -> NetworkWeights:
    card = {
        "taught": "one manner",
        "from": dict(initial.card),
        "style_sha256": hashlib.sha256(to_bytes(collage).tobytes()).hexdigest(),
        "steps": recent.number,
        "of": config.steps,
        "style_weight": config.style_weight,
        "rate": config.rate,
        "content_loss": round(recent.content, 4),
        "style_loss": round(recent.style, 4),
    }
    return trainer.network.weights(trainer.average, card, to_bytes(collage))


def _preview(weights: functools.partial[NetworkWeights], photograph: Picture, collage: Picture) -> Picture:
    inputs = JobInputs(photograph, (StyleInput(collage, network="new"),))
    *_, last = paint(Settings(engine="network", size=384), inputs, {"new": weights()})
    return last.picture()
