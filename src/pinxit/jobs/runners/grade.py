"""The runner of a graded photograph, and of the table that grades others alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pinxit.grading import GradeJob, prepare_grade, write_table
from pinxit.image import Picture
from pinxit.inputs import PictureLike
from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.grade import GradeSpec
from pinxit.recipe.progress import Progress


class GradeRunner:
    """Grade a photograph."""

    seconds_between_previews = 1.5

    def __init__(self, spec: GradeSpec, inputs: InputResolver, folder: Path) -> None:
        self._begin = time.monotonic()
        self.job = open_grade(spec, inputs, inputs.resolve(spec.content))
        self.recipe = inputs.with_names(self.job.recipe)
        self.title, self.inputs, self.folder = title_of(spec), inputs, folder

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        yield _Graded(self.job.result(), time.monotonic() - self._begin)

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; a grade takes a moment only."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`."""
        text = self.recipe.to_json()
        picture, original = progress.picture(), self.job.content
        table = write_table(self.job.table, self.folder / "grade.cube", overwrite=True)
        files = [
            picture_file("picture", self.title, picture, self.folder, recipe=text),
            picture_file("original", f"{self.title}-original", original, self.folder, kind="WEBP", quality=90),
            OutputFile("lut", f"{self.title}.cube", "text/plain", table, kind="lut"),
        ]
        notes = [self.inputs.hide_paths(note) for note in original.notes]
        return RunOutput(files, json.loads(text), notes)


def open_grade(spec: GradeSpec, inputs: InputResolver, content: PictureLike) -> GradeJob:
    """Read the styles of a spec and fit the grade of a photograph.

    Args:
        spec: the spec.
        inputs: the resolver of its inputs.
        content: the photograph, or a small copy.
    """
    return prepare_grade(
        content,
        [inputs.resolve(style) for style in spec.styles],
        shares=[style.share for style in spec.styles],
        strength=spec.strength,
        skin=spec.skin,
    )


@dataclass(frozen=True)
class _Graded:
    """The end of a grade.

    Attributes:
        graded: the photograph.
        seconds: time that it took, s.
    """

    graded: Picture
    seconds: float
    memory: float = 0.0
    done: tuple[int, ...] = ()
    losses: Mapping[str, float] = field(default_factory=dict)
    facts: str = ""
    seconds_left: float = 0.0

    @property
    def size(self) -> int:
        return max(self.graded.width, self.graded.height)

    def picture(self) -> Picture:
        return self.graded
