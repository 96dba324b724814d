"""The spec of a painted video."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pinxit.jobs.specs.base import MOST_STYLES, InputSpec, SettingsSpec, TimedStyleSpec
from pinxit.recipe.recipe import Finite, Weight
from pinxit.video.recipe import AUTO_KEYS, MAX_NUMBER

MOST_KEYS = 64


class KeySpec(InputSpec):
    """A painted keyframe, or the mask of one, and its frame's number, from 1."""

    number: int = Field(ge=1, le=MAX_NUMBER)


class VideoSpec(SettingsSpec):
    """Paint a clip so that it does not flicker."""

    work: Literal["video"] = "video"
    clip: InputSpec
    styles: tuple[TimedStyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    keyframes: tuple[KeySpec, ...] = Field((), max_length=MOST_KEYS, description="Painted frames that others follow.")
    key_masks: tuple[KeySpec, ...] = Field((), max_length=MOST_KEYS, description="Where keyframes are followed.")
    keys: (
        Literal["auto"] | Annotated[tuple[Annotated[int, Field(ge=1, le=MAX_NUMBER)], ...], Field(max_length=MOST_KEYS)]
    ) = Field(
        (),
        description="Frames that are painted first, and that others follow, from 1; `auto` lets pinxit choose them, as the "
        "optimizer does where this is left out.",
    )
    consistency: Literal["on", "off"] = "on"
    start: Finite = Field(0.0, ge=0, le=1e7, description="Where in the clip it begins, s.")
    end: Finite | None = Field(None, gt=0, le=1e7, description="Where in the clip it ends, s.")
    codec: Literal["libx264"] | None = None
    crf: int | None = Field(None, ge=0, le=51)
    hdr: Literal["tonemap", "refuse"] = Field("tonemap", description="What to do with high dynamic range.")
    temporal_weight: Weight = 200.0
    long_term: tuple[Annotated[int, Field(ge=2, le=100)], ...] = Field((), max_length=8)
    passes: int = Field(1, ge=1, le=30)

    renamed: ClassVar[dict[str, str]] = {"content": "clip"}

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        # A video always begins from its frames, so a recipe's `init: content` adds nothing.
        return {name: value for name, value in data.items() if (name, value) != ("init", "content")}

    @property
    def named_keys(self) -> tuple[int, ...]:
        """The numbers of the keyframes that the user named for pinxit to paint, from 1."""
        return () if self.keys == AUTO_KEYS else self.keys

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.clip.sha256:
            raise ValueError(f"{self.clip.name} is a picture, not a clip: upload one")
        if self.end is not None and self.end <= self.start:
            raise ValueError("the film would end before it begins: end must be later than start")
        for numbers in (self.named_keys, *([one.number for one in some] for some in (self.keyframes, self.key_masks))):
            twice = next((number for number in numbers if list(numbers).count(number) > 1), None)
            if twice is not None:
                raise ValueError(f"key {twice} is named twice: name it once")
        timed = [style.at is not None for style in self.styles]
        if any(timed) and not all(timed):
            raise ValueError("some styles have a time and some have none: give each one")
        return self
