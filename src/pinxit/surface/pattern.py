"""Repeat patterns for cloth and paper: one repeat, painted seamlessly for the layout in which it is printed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Unpack

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.image.seam_position import cut_at_calmest
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.preparation import StyleImage
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.progress import Progress
from pinxit.recipe.recipe import MAX_SIZE, Recipe
from pinxit.surface.colorway import in_colors
from pinxit.synthesis import Preparing, Synthesis, ignore, prepare_synthesis, synthesis_from_recipe

Repeat = Literal["straight", "half-drop", "brick", "mirror"]
# Which borders of the canvas meet. A mirrored repeat is a quarter and its reflections, which always join.
WRAP_OF: Final[dict[Repeat, WrapName]] = {
    "straight": "both",
    "half-drop": "half-drop",
    "brick": "brick",
    "mirror": "none",
}
LEAST_SIZE = 64  # px
# A sheet is for the screen, not for printing: its longest side, px, and the repeats along each side.
SHEET_SIDE, REPEATS = 1800, 3

Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class PatternRecipe(BaseModel):
    """Everything that decides a pattern's file.

    Attributes:
        repeat: layout of the repeats.
        height, width: size of one repeat, px.
        dpi: pixels per inch in print.
        palette: colours of the colourway; empty for the style's own.
        sheet: whether the file shows 3×3 repeats, reduced, instead of one.
        painted: recipe of the painting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["pattern"] = "pattern"
    repeat: Repeat
    height: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    width: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    dpi: float = Field(ge=10, le=2400)
    palette: tuple[Color, ...] = Field((), max_length=64)
    sheet: bool = False
    painted: Recipe

    def to_json(self) -> str:
        """Return the recipe as JSON text."""
        return self.model_dump_json()


@dataclass(frozen=True)
class Pattern(Synthesis):
    """A pattern to paint, with the interface of `pinxit.job.Job`.

    Attributes:
        job: the job that paints one repeat, or a quarter of a mirrored one.
        recipe: recipe of the file.
    """

    recipe: PatternRecipe

    def result(self, progress: Progress) -> tuple[Picture, PatternRecipe]:
        """Return the file's picture at `progress`, and the recipe that makes exactly this picture again."""
        recipe = self.recipe_at(progress)
        return product(self.cell(progress), recipe), recipe

    def recipe_at(self, progress: Progress) -> PatternRecipe:
        """Return the recipe of the file at `progress`."""
        return self.recipe.model_copy(update={"painted": self.job.result(progress)[1]})

    def cell(self, progress: Progress) -> Picture:
        """Return one repeat in the painting's own colours."""
        height, width = self.recipe.height, self.recipe.width
        wrap = WRAPS[WRAP_OF[self.recipe.repeat]]
        painted = self.job.result(progress)[0]
        if self.recipe.repeat == "mirror":
            quarter = resize(painted, -(-height // 2), -(-width // 2))
            return Picture(mirrored(quarter.pixels)[:, :height, :width].copy())
        return cut_at_calmest(resize(painted, height, width, wrap), wrap)


def prepare_pattern(
    styles: Sequence[inputs.PictureLike | StyleImage],
    height: float,
    width: float,
    *,
    repeat: Repeat = "straight",
    dpi: float = 300.0,
    like: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    on_preparing: Preparing = ignore,
    **options: Unpack[SettingsOptions],
) -> Pattern:
    """Prepare a pattern in the style of one or several pictures.

    Args:
        styles: the style images.
        height: of one repeat, px; it is rounded by `whole_size`.
        width: of one repeat, px; it is rounded by `whole_size`.
        repeat: layout of the repeats.
        dpi: pixels per inch in print.
        like: a picture whose structure guides it.
        encoder_weights: a local checkpoint of the encoder.
        on_preparing: see `pinxit.synthesis.prepare_synthesis`.
        options: any of the settings but `size` and `wrap`.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    height, width = whole_size(repeat, height, width)
    painted = _painted_size(repeat, height, width)
    # A `wrap` among the options is refused by Python, rather than overridden.
    job = prepare_synthesis(
        styles,
        *painted,
        like=like,
        encoder_weights=encoder_weights,
        on_preparing=on_preparing,
        wrap=WRAP_OF[repeat],
        **options,  # type: ignore[misc]
    )
    return Pattern(job, PatternRecipe(repeat=repeat, height=height, width=width, dpi=dpi, painted=job.recipe))


def pattern_from_recipe(
    recipe: PatternRecipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> Pattern:
    """Prepare the pattern that a recipe describes, at the same size in print.

    Args:
        recipe: the recipe.
        look_in: folders to search for the style images.
        encoder_weights: a local checkpoint of the encoder.
        changes: changed settings.

    Raises:
        PinxitError: when a style image cannot be found, or a setting is not allowed.
    """
    if changes.pop("size", None) is not None:
        raise PinxitError("the size of a pattern is a size in print: give --size to `pinxit pattern`, not to redo.")
    painted = _painted_size(recipe.repeat, recipe.height, recipe.width)
    job = synthesis_from_recipe(recipe.painted, *painted, look_in=look_in, encoder_weights=encoder_weights, **changes)
    return Pattern(job, recipe)


def whole_size(repeat: Repeat, height: float, width: float) -> tuple[int, int]:
    """Round the size of a repeat to whole pixels; a side that is shifted by half becomes even.

    Args:
        repeat: layout of the repeats.
        height: px.
        width: px.

    Returns:
        Height and width, px.

    Raises:
        PinxitError: for a repeat that is too small or too large.
    """
    rows, columns = 2 if repeat == "half-drop" else 1, 2 if repeat == "brick" else 1
    height, width = round(height / rows) * rows, round(width / columns) * columns
    if not (min(height, width) >= LEAST_SIZE and max(height, width) <= MAX_SIZE):
        raise PinxitError(
            f"one repeat would have {width}×{height} px, it may have {LEAST_SIZE} to {MAX_SIZE} a side: "
            "choose another --size or --dpi."
        )
    return height, width


def product(cell: Picture, recipe: PatternRecipe) -> Picture:
    """Return the picture for the file: one repeat in the recipe's colours, for print or as a sheet."""
    colored = in_colors(cell, recipe.palette) if recipe.palette else cell
    if recipe.sheet:
        return repeats_sheet(colored, recipe.repeat)
    return dataclasses.replace(colored, dpi=recipe.dpi)


def repeats_sheet(cell: Picture, repeat: Repeat) -> Picture:
    """Return 3×3 repeats in their layout, reduced to a size for the screen."""
    wrap = WRAPS["both" if repeat == "mirror" else WRAP_OF[repeat]]
    scale = min(1.0, SHEET_SIDE / REPEATS / max(cell.height, cell.width))
    # Where repeats are shifted by half, the half must be whole pixels.
    rows, columns = 2 if wrap.drop else 1, 2 if wrap.slide else 1
    small = resize(
        cell,
        max(rows, round(cell.height * scale / rows) * rows),
        max(columns, round(cell.width * scale / columns) * columns),
        wrap,
    )
    window = (slice(0, REPEATS * small.height), slice(0, REPEATS * small.width))
    return Picture(wrap.take(small.pixels, window))


def mirrored(pixels: Pixels) -> Pixels:
    """Return a quarter `(3, H, W)` with its reflections: `(3, 2H, 2W)`."""
    half = np.concatenate([pixels, pixels[:, :, ::-1]], 2)
    return np.ascontiguousarray(np.concatenate([half, half[:, ::-1]], 1))


def _painted_size(repeat: Repeat, height: int, width: int) -> tuple[int, int]:
    return (-(-height // 2), -(-width // 2)) if repeat == "mirror" else (height, width)
