"""The colours of a photograph, graded like those of other pictures: the recipe, and the lookup table that it decides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.faces import face_map, feature_map, find
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import expand_home
from pinxit.image import Picture, fit
from pinxit.image.colorspaces import colors_to_oklab, oklab_to_colors, srgb_to_oklab
from pinxit.inputs import PictureLike
from pinxit.recipe.inputs import normalized_shares
from pinxit.recipe.recipe import Finite, Input, validated
from pinxit.texture.color_grade import ColorSample, Values, fit_table, table_of
from pinxit.texture.color_transfer import Colors, colors_of
from pinxit.texture.lookup_table import ENDING, MAX_BYTES, LookupTable, from_cube, to_cube
from pinxit.version import __version__

STRENGTH, SKIN = 1.0, 0.6
"""Defaults, chosen by looking (docs/lab/grade.md): skins keep their colour, and still belong to the picture's light."""
_MEASURED = 160  # px: longer side at which colours are measured; grain and compression are averaged away there
_MOST_MEASURED = 60_000  # colours that are measured of several pictures together
_DRAWN = 512  # px: size at which house styles are drawn
_MOST_FACES = 8
_LEAST_SKIN = 30  # px: a smaller face has too few pixels to measure its skin


class GradeStyle(Input):
    """A picture whose colours are taken, or a `.cube` file.

    Attributes:
        share: its share in a mixture; only the ratio matters.
    """

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0


class GradeRecipe(BaseModel):
    """Everything that decides the grade of a photograph.

    Attributes:
        work: the kind of work, for `pinxit redo`.
        content: the photograph.
        styles: the pictures whose colours it gets, or one `.cube` file.
        strength: how far the colours go, 0 to 1.
        skin: how much of their colour the skins of people keep, 0 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["grade"] = "grade"
    schema_version: Literal[1] = 1
    pinxit: str = Field(max_length=64)
    content: Input
    styles: tuple[GradeStyle, ...] = Field(min_length=1, max_length=64)
    strength: Finite = Field(STRENGTH, ge=0, le=1)
    skin: Finite = Field(SKIN, ge=0, le=1)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.table is not None and len(self.styles) > 1:
            raise ValueError("a .cube file is a whole grade: give it alone, without other styles")
        return self

    @property
    def table(self) -> GradeStyle | None:
        """The `.cube` file among the styles; None where they are pictures."""
        return next((style for style in self.styles if style.name.lower().endswith(ENDING)), None)

    def to_json(self) -> str:
        """Return the recipe as JSON text, ASCII only."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)


@dataclass(frozen=True)
class Look:
    """The styles of a grade, measured: what a lookup table is made of, once the content's colours are known.

    Attributes:
        colors: colours of the pictures, each weighted by its share; None for a `.cube` file.
        table: the table of a `.cube` file; None for pictures.
    """

    colors: ColorSample | None = None
    table: LookupTable | None = None

    def fit(self, content: ColorSample, skins: Sequence[Colors], strength: float, skin: float) -> LookupTable:
        """Return the table that gives a content these colours.

        Args:
            content: its colours.
            skins: OKLab colours of the skins of people in it.
            strength: how far to go, 0 to 1.
            skin: how much of their chroma skins keep, 0 to 1.
        """
        if self.colors is not None:
            return fit_table(content, self.colors, strength, skins, skin)
        table = self.table
        assert table is not None  # noqa: S101 - for the type checker

        def graded(lab: Values) -> Values:
            return colors_to_oklab(table.apply(oklab_to_colors(lab).T).T).astype(np.float64)

        return table_of(graded, strength, skins, skin)


@dataclass(frozen=True)
class GradeJob:
    """A photograph and the table of its grade. `prepare_grade` makes one.

    Attributes:
        recipe: everything that decides the result.
        content: the photograph.
        table: the map of its colours.
    """

    recipe: GradeRecipe
    content: Picture
    table: LookupTable

    def result(self) -> Picture:
        """Return the graded photograph; its transparency and metadata stay."""
        return self.content.with_pixels(self.table.apply(self.content.pixels))


def prepare_grade(
    content: PictureLike,
    styles: Sequence[PictureLike],
    *,
    shares: Sequence[float] | None = None,
    strength: float | None = None,
    skin: float | None = None,
) -> GradeJob:
    """Read the pictures, and fit the map of colours.

    Args:
        content: the photograph.
        styles: pictures whose colours it gets, or one `.cube` file.
        shares: weight of each style; equal by default.
        strength: how far the colours go, 0 to 1; 1 by default.
        skin: how much of their colour the skins of people keep, 0 to 1; 0.6 by default.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    picture, entry = inputs.load(content, _DRAWN)
    look, entries = read_styles(styles, shares)
    chosen = {"strength": strength, "skin": skin}
    recipe = validated(
        GradeRecipe,
        {
            "pinxit": __version__,
            "content": entry,
            "styles": entries,
            **{name: value for name, value in chosen.items() if value is not None},
        },
    )
    return _job(recipe, picture, look)


def grade_from_recipe(recipe: GradeRecipe, look_in: Iterable[Path] = ()) -> GradeJob:
    """Prepare the job that a recipe describes; its pictures are found by their content.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.

    Raises:
        PinxitError: when a picture cannot be found.
    """
    folders = list(look_in)
    return _job(recipe, inputs.find(recipe.content, _DRAWN, folders), find_styles(recipe, folders))


def read_styles(styles: Sequence[PictureLike], shares: Sequence[float] | None) -> tuple[Look, list[GradeStyle]]:
    """Read the styles of a grade.

    Args:
        styles: pictures, or one `.cube` file.
        shares: weight of each; equal by default.

    Returns:
        The look, and an entry for each style in a recipe.

    Raises:
        PinxitError: when one cannot be read, or shows nothing.
    """
    if not styles:
        raise PinxitError("no style is given: name a picture whose colours to take, by --style.")
    if shares is not None and len(shares) != len(styles):
        raise PinxitError(f"{len(shares)} shares are given for {len(styles)} styles: give one each.")
    weights = list(shares or [1.0] * len(styles))
    tables = [source for source in styles if isinstance(source, str | Path) and str(source).lower().endswith(ENDING)]
    if tables and len(styles) > 1:
        raise PinxitError(f"{tables[0]} is a whole grade: give it alone, without other styles.")
    if tables:
        path = Path(tables[0]).expanduser()
        return Look(table=read_table(path)), [GradeStyle(**inputs.known(path).model_dump())]
    read = [inputs.load_style(source, _DRAWN) for source in styles]
    entries = [
        validated(GradeStyle, {**entry.model_dump(), "share": share})
        for (_, entry), share in zip(read, weights, strict=True)
    ]
    return Look(pool_samples([sample_of(picture) for picture, _ in read], weights)), entries


def find_styles(recipe: GradeRecipe, folders: Sequence[Path]) -> Look:
    """Return the look of a recipe, whose styles are found by their content.

    Args:
        recipe: the recipe.
        folders: folders to search.

    Raises:
        PinxitError: when a style cannot be found.
    """
    if recipe.table is not None:
        return Look(table=read_table(inputs.locate(recipe.table, folders)))
    samples = [sample_of(inputs.find(style, _DRAWN, folders)) for style in recipe.styles]
    return Look(pool_samples(samples, [style.share for style in recipe.styles]))


def sample_of(picture: Picture) -> ColorSample:
    """Measure the colours of a picture; transparent parts count as much as they can be seen.

    Raises:
        PinxitError: when the picture is transparent all over.
    """
    small = fit(picture, min(_MEASURED, max(picture.height, picture.width)))
    weights = np.ones(small.pixels[0].size) if small.alpha is None else small.alpha.reshape(-1).astype(np.float64)
    if weights.max() < inputs.LEAST_SEEN:
        raise PinxitError("the picture is transparent all over and has no colours: give one that shows something.")
    return ColorSample(srgb_to_oklab(small.pixels.reshape(3, -1)).T, weights / weights.sum())


def pool_samples(samples: Sequence[ColorSample], shares: Sequence[float]) -> ColorSample:
    """Return the colours of several samples together, each weighted by its share."""
    step = -(-sum(len(sample.lab) for sample in samples) // _MOST_MEASURED)
    weights = [sample.weights[::step] for sample in samples]
    parts = [
        share * some / max(some.sum(), 1e-12) for share, some in zip(normalized_shares(shares), weights, strict=True)
    ]
    whole = np.concatenate(parts)
    return ColorSample(np.concatenate([sample.lab[::step] for sample in samples]), whole / whole.sum())


def skins_in(picture: Picture) -> list[Colors]:
    """Return the OKLab colours of the skins of people in a picture, whose faces are found; empty where there are none."""
    skins = []
    for face in find(picture)[:_MOST_FACES]:
        inside = face_map([face], picture.height, picture.width) == 1
        inside &= feature_map([face], picture.height, picture.width) == 0
        if inside.sum() >= _LEAST_SKIN:
            skins.append(colors_of(srgb_to_oklab(picture.pixels[:, inside])))
    return skins


def read_table(path: Path) -> LookupTable:
    """Read a `.cube` file.

    Raises:
        PinxitError: when it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PinxitError(f"{path} cannot be read ({error.strerror}): give a .cube file.") from error
    if len(content) > MAX_BYTES:
        raise PinxitError(f"{path} has more than {MAX_BYTES >> 20} MiB: a .cube file has less.")
    return from_cube(content, str(path))


def write_table(table: LookupTable, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a table as a `.cube` file, whole or not at all.

    Args:
        table: the table.
        path: the file; its name is the table's title.
        overwrite: whether an existing file may be replaced.

    Returns:
        The path with `~` expanded.

    Raises:
        PinxitError: when it cannot be written.
    """
    target = expand_home(path)
    check_table_name(target)
    write_atomic(to_cube(table, target.stem).encode(), target, overwrite=overwrite)
    return target


def check_table_name(path: Path) -> None:
    """Raise PinxitError for a name that does not end as a lookup table's does."""
    if path.suffix.lower() != ENDING:
        raise PinxitError(f"{path} has no ending of a lookup table: end its name in {ENDING}.")


def _job(recipe: GradeRecipe, content: Picture, look: Look) -> GradeJob:
    skins = skins_in(content) if recipe.skin and recipe.strength else []
    return GradeJob(recipe, content, look.fit(sample_of(content), skins, recipe.strength, recipe.skin))
