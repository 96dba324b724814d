"""Films graded like other pictures: one lookup table for the whole film, so that nothing flickers or jumps at a cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, Unpack

import numpy as np
import PIL.Image
from PIL import ImageFilter
from pydantic import Field, model_validator

from pinxit.files.paths import check_apart, expand_home
from pinxit.grading import (
    GradeRecipe,
    Look,
    check_table_name,
    find_styles,
    pool_samples,
    read_styles,
    sample_of,
    skins_in,
    write_table,
)
from pinxit.image import Picture
from pinxit.image.writer import check_place, check_writable
from pinxit.inputs import PictureLike
from pinxit.recipe.recipe import Finite, validated
from pinxit.texture.color_grade import ColorSample
from pinxit.texture.color_transfer import Colors
from pinxit.texture.lookup_table import LookupTable
from pinxit.version import __version__
from pinxit.video.clip import is_film, open_source
from pinxit.video.job import FilmJob
from pinxit.video.optical_flow import pixels_of
from pinxit.video.plan import FrameSink, VideoPlan, VideoStep
from pinxit.video.prefetch import prefetch
from pinxit.video.prepare import input_of, locate
from pinxit.video.resume import check_target
from pinxit.video.shot_detection import Shot

_MOST_SEARCHED = 12  # frames of a film in which faces are looked for; each takes about half a second


class FilmGradeOptions(TypedDict, total=False):
    """Keyword arguments of `prepare_film_grade`: the fields of `FilmGradeRecipe` that a user chooses."""

    strength: float | None
    skin: float | None
    start: float | None
    end: float | None
    codec: str | None
    crf: int | None


class FilmGradeRecipe(GradeRecipe):
    """Everything that decides the grade of a film.

    Attributes:
        film: tells it from a photograph's.
        size: the longer side of the film, px.
        start, end, codec, crf: see `pinxit.video.recipe.VideoRecipe`.
    """

    film: Literal[True] = True
    size: int = Field(ge=16, le=8192)
    start: Finite = Field(0.0, ge=0, le=1e7)
    end: Finite | None = Field(None, gt=0, le=1e7)
    codec: str | None = Field(None, pattern=r"^[a-z0-9_-]{1,32}$")
    crf: int | None = Field(None, ge=0, le=63)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the film would end before it begins: --end must be later than --start")
        return self

    @property
    def engine(self) -> str:
        """Each frame is finished in one go, as by the network."""
        return "network"

    @property
    def passes(self) -> int:
        """The number of passes over the film."""
        return 1

    @property
    def consistency(self) -> str:
        """No frame depends on another: the same map of colours cannot flicker."""
        return "off"

    @property
    def piece(self) -> int | None:
        """The film is not cut into pieces."""
        return None

    @property
    def bits(self) -> int:
        """Least number of bits a channel."""
        return 8


class FrameGrader:
    """Grades the frames of a film, all by one table.

    Args:
        recipe: the film's recipe.
        look: its styles, measured.

    Attributes:
        table: the table, once frames are graded.
    """

    def __init__(self, recipe: FilmGradeRecipe, look: Look) -> None:
        self._recipe, self._look = recipe, look
        self._samples: list[tuple[ColorSample, int]] = []
        self._skins: list[Colors] = []
        self._searched = 0
        self.table: LookupTable | None = None

    def analyze_shot(self, shot: Shot, begin: Fraction) -> None:
        """Measure the colours of a shot; see `pinxit.video.job.FrameStylizer`."""
        count = len(shot.samples)
        measured = [sample_of(Picture(pixels_of(sample))) for sample in shot.samples]
        self._samples.append((pool_samples(measured, [1.0] * count), len(shot.times)))
        if self._recipe.skin and self._recipe.strength and self._searched < _MOST_SEARCHED:
            self._skins += skins_in(Picture(pixels_of(shot.samples[count // 2])))
            self._searched += 1

    def paint_frames(self, plan: VideoPlan, sink: FrameSink) -> Iterator[VideoStep]:
        """Grade all frames that are not graded yet; see `pinxit.video.job.FrameStylizer`."""
        samples, lengths = zip(*self._samples, strict=True)
        content = pool_samples(samples, lengths)
        self.table = self._look.fit(content, self._skins, self._recipe.strength, self._recipe.skin)
        color = byte_filter(self.table)
        end = plan.first + plan.count
        if sink.done == end:
            return
        for _, time, pixels in prefetch(plan.pixels_between(sink.done, end)):
            graded = np.asarray(PIL.Image.fromarray(pixels).filter(color))
            sink.add(time, graded)
            yield VideoStep(sink.done - plan.first, pixels, graded)


def byte_filter(table: LookupTable) -> ImageFilter.Color3DLUT:
    """Return a table as Pillow's filter of pictures with eight bits a channel, which is fast enough for films.

    It interpolates in all three directions at once; of smooth tables the result differs from `LookupTable.apply` by
    rounding.
    """
    flat: Any = np.ascontiguousarray(table.entries.transpose(2, 1, 0, 3)).reshape(-1)
    return ImageFilter.Color3DLUT(table.side, flat)


@dataclass(frozen=True)
class FilmGradeJob(FilmJob):
    """A film to grade. `prepare_film_grade` makes one.

    Attributes:
        recipe: everything that decides the film.
        source: the clip.
        grader: what grades its frames.
    """

    recipe: FilmGradeRecipe
    grader: FrameGrader

    def stylizer(self) -> FrameGrader:
        """Return what grades the frames."""
        return self.grader

    def write_table(self, path: str | Path, *, overwrite: bool = False) -> Path | None:
        """Write the table of the frames that were graded; None where there were none. See `pinxit.grading.write_table`."""
        return None if self.grader.table is None else write_table(self.grader.table, path, overwrite=overwrite)


def check_grade(
    content: object,
    styles: Sequence[object],
    target: Path | None,
    lut: Path | None,
    *,
    overwrite: bool = False,
    bits: int = 8,
) -> None:
    """Check, before anything is read, the files of a photograph's grade or of a film's.

    Args:
        content: the photograph, or the path of a film.
        styles: the styles.
        target: the file of the result; None for none.
        lut: the `.cube` file; None for none.
        overwrite: replace files that exist.
        bits: bits a channel of a photograph.

    Raises:
        PinxitError: when a file would be written over one that is read, or cannot be written.
    """
    check_apart(reads=[content, *styles], writes={"the result": target, "the lookup table": lut})
    if lut is not None:
        check_table_name(lut)
        check_place(lut, overwrite=overwrite)
    if target is not None and isinstance(content, str | Path) and is_film(expand_home(content)):
        check_target(target, overwrite=overwrite)
    elif target is not None:
        check_writable(target, overwrite=overwrite, bits=bits)


def prepare_film_grade(
    clip: str | Path,
    styles: Sequence[PictureLike],
    *,
    shares: Sequence[float] | None = None,
    **options: Unpack[FilmGradeOptions],
) -> FilmGradeJob:
    """Prepare the grade of a film.

    Args:
        clip: a film, a GIF, or a folder of numbered frames.
        styles: pictures whose colours it gets, or one `.cube` file.
        shares: weight of each style; equal by default.
        options: fields of `FilmGradeRecipe`; None stands for the default.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    path = Path(clip).expanduser()
    source = open_source(path)
    look, entries = read_styles(styles, shares)
    recipe = validated(
        FilmGradeRecipe,
        {
            "pinxit": __version__,
            "content": input_of(path),
            "styles": entries,
            "size": max(source.height, source.width),
            **{name: value for name, value in options.items() if value is not None},
        },
    )
    return FilmGradeJob(recipe, source, FrameGrader(recipe, look))


def film_grade_from_recipe(recipe: FilmGradeRecipe, look_in: Iterable[Path] = ()) -> FilmGradeJob:
    """Prepare the film that a recipe describes; its clip and its styles are found by their content.

    Args:
        recipe: the recipe.
        look_in: folders to search.

    Raises:
        PinxitError: when the clip or a style cannot be found.
    """
    folders = list(look_in)
    source = open_source(locate(recipe.content, folders))
    return FilmGradeJob(recipe, source, FrameGrader(recipe, find_styles(recipe, folders)))
