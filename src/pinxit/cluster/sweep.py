"""A sweep: each cell of the sheet is a unit.

Cells are small: they come back through Ray, and the driver keeps them beside the sheet until all are there.
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
from pinxit.cluster.units import Bench, Outcome, Step
from pinxit.job import Job, prepare
from pinxit.picture import Picture, fit
from pinxit.whole import whole


@dataclass(frozen=True)
class Cell:
    """One picture of a sheet.

    Attributes:
        number: its place on the sheet.
        name: its label.
        settings: with its `style`.
    """

    number: int
    name: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Sweep:
    """What the cells have in common; see `pinxit.cluster.units.Work`.

    Attributes:
        content, styles: files, house or sample pictures.
        size: the longer side to draw at what pinxit draws itself, px.
        cell: side of a cell, px.
        encoder_weights: a file.
    """

    content: str
    styles: Sequence[str]
    size: int
    cell: int
    encoder_weights: str | None = None

    @property
    def supplies(self) -> list[str]:
        """All files: a sweep needs no shared folder."""
        named = {self.content, *self.styles} | ({self.encoder_weights} if self.encoder_weights else set())
        return sorted(name for name in named if files.is_file(name))

    def check(self) -> None:
        """See `Work`."""

    def paint(self, unit: Cell, bench: Bench) -> Generator[Step, None, Outcome]:
        """See `Work`; the report has the cell's `picture`."""
        options = dict(unit.settings)
        style = bench.path(options.pop("style"))
        if options.get("init"):
            options["init"] = bench.path(options["init"])
        job = prepare(
            _loaded(bench.path(self.content), self.size),
            _loaded(style, self.size),
            encoder_weights=bench.path(self.encoder_weights) if self.encoder_weights else None,
            **options,
        )
        for progress in job.paint():
            whole = progress.seconds + progress.seconds_left
            yield Step(progress.seconds / whole if whole else 0.0, progress.facts)
        return Outcome(
            unit.name, "painted", report={"number": unit.number, "picture": fit(progress.picture(), self.cell)}
        )


@functools.lru_cache(maxsize=8)
def _loaded(name: str, size: int) -> Picture:
    return inputs.load(name, size)[0]


class Cells:
    """The cells that are painted, in a folder beside the sheet: the same command goes on from there.

    Args:
        sheet: the file that the sheet is to be.
        cell: side of a cell, px.
    """

    def __init__(self, sheet: Path, cell: int) -> None:
        self._folder, self._cell = sheet.with_name(f".{sheet.name}.unfinished"), cell

    def find(self, job: Job) -> Picture | None:
        """A cell that is painted."""
        path = self._path(job)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return Picture(arrays["pixels"])

    def keep(self, job: Job, picture: Picture) -> None:
        """A cell that was painted now."""
        path = self._path(job)
        with whole(path, overwrite=True) as part, part.open("wb") as file:
            np.savez(file, pixels=picture.pixels)

    def clear(self) -> None:
        """The sheet is there."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, job: Job) -> Path:
        name = hashlib.sha256(f"{job.recipe.to_json()} {self._cell}".encode()).hexdigest()
        return self._folder / f"{name[:32]}.npz"
