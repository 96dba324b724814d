"""A sweep on a cluster: each cell of the sheet is a task.

Cells are small, so they come back through Ray. The driver keeps them beside the sheet until all are painted.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pinxit import inputs
from pinxit.cluster import files
from pinxit.cluster.tasks import Outcome, TaskProgress, Workspace
from pinxit.files.atomic import atomic_file
from pinxit.image import Picture, fit
from pinxit.job import Job
from pinxit.preparation import prepare


@dataclass(frozen=True)
class SweepTask:
    """One cell of a sheet.

    Attributes:
        number: place of the cell on the sheet.
        name: label of the cell.
        settings: settings by name, with the name of its `style`.
    """

    number: int
    name: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class SweepWorkload:
    """All cells of a sheet; see `pinxit.cluster.tasks.Workload`.

    Attributes:
        content, styles: names of files, house styles or sample pictures.
        starts: the values of the setting `init`, of which some may be names of files.
        size: the longer side at which pinxit draws its own pictures, px.
        cell: side of a cell, px.
        encoder_weights: name of a file.
    """

    content: str
    styles: Sequence[str]
    starts: Sequence[str]
    size: int
    cell: int
    encoder_weights: str | None = None

    @property
    def input_files(self) -> list[str]:
        """All files that the sweep reads: it needs no shared folder."""
        named = {self.content, *self.styles, *self.starts} | ({self.encoder_weights} if self.encoder_weights else set())
        return sorted(name for name in named if files.is_file(name))

    def check(self) -> None:
        """Accept any node."""

    def paint(self, task: SweepTask, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        """See `pinxit.cluster.tasks.Workload.paint`; the report holds the cell's `number` and `picture`."""
        options = dict(task.settings)
        style = workspace.path(options.pop("style"))
        if options.get("init"):
            options["init"] = workspace.path(options["init"])
        job = prepare(
            _loaded(workspace.path(self.content), self.size),
            _loaded(style, self.size),
            encoder_weights=workspace.path(self.encoder_weights) if self.encoder_weights else None,
            **options,
        )
        for progress in job.paint():
            whole = progress.seconds + progress.seconds_left
            yield TaskProgress(progress.seconds / whole if whole else 0.0, progress.facts)
        return Outcome(
            task.name, "painted", report={"number": task.number, "picture": fit(progress.picture(), self.cell)}
        )


@functools.lru_cache(maxsize=8)
def _loaded(name: str, size: int) -> Picture:
    return inputs.load(name, size)[0]


class CellStore:
    """A folder of painted cells beside the sheet, from which the same command continues.

    Args:
        sheet: the file of the sheet.
        cell: side of a cell, px.
    """

    def __init__(self, sheet: Path, cell: int) -> None:
        self._folder, self._cell = sheet.with_name(f".{sheet.name}.unfinished"), cell

    def find(self, job: Job) -> Picture | None:
        """Return the cell that a job would paint, or None where it is not painted yet."""
        path = self._path(job)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return Picture(arrays["pixels"])

    def save(self, job: Job, picture: Picture) -> None:
        """Save a painted cell."""
        path = self._path(job)
        with atomic_file(path, overwrite=True) as part, part.open("wb") as file:
            np.savez(file, pixels=picture.pixels)

    def clear(self) -> None:
        """Remove the folder, once the sheet is written."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, job: Job) -> Path:
        name = hashlib.sha256(f"{job.recipe.to_json()} {self._cell}".encode()).hexdigest()
        return self._folder / f"{name[:32]}.npz"
