"""The recipe of a film: that of a picture, and what depends on time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from pinxit.image.metadata import MAX_CHARACTERS
from pinxit.image.metadata import read_recipe as read_picture_recipe
from pinxit.recipe.inputs import normalized_shares
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Finite, Input, Recipe, Style, Weight
from pinxit.video.animation import ANIMATIONS
from pinxit.video.clip import comment_in

MAX_NUMBER = 10_000_000
AT_ONCE = 0.001  # s: length of the change from one style to the next where the second begins as the first ends
AUTO_KEYS: Literal["auto"] = "auto"  # instead of the keyframes' numbers: pinxit chooses them
RECIPE_FILE = "recipe.json"  # beside the frames of a film that is a folder


def seconds(time: float) -> Fraction:
    """Return a time exactly as it was written: 2.2 becomes 11/5, not the nearest float."""
    return Fraction(repr(time))


class TimedStyle(Style):
    """A style image and its time.

    Attributes:
        at: time at which the film has this style alone, s since its beginning; between two such times, one style changes into
            the other. None for all styles means a constant mixture.
        until: time until which the film keeps this style alone, s; None is `at`. Where the next style begins at that time, the
            film changes at once.
        region_frame: number of the frame on which the mask `region` is drawn, from 1; it follows the picture from there.
    """

    at: Finite | None = Field(None, ge=0, le=1e7)
    until: Finite | None = Field(None, ge=0, le=1e7)
    region_frame: int = Field(1, ge=1, le=MAX_NUMBER)


class Keyframe(Input):
    """A frame painted by a person, which the film follows, or the mask of a keyframe.

    Attributes:
        number: the frame's number, from 1.
    """

    number: int = Field(ge=1, le=MAX_NUMBER)


class VideoOptions(SettingsOptions, total=False):
    """Keyword arguments of `prepare_video`: the settings, and the fields of `VideoRecipe` that a user chooses."""

    consistency: Literal["on", "off"] | None
    keys: Sequence[int] | Literal["auto"] | None
    start: float | Fraction | None
    end: float | Fraction | None
    rate: float | str | None
    codec: str | None
    crf: int | None
    bits: int | None
    hdr: Literal["tonemap", "refuse"] | None
    temporal_weight: float | None
    long_term: Sequence[int] | None
    passes: int | None
    piece: int | None


class FilmRecipe(Protocol):
    """What the recipes of all films have: those that an engine paints, and those whose colours are graded.

    Attributes:
        size: the longer side of the film, px.
        engine: `network` where each frame is finished in one go, `optimizer` where later passes improve it.
        passes, consistency, piece, start, end, codec, crf, bits: see `VideoRecipe`.
    """

    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def engine(self) -> str: ...  # noqa: D102
    @property
    def passes(self) -> int: ...  # noqa: D102
    @property
    def consistency(self) -> str: ...  # noqa: D102
    @property
    def piece(self) -> int | None: ...  # noqa: D102
    @property
    def start(self) -> float: ...  # noqa: D102
    @property
    def end(self) -> float | None: ...  # noqa: D102
    @property
    def codec(self) -> str | None: ...  # noqa: D102
    @property
    def crf(self) -> int | None: ...  # noqa: D102
    @property
    def bits(self) -> int: ...  # noqa: D102

    def to_json(self) -> str:
        """Return the recipe as JSON text, ASCII only."""


class VideoRecipe(Recipe):
    """Everything that decides a film."""

    work: Literal["video"] = "video"
    styles: tuple[TimedStyle, ...] = Field(min_length=1, max_length=64)
    keyframes: tuple[Keyframe, ...] = Field((), max_length=1000)
    key_masks: tuple[Keyframe, ...] = Field((), max_length=1000)
    keys: Literal["auto"] | tuple[Annotated[int, Field(ge=1, le=MAX_NUMBER)], ...] = Field(
        (),
        max_length=1000,
        description="Frames that are painted first, and that the others follow, from 1; `auto` lets pinxit choose them.",
    )
    consistency: Literal["on", "off"] = Field(
        "on", description="Whether each frame is kept consistent with the one before."
    )
    start: Finite = Field(0.0, ge=0, le=1e7, description="Start in the clip, s.")
    end: Finite | None = Field(None, gt=0, le=1e7, description="End in the clip, s.")
    rate: Finite = Field(24.0, ge=0.01, le=1000, description="Frames a second of a folder of frames.")
    codec: str | None = Field(None, pattern=r"^[a-z0-9_-]{1,32}$", description="FFmpeg's name of the encoder.")
    crf: int | None = Field(None, ge=0, le=63, description="Constant rate factor: lower is better and larger.")
    bits: int = Field(8, ge=8, le=10, multiple_of=2, description="Bits a channel of a clip; ProRes always has 10.")
    hdr: Literal["tonemap", "refuse"] = Field("tonemap", description="What to do with high dynamic range.")
    # A pan's warping error, relative to frame-by-frame painting, is 0.11, 0.09, 0.07 and 0.05 at weights of 0, 50, 200 and
    # 1000; at 0, only the starting picture connects frames.
    temporal_weight: Weight = Field(200.0, description="Weight of the temporal loss.")
    long_term: tuple[Annotated[int, Field(ge=2, le=100)], ...] = Field(
        (), max_length=8, description="Also keep consistent with the frames this many frames back."
    )
    piece: int | None = Field(
        None, ge=48, le=MAX_NUMBER, description="Paint longer shots in overlapping pieces of this many frames."
    )
    passes: int = Field(
        1, ge=1, le=30, description="Passes of the optimiser over each shot, alternately forward and backward."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the film would end before it begins: --end must be later than --start")
        for places in self.style_places.values():
            _check_times([self.styles[place] for place in places])
        if any(style.until is not None and style.at is None for style in self.styles):
            raise ValueError("a style ends but does not begin: give both times, as in --style a.jpg@2s-5s")
        if self.keys and self.consistency == "off":
            raise ValueError("with consistency off, no frame follows keys: leave one of them out")
        if self.engine == "network" and (self.long_term or self.passes > 1):
            raise ValueError("long_term and passes are for --engine optimizer: the network paints each frame once")
        if self.engine == "optimizer" and self.piece is not None:
            raise ValueError("piece is for --engine network: with the optimiser, each frame depends on all before it")
        return self

    @property
    def style_places(self) -> dict[tuple[str, int] | None, list[int]]:
        """The places in `styles` of those that are mixed with each other, by their region's mask and its frame.

        None stands for the rest of the picture.
        """
        places: dict[tuple[str, int] | None, list[int]] = {}
        for place, style in enumerate(self.styles):
            region = None if style.region is None else (style.region.sha256, style.region_frame)
            places.setdefault(region, []).append(place)
        return places

    def shares(self, time: float) -> list[float]:
        """Return each style's share at a time, s; those of each region, and of the rest of the picture, add up to 1."""
        shares = [0.0] * len(self.styles)
        for places in self.style_places.values():
            if self.styles[places[0]].at is None:
                found = normalized_shares(self.styles[place].share for place in places)
                for place, share in zip(places, found, strict=True):
                    shares[place] = share
            else:
                self._add_timed_shares(shares, self._moments(places), time)
        return shares

    @staticmethod
    def _add_timed_shares(shares: list[float], moments: Sequence[tuple[float, int]], time: float) -> None:
        before = max((place for place, (at, _) in enumerate(moments) if at <= time), default=0)
        after = min(before + 1, len(moments) - 1)
        (begin, first), (end, second) = moments[before], moments[after]
        part = min(1.0, max(0.0, (time - begin) / (end - begin))) if end > begin else 0.0
        shares[first] += 1 - part
        shares[second] += part

    def mixture_times(self) -> list[float]:
        """Return the times at which the mixture of styles starts or stops changing, s."""
        return sorted({time for places in self.style_places.values() for time, _ in self._moments(places)})

    def _moments(self, places: Sequence[int]) -> list[tuple[float, int]]:
        """Return the times at which one of the styles at these places is alone, s, each with that style's place; in order."""
        timed = sorted((at, place) for place in places if (at := self.styles[place].at) is not None)
        moments = list[tuple[float, int]]()
        for (at, place), following in zip_longest(timed, [at for at, _ in timed[1:]]):
            moments.append((at, place))
            until = self.styles[place].until
            if until is not None and following is not None:
                until = min(until, following - AT_ONCE)
            if until is not None and until > at:
                moments.append((until, place))
        return moments


def _check_times(styles: Sequence[TimedStyle]) -> None:
    """Raise ValueError for times of styles that follow one another in the same part of the picture."""
    times = sorted(((style.at, style.until, style.name) for style in styles if style.at is not None), key=itemgetter(0))
    if times and len(times) < len(styles):
        raise ValueError("some styles have a time and some have none: give each one, as in --style a.jpg@0s")
    for (at, until, name), following in zip_longest(times, [at for at, _, _ in times[1:]]):
        if until is not None and until < at:
            raise ValueError(f"{name} ends before it begins: give both times in order, as in --style a.jpg@2s-5s")
        if until is not None and following is not None and until > following:
            raise ValueError(
                f"{name} lasts until {until:g} s, but the next style begins at {following:g} s: end it there"
            )


def read_recipe(path: Path) -> str | None:
    """Return the text of the recipe inside a film, or None where there is none; the text is not validated.

    A clip or a GIF holds it in its comment, a WebP or APNG as a picture does, a folder of frames in a file of its own.

    Raises:
        PinxitError: when `path` is no film.
    """
    if path.is_dir():
        text: str | None = _text_of(path / RECIPE_FILE)
    else:
        text = read_picture_recipe(path) if path.suffix.lower() in ANIMATIONS else comment_in(path)
    if not text or len(text) > MAX_CHARACTERS or not text.lstrip().startswith("{"):
        return None
    return text


def _text_of(path: Path) -> str:
    """Return the text of a small file, empty where there is none."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS)
    except (OSError, UnicodeDecodeError):
        return ""
