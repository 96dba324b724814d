"""The runner of work that is a single job of an engine."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

from pinxit.checkpoint import Checkpoint
from pinxit.image import resize
from pinxit.job import Job
from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.recipe.progress import Progress

J = TypeVar("J", bound=Job)

# A worker may be killed at any moment. Saving takes at most a fiftieth of the time.
SECONDS_BETWEEN_CHECKPOINTS = 10.0


class SingleJobRunner(ABC, Generic[J]):
    """A job, with the names that people gave its pictures, and its checkpoints; each kind of work adds `files`."""

    seconds_between_previews = 0.7

    def __init__(self, job: J, title: str, inputs: InputResolver, folder: Path) -> None:
        self.job = dataclasses.replace(
            job, recipe=inputs.with_names(job.recipe), checkpoint_seconds=SECONDS_BETWEEN_CHECKPOINTS
        )
        self.title, self.inputs, self.folder = title, inputs, folder

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        return self.job.paint()

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; the network engine has no state to save and starts over."""
        if self.job.engine == "optimizer":
            Checkpoint(self.job.recipe, kind=self.job.kind).save(progress)  # type: ignore[arg-type]

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`; an unfinished picture has the size asked for as well."""
        return self.files(progress if whole else self.job.stopped(progress))

    @abstractmethod
    def files(self, progress: Progress) -> RunOutput:
        """Write the files of a run that ended at `progress`."""

    def notes(self) -> list[str]:
        """Return notes on decisions made while the inputs were read."""
        return [self.inputs.hide_paths(note) for note in self.job.notes]

    def original(self, height: int, width: int) -> OutputFile:
        """Write the content image at the size of the result, for comparison."""
        content = resize(self.job.ingredients.content, height, width)
        return picture_file("original", f"{self.title}-original", content, self.folder, kind="WEBP", quality=90)
