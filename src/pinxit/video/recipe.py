"""The recipe of a film: a picture's, and what time adds to it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pinxit.picture.recipe import Finite, Input, Recipe, Style, Weight

MAX_NUMBER = 10_000_000


def seconds(time: float) -> Fraction:
    """Return a time as a person wrote it: 2.2 is eleven fifths, and not a little more."""
    return Fraction(repr(time))


class TimedStyle(Style):
    """A style image, and when.

    Attributes:
        at: when the film is in it alone, s since its beginning; between two such times it goes over from one to the other.
            None, for all styles alike: a mixture that stays.
    """

    at: Finite | None = Field(None, ge=0, le=1e7)


class Keyframe(Input):
    """A painted frame that the film is to follow.

    Attributes:
        number: of the frame, from 1.
    """

    number: int = Field(ge=1, le=MAX_NUMBER)


class FilmRecipe(Recipe):
    """Everything that decides a film."""

    work: Literal["video"] = "video"
    styles: tuple[TimedStyle, ...] = Field(min_length=1, max_length=64)
    keyframes: tuple[Keyframe, ...] = Field((), max_length=1000)
    consistency: Literal["on", "off"] = Field("on", description="Whether frames heed each other.")
    start: Finite = Field(0.0, ge=0, le=1e7, description="Where in the clip it begins, s.")
    end: Finite | None = Field(None, gt=0, le=1e7, description="Where in the clip it ends, s.")
    rate: Finite = Field(24.0, ge=0.01, le=1000, description="Frames a second, for numbered frames.")
    codec: str | None = Field(None, pattern=r"^[a-z0-9_-]{1,32}$", description="FFmpeg's name of the encoder.")
    crf: int | None = Field(None, ge=0, le=63, description="Constant rate factor: less is better and larger.")
    bits: int = Field(
        8, ge=8, le=10, multiple_of=2, description="Bits a channel of a clip; ProRes has 10 whatever is said."
    )
    hdr: Literal["tonemap", "refuse"] = Field("tonemap", description="What to do with high dynamic range.")
    # Of a pan's warping error frame by frame, 0.11, 0.09, 0.07 and 0.05 remain at 0, 50, 200 and 1000; 0 only begins alike.
    temporal_weight: Weight = Field(200.0, description="Of the temporal loss.")
    long_term: tuple[Annotated[int, Field(ge=2, le=100)], ...] = Field(
        (), max_length=8, description="Frames so far back are heeded too."
    )
    piece: int | None = Field(
        None, ge=48, le=MAX_NUMBER, description="Longer shots are painted in overlapping pieces of so many frames."
    )
    passes: int = Field(1, ge=1, le=30, description="How often the optimiser goes through each shot, to and fro.")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the film would end before it begins: --end must be later than --start")
        timed = [style.at is not None for style in self.styles]
        if any(timed) and not all(timed):
            raise ValueError("some styles have a time and some have none: give each one, as in --style a.jpg@0s")
        if self.engine == "network" and (self.long_term or self.passes > 1):
            raise ValueError("long_term and passes are for --engine optimizer: the network paints each frame once")
        if self.engine == "optimizer" and self.piece is not None:
            raise ValueError("piece is for --engine network: what the optimiser paints never forgets how it began")
        return self

    def shares(self, time: float) -> list[float]:
        """How much each style counts at a time, s; they add up to 1."""
        if self.styles[0].at is None:
            whole = sum(style.share for style in self.styles)
            return [style.share / whole for style in self.styles]
        times = [style.at or 0.0 for style in self.styles]
        order = sorted(range(len(times)), key=times.__getitem__)
        shares = [0.0] * len(times)
        before = max((place for place in range(len(order)) if times[order[place]] <= time), default=0)
        after = min(before + 1, len(order) - 1)
        first, second = order[before], order[after]
        length = times[second] - times[first]
        part = min(1.0, max(0.0, (time - times[first]) / length)) if length > 0 else 0.0
        shares[first] += 1 - part
        shares[second] += part
        return shares

    def turns(self) -> list[float]:
        """The times at which the mixture of styles begins or ceases to change, s."""
        return sorted({style.at for style in self.styles if style.at is not None})
