"""What decides a living texture, and what decides a loop of one; both are stored in the files that pinxit writes."""

from __future__ import annotations

import json
from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from pinxit.recipe.recipe import Finite, Input
from pinxit.version import __version__

STEPS = 4000
"""Training steps: about 12 minutes at 0.18 s of processor time each."""
MOST_SIDE = 2048
"""Most cells on a side of a loop."""


class LivingOptions(TypedDict, total=False):
    """Keyword arguments of `prepare_living`: the fields of `LivingRecipe` that a user chooses; None for the default."""

    steps: int | None
    seed: int | None
    style_scale: float | None


class LoopOptions(TypedDict, total=False):
    """Keyword arguments of `export_living`: the fields of `LoopRecipe` that a user chooses; None for the default."""

    size: int | None
    seconds: float | None
    rate: int | None
    speed: int | None
    seed: int | None


class LivingRecipe(BaseModel):
    """Everything that decides a living texture.

    Attributes:
        painting: the painting that taught it.
        steps: training steps.
        seed: of everything random in the training.
        style_scale: size of strokes relative to the painting's own at the size it is read at.
        done: training steps that were made; fewer than `steps`, over which the learning rate falls, where it was interrupted;
            0 before the training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["texture"] = "texture"
    living: Literal["automaton"] = "automaton"
    pinxit: str = Field(__version__, max_length=64)
    painting: Input
    steps: int = Field(STEPS, ge=1, le=100_000)
    seed: int = Field(0, ge=0, lt=2**63)
    style_scale: Finite = Field(1.0, ge=0.05, le=20)
    done: int = Field(0, ge=0, le=100_000)

    def to_json(self) -> str:
        """Return the recipe as JSON text."""
        return self.model_dump_json()


class LoopRecipe(BaseModel):
    """Everything that decides a loop of a living texture.

    Attributes:
        automaton: the file of the living texture.
        size: cells on a side, and px; even, for films.
        seconds: length of the loop, s.
        rate: frames a second.
        speed: steps of the automaton in a frame.
        seed: of the noise that the grid begins with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["texture"] = "texture"
    living: Literal["loop"] = "loop"
    pinxit: str = Field(__version__, max_length=64)
    automaton: Input
    size: int = Field(256, ge=16, le=MOST_SIDE, multiple_of=2)
    seconds: Finite = Field(4.0, gt=0, le=60)
    rate: int = Field(30, ge=1, le=60)
    speed: int = Field(1, ge=1, le=16)
    seed: int = Field(0, ge=0, lt=2**32)

    @property
    def frames(self) -> int:
        """Frames of the loop."""
        return max(2, round(self.seconds * self.rate))

    def to_json(self) -> str:
        """Return the recipe as JSON text."""
        return self.model_dump_json()


def is_living(text: str) -> bool:
    """Return whether a recipe's JSON text describes a living texture or a loop of one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "living" in data
