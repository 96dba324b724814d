"""Repeat patterns for cloth and paper: one repeat, painted so that it meets itself as the printer will lay it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs
from pinxit.design.colorway import in_colors
from pinxit.errors import PinxitError
from pinxit.job import StyleImage
from pinxit.picture import Picture, resize
from pinxit.picture.calm import calmest
from pinxit.picture.picture import Pixels
from pinxit.picture.progress import Progress
from pinxit.picture.recipe import MAX_SIZE, Recipe
from pinxit.picture.wrap import WRAPS, WrapName
from pinxit.synthesis import Synthesis, prepare_synthesis, prepare_synthesis_again

Repeat = Literal["straight", "half-drop", "brick", "mirror"]
# How the canvas meets itself; a mirrored repeat is a quarter and its reflections, which meet whatever is on them.
WRAP_OF: Final[dict[Repeat, WrapName]] = {
    "straight": "both",
    "half-drop": "half-drop",
    "brick": "brick",
    "mirror": "none",
}
LEAST_SIZE = 64
# A sheet is for looking at, not for printing.
SHEET_SIDE, REPEATS = 1800, 3

Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class PatternRecipe(BaseModel):
    """All that decides a pattern's file.

    Attributes:
        repeat: how it is laid.
        height, width: of one repeat, px.
        dpi: px to the inch in print.
        palette: the colourway's colours; empty for the style's own.
        sheet: whether the file shows 3×3 repeats, reduced, instead of one.
        painted: how it was painted.
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
        """As JSON text."""
        return self.model_dump_json()


@dataclass(frozen=True)
class Pattern(Synthesis):
    """A pattern to be painted; driven like a `pinxit.job.Job`.

    Attributes:
        job: what paints one repeat, or a quarter of a mirrored one.
        recipe: of the file that is wanted.
    """

    recipe: PatternRecipe

    def result(self, progress: Progress) -> tuple[Picture, PatternRecipe]:
        """The file as it stands at `progress`, and the recipe that makes exactly it again."""
        recipe = self.recipe_at(progress)
        return product(self.cell(progress), recipe), recipe

    def recipe_at(self, progress: Progress) -> PatternRecipe:
        """The recipe alone."""
        return self.recipe.model_copy(update={"painted": self.job.result(progress)[1]})

    def cell(self, progress: Progress) -> Picture:
        """One repeat in its own colours."""
        height, width = self.recipe.height, self.recipe.width
        wrap = WRAPS[WRAP_OF[self.recipe.repeat]]
        painted = self.job.result(progress)[0]
        if self.recipe.repeat == "mirror":
            quarter = resize(painted, -(-height // 2), -(-width // 2))
            return Picture(mirrored(quarter.pixels)[:, :height, :width].copy())
        return calmest(resize(painted, height, width, wrap), wrap)


def prepare_pattern(
    styles: Sequence[inputs.PictureLike | StyleImage],
    height: float,
    width: float,
    *,
    repeat: Repeat = "straight",
    dpi: float = 300.0,
    like: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Any,
) -> Pattern:
    """A pattern in the manner of one or several pictures.

    Args:
        styles: whose manner it has.
        height, width: of one repeat, px; see `whole_size`.
        repeat: how it is laid.
        dpi: px to the inch in print.
        like: a picture to guide its structure.
        encoder_weights: a local checkpoint of the encoder.
        options: any of the settings but `size` and `wrap`.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    height, width = whole_size(repeat, height, width)
    painted = _painted_size(repeat, height, width)
    job = prepare_synthesis(
        styles, *painted, like=like, encoder_weights=encoder_weights, wrap=WRAP_OF[repeat], **options
    )
    return Pattern(job, PatternRecipe(repeat=repeat, height=height, width=width, dpi=dpi, painted=job.recipe))


def prepare_pattern_again(
    recipe: PatternRecipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Any,
) -> Pattern:
    """The pattern that a recipe describes, `changes` among its settings; its size in print stays."""
    if changes.pop("size", None) is not None:
        raise PinxitError("a pattern's size is one in print: give --size to `pinxit pattern`, not to redo.")
    painted = _painted_size(recipe.repeat, recipe.height, recipe.width)
    job = prepare_synthesis_again(recipe.painted, *painted, look_in=look_in, encoder_weights=encoder_weights, **changes)
    return Pattern(job, recipe)


def whole_size(repeat: Repeat, height: float, width: float) -> tuple[int, int]:
    """The nearest height and width in whole px of which, where a repeat is laid by half of it, the half is whole, too.

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
    """What is written of one repeat: in the recipe's colours, for print or as a sheet."""
    colored = in_colors(cell, recipe.palette) if recipe.palette else cell
    if recipe.sheet:
        return sheet(colored, recipe.repeat)
    return dataclasses.replace(colored, dpi=recipe.dpi)


def sheet(cell: Picture, repeat: Repeat) -> Picture:
    """3×3 repeats as they are laid, reduced to a size for the screen."""
    wrap = WRAPS["both" if repeat == "mirror" else WRAP_OF[repeat]]
    scale = min(1.0, SHEET_SIDE / REPEATS / max(cell.height, cell.width))
    # Halves of a repeat are whole pixels where one is laid half a repeat away.
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
    """A quarter `(3, H, W)` and its reflections: `(3, 2H, 2W)`."""
    half = np.concatenate([pixels, pixels[:, :, ::-1]], 2)
    return np.ascontiguousarray(np.concatenate([half, half[:, ::-1]], 1))


def _painted_size(repeat: Repeat, height: int, width: int) -> tuple[int, int]:
    return (-(-height // 2), -(-width // 2)) if repeat == "mirror" else (height, width)
