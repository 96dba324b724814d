"""A pattern or a style on a garment, a wall or a sofa in a photograph: the recipe and the job."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypedDict, Unpack

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pinxit import inputs, preparation
from pinxit.design import cloth
from pinxit.design.shading import Shading, shading
from pinxit.errors import PinxitError
from pinxit.image import Picture, fit, resize
from pinxit.image.colorspaces import linear_to_srgb, rotate_hue, srgb_to_linear
from pinxit.image.picture import Pixels
from pinxit.job import Job
from pinxit.recipe.masks import mask_from, resize_mask
from pinxit.recipe.recipe import Finite, Input, Recorded, Settings, validated
from pinxit.version import __version__

_LEAST_TURN = 1.0  # px²: least double area of a triangle of corners
_BLACK = 0.02  # mask values below this, which JPEG makes of black, count as 0
_DRAWN = 1024  # px: size at which house styles are drawn
# The engine paints a cloth of this linear light with a trace of the folds (their exponent), so that strokes follow them. The
# light is applied afterwards.
_PALE, _TRACE = 0.25, 0.4
_MARGIN = 0.25  # surroundings that a sheet shows, as a share of the masked part's longer side
# Variations on a sheet; their counts have no common factor, so that thirty designs differ.
_SCALES, _HUES, _ANGLES = (1.0, 0.5, 2.0), (0, 150, 60, 210, 300), (0, 45)

Side = Annotated[Finite, Field(ge=-1e6, le=1e6)]
Corners = tuple[tuple[float, float], ...]
Degrees = Annotated[Finite, Field(ge=-360, le=360)]


class GarmentOptions(TypedDict, total=False):
    """Keyword arguments of `prepare_garment`: the fields of `GarmentRecipe` that a user chooses; None for the default."""

    scale: float | None
    angle: float | None
    hue: float | None
    folds: float | None
    shading: float | None
    printed: bool | None
    corners: Sequence[tuple[float, float]] | None
    variations: int | None
    cell: int | None


class GarmentRecipe(BaseModel):
    """Everything that decides how a photograph is dressed.

    Attributes:
        work: the kind of work, for `pinxit redo`.
        photo, mask: the photograph, and a mask that is white for the part to dress.
        patterns: pictures that are repeated; empty where `styles` are given.
        styles: style images, in which the engine paints the part with `settings`.
        settings: settings of the engine; None for patterns.
        scale, angle, folds, corners: see `cloth.lay`.
        hue: rotation of all hues, degrees.
        shading, printed: see `shading.shading`.
        variations: number of designs on a sheet, each `cell` px; None for one picture.
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
    settings: Recorded | None = None
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
        """Return the recipe as JSON text, ASCII only."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def make(cls, **fields: Any) -> GarmentRecipe:
        """Validate fields and make a recipe.

        Raises:
            PinxitError: one sentence for the first field that is not allowed.
        """
        return validated(cls, fields)

    @classmethod
    def from_json(cls, text: str) -> GarmentRecipe:
        """Read a recipe from untrusted text.

        Raises:
            PinxitError: when it is no recipe of this work.
        """
        return validated(cls, json.loads(text))


def _is_seen_wall(corners: Corners) -> bool:
    """Whether four points can be the view of a flat rectangle: the quadrilateral is convex."""
    sides = [np.subtract(corners[(at + 1) % 4], corners[at]) for at in range(4)]
    turns = [sides[at][0] * sides[(at + 1) % 4][1] - sides[at][1] * sides[(at + 1) % 4][0] for at in range(4)]
    return bool(min(turns) > _LEAST_TURN or max(turns) < -_LEAST_TURN)


@dataclass(frozen=True)
class Design:
    """One design: a pattern or style with its variation.

    Attributes:
        number: index of the pattern or style.
        scale, angle, hue: those of the recipe, varied.
    """

    number: int
    scale: float
    angle: float
    hue: float

    @property
    def label(self) -> str:
        """The options that make this design alone, short enough to stand below a small picture."""
        angle = f" · {self.angle:g}°" if self.angle else ""
        return f"{self.scale:g}{angle}" + (f" · hue {self.hue:g}" if self.hue else "")


@dataclass(frozen=True)
class GarmentJob:
    """A recipe with its pictures read.

    Attributes:
        recipe: the recipe.
        photo: the photograph.
        mask: how much of each of its pixels is dressed.
        sources: the patterns or styles.
        light: light of the photograph.
        corners: corners of the recipe, scaled to `photo`.
    """

    recipe: GarmentRecipe
    photo: Picture
    mask: Pixels
    sources: tuple[Picture, ...]
    light: Shading
    corners: Corners | None

    def designs(self) -> list[Design]:
        """Return the recipe's design, or its variations, of which the recipe's design is the first."""
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
        """Return the name of a design on a sheet."""
        entry = (self.recipe.patterns or self.recipe.styles)[design.number]
        return f"{Path(entry.name).stem.split(':')[-1][:12]} {design.label}"

    def job(self, design: Design, number: int) -> Job | None:
        """Return the job that paints a design, or None for a pattern.

        Args:
            design: the design.
            number: its index among the designs.
        """
        recipe = self.recipe
        if recipe.settings is None:
            return None
        chosen = recipe.settings.model_dump()
        chosen["style_scale"] = min(20.0, max(0.05, chosen["style_scale"] * design.scale))
        painting = preparation.prepare(self._bare(), self.sources[design.number], **chosen)
        if recipe.done is None or number >= len(recipe.done):
            return painting
        again = painting.recipe.model_copy(update={"done": recipe.done[number] or None})
        return dataclasses.replace(painting, recipe=again)

    def wear(self, design: Design, painted: Picture | None = None) -> Picture:
        """Dress the photograph in a design.

        Args:
            design: the design.
            painted: the result of its job; None for a pattern.
        """
        recipe = self.recipe
        if painted is None:
            pattern = self.sources[design.number]
            pattern = pattern.with_pixels(rotate_hue(pattern.pixels, design.hue))
            laid = cloth.lay(
                pattern, self.mask, self.light.slope, design.scale, design.angle, recipe.folds, self.corners
            )
        else:
            rows, columns = cloth.box(self.mask)
            laid = resize(painted, rows.stop - rows.start, columns.stop - columns.start)
            laid = laid.with_pixels(rotate_hue(laid.pixels, design.hue))
        return cloth.dress(self.photo, self.mask, laid, self.light)

    def _bare(self) -> Picture:
        """Return the cloth without its print and with little of its folds, as the engine's content image."""
        window = cloth.box(self.mask)
        inside = self.mask[window] > 0.5 * self.mask.max()
        light = srgb_to_linear(self.photo.pixels[:, *window])
        color = np.median(light[:, inside], axis=1)[:, None, None]
        diffuse = self.light.diffuse[window]
        folds = (diffuse / np.median(diffuse[inside])).clip(0.05, 4) ** _TRACE
        bare = linear_to_srgb(color * (_PALE / max(float(color.mean()), 1e-4)) * folds)
        return Picture(np.ascontiguousarray(bare))


def prepare_garment(
    photo: inputs.PictureLike,
    mask: inputs.PictureLike,
    patterns: Sequence[inputs.PictureLike] = (),
    styles: Sequence[inputs.PictureLike] = (),
    settings: dict[str, Any] | None = None,
    **options: Unpack[GarmentOptions],
) -> GarmentJob:
    """Check the options, read the pictures, and make the recipe.

    Args:
        photo: the photograph.
        mask: a mask that is white for the garment, wall or sofa.
        patterns: pictures that are repeated.
        styles: style images to paint the part in, instead of patterns.
        settings: settings of the engine, for styles.
        options: fields of `GarmentRecipe`; None stands for the default.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = preparation.with_features(Settings.choose(settings or {})) if styles else None
    photograph, photo_entry = inputs.load(photo, _DRAWN)
    mask_picture, mask_entry = inputs.load(mask, _DRAWN)
    size = _DRAWN if chosen is None else max(_DRAWN, round(chosen.size * chosen.style_scale))
    read = [inputs.load(source, size) for source in patterns] + [inputs.load_style(source, size) for source in styles]
    entries = tuple(entry for _, entry in read)
    recipe = GarmentRecipe.make(
        pinxit=__version__,
        photo=photo_entry,
        mask=mask_entry,
        patterns=entries if patterns else (),
        styles=entries if styles else (),
        settings=chosen,
        **{name: value for name, value in options.items() if value is not None},
    )
    return _garment_job(recipe, photograph, mask_picture, [picture for picture, _ in read])


def garment_from_recipe(recipe: GarmentRecipe, look_in: Iterable[Path] = ()) -> GarmentJob:
    """Prepare the job that a recipe describes; its pictures are found by their content.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.

    Raises:
        PinxitError: when a picture cannot be found.
    """
    folders = list(look_in)
    size = _DRAWN if recipe.settings is None else max(_DRAWN, round(recipe.settings.size * recipe.settings.style_scale))
    photo, mask = (inputs.find(entry, _DRAWN, folders) for entry in (recipe.photo, recipe.mask))
    return _garment_job(
        recipe, photo, mask, [inputs.find(entry, size, folders) for entry in recipe.patterns or recipe.styles]
    )


def _garment_job(
    recipe: GarmentRecipe, photo: Picture, mask_picture: Picture, sources: Sequence[Picture]
) -> GarmentJob:
    mask = mask_from(mask_picture, photo, recipe.mask.name, f"the photograph {recipe.photo.name}")
    mask = np.where(mask < _BLACK, 0, mask).astype(np.float32)
    if mask.max() < 0.5:
        raise PinxitError(f"the mask {recipe.mask.name} is black: paint the part to dress white.")
    corners = recipe.corners
    if recipe.variations is not None:
        photo, mask, corners = _crop_for_sheet(photo, mask, corners, recipe.cell)
    light = shading(photo, mask, recipe.shading, recipe.printed)
    return GarmentJob(recipe, photo, mask, tuple(sources), light, corners)


def _crop_for_sheet(
    photo: Picture, mask: Pixels, corners: Corners | None, cell: int
) -> tuple[Picture, Pixels, Corners | None]:
    """Crop the photograph to the surroundings of its masked part, at the size of a cell on a sheet."""
    rows, columns = cloth.box(mask)
    margin = round(_MARGIN * max(rows.stop - rows.start, columns.stop - columns.start))
    top, left = max(0, rows.start - margin), max(0, columns.start - margin)
    window = (slice(top, rows.stop + margin), slice(left, columns.stop + margin))
    cut = Picture(np.ascontiguousarray(photo.pixels[:, *window]), None if photo.alpha is None else photo.alpha[window])
    small = fit(cut, min(cell, max(cut.height, cut.width)))
    factor = small.width / cut.width
    moved = corners and tuple(((x - left) * factor, (y - top) * factor) for x, y in corners)
    return small, resize_mask(mask[window], small.height, small.width), moved
