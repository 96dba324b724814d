"""A pattern or a style on a garment, a wall or a sofa: the recipe, and the one way from it to a picture."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pinxit import __version__, inputs, job
from pinxit.design import cloth
from pinxit.design.light import encoded, linear
from pinxit.design.oklab import turned
from pinxit.design.shading import Shading, shading
from pinxit.errors import PinxitError
from pinxit.job import Job
from pinxit.picture import Picture, fit, resize
from pinxit.picture.masks import mask_from, resize_mask
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Finite, Input, Settings, validated

# What a JPEG leaves of black; no eye would see so little of a pattern.
_LEAST_TURN = 1.0  # px², twice the area of a triangle of corners
_BLACK = 0.02
# What drawn patterns are drawn at, px.
_DRAWN = 1024
# The engine paints a cloth of this lightness with a trace of the folds, so that strokes follow them; light comes after.
_PALE, _TRACE = 0.25, 0.4
# Of the photograph, a sheet shows the part and so much round it.
_MARGIN = 0.25
# What varies on a sheet; the numbers of each have no common factor, so that thirty designs differ.
_SCALES, _HUES, _ANGLES = (1.0, 0.5, 2.0), (0, 150, 60, 210, 300), (0, 45)

Side = Annotated[Finite, Field(ge=-1e6, le=1e6)]
Corners = tuple[tuple[float, float], ...]
Degrees = Annotated[Finite, Field(ge=-360, le=360)]


class Wear(BaseModel):
    """All that decides how a photograph is dressed.

    Attributes:
        work: what `pinxit redo` is to do with it.
        photo, mask: the photograph, and white for what is to be dressed.
        patterns: pictures that repeat; or else `styles`, in whose manner the engine paints with `settings`.
        scale, angle, folds, corners: see `cloth.lay`.
        hue: degrees by which all hues turn.
        shading, printed: see `shading.shading`.
        variations: so many designs on one sheet instead of one picture, each `cell` px.
        done: iterations that the engine did at each scale, for each design that it painted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["wear"] = "wear"
    schema_version: Literal[1] = 1
    pinxit: str = Field(max_length=64)
    photo: Input
    mask: Input
    patterns: tuple[Input, ...] = Field((), max_length=16)
    styles: tuple[Input, ...] = Field((), max_length=16)
    settings: Settings | None = None
    scale: Finite = Field(0.3, ge=0.01, le=20)
    angle: Degrees = 0.0
    hue: Degrees = 0.0
    folds: Finite = Field(1.0, ge=0, le=10)
    shading: Finite = Field(1.0, ge=0, le=3)
    printed: bool = False
    corners: tuple[tuple[Side, Side], ...] | None = Field(None, min_length=4, max_length=4)
    variations: int | None = Field(None, ge=1, le=60)
    cell: int = Field(360, ge=64, le=2048)
    done: tuple[tuple[Annotated[int, Field(ge=1, le=100_000)], ...], ...] | None = Field(None, max_length=60)

    @model_validator(mode="after")
    def _is_sensible(self) -> Self:
        if bool(self.patterns) == bool(self.styles):
            raise ValueError("give either a pattern, by --pattern, or a style, by --style")
        if len(self.patterns or self.styles) > 1 and self.variations is None:
            raise ValueError("several patterns or styles make a sheet: say by --variations how many designs")
        if self.styles and (self.angle or self.corners):
            raise ValueError("--angle and --corners lay a pattern; a style is painted: give --pattern with them")
        if self.corners and not _is_seen_wall(self.corners):
            raise ValueError("--corners cross, or lie on one line: give them clockwise from the wall's upper left")
        return self

    def to_json(self) -> str:
        """As JSON text, ASCII only."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def make(cls, **fields: Any) -> Wear:
        """A recipe; PinxitError with one sentence where something is not allowed."""
        return validated(cls, fields)

    @classmethod
    def from_json(cls, text: str) -> Wear:
        """From a picture's file, which may be anybody's; PinxitError when it is no recipe of this work."""
        return validated(cls, json.loads(text))


def _is_seen_wall(corners: Corners) -> bool:
    """Whether four points are a flat rectangle as it may be seen: all turns go the same way."""
    sides = [np.subtract(corners[(at + 1) % 4], corners[at]) for at in range(4)]
    turns = [sides[at][0] * sides[(at + 1) % 4][1] - sides[at][1] * sides[(at + 1) % 4][0] for at in range(4)]
    return bool(min(turns) > _LEAST_TURN or max(turns) < -_LEAST_TURN)


@dataclass(frozen=True)
class Design:
    """One of the things that may be worn.

    Attributes:
        number: of the pattern or style.
        scale, angle, hue: those of the recipe, varied.
    """

    number: int
    scale: float
    angle: float
    hue: float

    @property
    def label(self) -> str:
        """The options that make it alone, as short as they must be to stand below a small picture."""
        angle = f" · {self.angle:g}°" if self.angle else ""
        return f"{self.scale:g}{angle}" + (f" · hue {self.hue:g}" if self.hue else "")


@dataclass(frozen=True)
class Fitting:
    """A recipe with its pictures at hand.

    Attributes:
        recipe: all that decides the result.
        photo: the photograph.
        mask: how much of each of its pixels is to be dressed.
        sources: the patterns or styles.
        light: of the photograph.
        corners: those of the recipe, at the photograph's size here.
    """

    recipe: Wear
    photo: Picture
    mask: Pixels
    sources: tuple[Picture, ...]
    light: Shading
    corners: Corners | None

    def designs(self) -> list[Design]:
        """What is to be worn: the one of the recipe, or its variations, the first of which it is."""
        recipe = self.recipe
        scale = recipe.scale if recipe.patterns else 1.0
        made = []
        for number in range(recipe.variations or 1):
            source, turn = number % len(self.sources), number // len(self.sources)
            angle = recipe.angle + (_ANGLES[turn % len(_ANGLES)] if recipe.patterns and not recipe.corners else 0)
            hue = (recipe.hue + _HUES[turn % len(_HUES)]) % 360
            made.append(Design(source, scale * _SCALES[turn % len(_SCALES)], angle, hue))
        return made

    def name(self, design: Design) -> str:
        """What to write below it on a sheet."""
        entry = (self.recipe.patterns or self.recipe.styles)[design.number]
        return f"{Path(entry.name).stem.split(':')[-1][:12]} {design.label}"

    def job(self, design: Design, number: int) -> Job | None:
        """What the engine has to paint for a design, the `number`th; nothing for a pattern."""
        recipe = self.recipe
        if recipe.settings is None:
            return None
        chosen = recipe.settings.model_dump()
        chosen["style_scale"] = min(20.0, max(0.05, chosen["style_scale"] * design.scale))
        painting = job.prepare(self._bare(), self.sources[design.number], **chosen)
        if recipe.done is None or number >= len(recipe.done):
            return painting
        again = painting.recipe.model_copy(update={"done": recipe.done[number] or None})
        return dataclasses.replace(painting, recipe=again)

    def wear(self, design: Design, painted: Picture | None = None) -> Picture:
        """The photograph in a design; `painted` is what the engine made of its job."""
        recipe = self.recipe
        if painted is None:
            pattern = self.sources[design.number]
            pattern = pattern.with_pixels(turned(pattern.pixels, design.hue))
            laid = cloth.lay(
                pattern, self.mask, self.light.slope, design.scale, design.angle, recipe.folds, self.corners
            )
        else:
            rows, columns = cloth.box(self.mask)
            laid = resize(painted, rows.stop - rows.start, columns.stop - columns.start)
            laid = laid.with_pixels(turned(laid.pixels, design.hue))
        return cloth.dress(self.photo, self.mask, laid, self.light)

    def _bare(self) -> Picture:
        """The cloth without its print and with little of its folds, for the engine to paint on."""
        window = cloth.box(self.mask)
        inside = self.mask[window] > 0.5 * self.mask.max()
        light = linear(self.photo.pixels[:, *window])
        color = np.median(light[:, inside], axis=1)[:, None, None]
        diffuse = self.light.diffuse[window]
        folds = (diffuse / np.median(diffuse[inside])).clip(0.05, 4) ** _TRACE
        bare = encoded(color * (_PALE / max(float(color.mean()), 1e-4)) * folds)
        return Picture(np.ascontiguousarray(bare))


def prepare(
    photo: inputs.PictureLike,
    mask: inputs.PictureLike,
    patterns: Sequence[inputs.PictureLike] = (),
    styles: Sequence[inputs.PictureLike] = (),
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> Fitting:
    """Check the options, read the pictures, write the recipe.

    Args:
        photo: who or what is to wear it.
        mask: white for the garment, wall or sofa.
        patterns: pictures that repeat, or `styles` to paint it in.
        settings: the engine's, for styles.
        options: fields of `Wear`; None is its default.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = Settings.choose(settings or {}) if styles else None
    photograph, photo_entry = inputs.load(photo, _DRAWN)
    mask_picture, mask_entry = inputs.load(mask, _DRAWN)
    size = _DRAWN if chosen is None else max(_DRAWN, round(chosen.size * chosen.style_scale))
    read = [inputs.load(source, size) for source in patterns] + [inputs.load_style(source, size) for source in styles]
    entries = tuple(entry for _, entry in read)
    recipe = Wear.make(
        pinxit=__version__,
        photo=photo_entry,
        mask=mask_entry,
        patterns=entries if patterns else (),
        styles=entries if styles else (),
        settings=chosen,
        **{name: value for name, value in options.items() if value is not None},
    )
    return _fitting(recipe, photograph, mask_picture, [picture for picture, _ in read])


def prepare_again(recipe: Wear, look_in: Iterable[Path] = ()) -> Fitting:
    """What a recipe describes, its pictures found again by their content.

    Raises:
        PinxitError: when one cannot be found.
    """
    folders = list(look_in)
    size = _DRAWN if recipe.settings is None else max(_DRAWN, round(recipe.settings.size * recipe.settings.style_scale))
    photo, mask = (inputs.find(entry, _DRAWN, folders) for entry in (recipe.photo, recipe.mask))
    return _fitting(
        recipe, photo, mask, [inputs.find(entry, size, folders) for entry in recipe.patterns or recipe.styles]
    )


def _fitting(recipe: Wear, photo: Picture, mask_picture: Picture, sources: Sequence[Picture]) -> Fitting:
    mask = mask_from(mask_picture, photo, recipe.mask.name, f"the photograph {recipe.photo.name}")
    mask = np.where(mask < _BLACK, 0, mask).astype(np.float32)
    if mask.max() < 0.5:
        raise PinxitError(f"the mask {recipe.mask.name} is black: paint white what is to be dressed.")
    corners = recipe.corners
    if recipe.variations is not None:
        photo, mask, corners = _close(photo, mask, corners, recipe.cell)
    light = shading(photo, mask, recipe.shading, recipe.printed)
    return Fitting(recipe, photo, mask, tuple(sources), light, corners)


def _close(photo: Picture, mask: Pixels, corners: Corners | None, cell: int) -> tuple[Picture, Pixels, Corners | None]:
    """The photograph round its masked part, as small as it will be on a sheet."""
    rows, columns = cloth.box(mask)
    margin = round(_MARGIN * max(rows.stop - rows.start, columns.stop - columns.start))
    top, left = max(0, rows.start - margin), max(0, columns.start - margin)
    window = (slice(top, rows.stop + margin), slice(left, columns.stop + margin))
    cut = Picture(np.ascontiguousarray(photo.pixels[:, *window]), None if photo.alpha is None else photo.alpha[window])
    small = fit(cut, min(cell, max(cut.height, cut.width)))
    factor = small.width / cut.width
    moved = corners and tuple(((x - left) * factor, (y - top) * factor) for x, y in corners)
    return small, resize_mask(mask[window], small.height, small.width), moved
