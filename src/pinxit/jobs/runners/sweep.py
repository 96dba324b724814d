"""The runner of a sheet of variations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinxit import image as pictures
from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.multi_job import MultiJobProgress
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.sweep import SweepSpec
from pinxit.preparation import prepare
from pinxit.recipe.progress import Progress

_CELL = 360  # px: side of each picture on the sheet


class SweepRunner:
    """Paint a picture with several settings and draw a labelled sheet; finished pictures survive a crash."""

    seconds_between_previews = 1.0

    def __init__(self, spec: SweepSpec, inputs: InputResolver, folder: Path) -> None:
        self.spec, self.inputs, self.folder = spec, inputs, folder
        runs = [{**run, **_init_picture(spec, inputs, run)} for run in spec.cells()]
        content, styles = inputs.resolve(spec.content), [inputs.style(style) for style in spec.styles]
        masks = inputs.masks(spec)
        self.jobs = [prepare(content, styles, **masks, **run) for run in runs]
        self.labels = [
            "  ".join(f"{name} {_text(value)}" for name, value in zip(spec.vary, values, strict=True)).replace("_", "-")
            for values in itertools.product(*spec.vary.values())
        ]

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        before = 0.0
        for number, job in enumerate(self.jobs, start=1):
            if self._cell(number).exists() and number < len(self.jobs):
                continue
            for progress in job.paint():
                yield MultiJobProgress(progress, number, len(self.jobs), before)
            before += progress.seconds
            pictures.write(progress.picture(), self._cell(number), overwrite=True)

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; finished pictures are on the disk already."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`."""
        from pinxit.image.contact_sheet import contact_sheet

        painted = [number for number in range(1, len(self.jobs) + 1) if self._cell(number).exists()]
        cells = [(self.labels[number - 1], pictures.read(self._cell(number))) for number in painted]
        if not whole and isinstance(progress, MultiJobProgress) and progress.number not in painted:
            cells.append((self.labels[progress.number - 1], progress.picture()))
        columns = len(list(self.spec.vary.values())[-1])
        drawn = contact_sheet(cells, _CELL, columns if columns > 1 else 5)
        file = picture_file("picture", title_of(self.spec), drawn, self.folder)
        return RunOutput([file], self.spec.to_data(), [self.inputs.hide_paths(note) for note in self.jobs[0].notes])

    def _cell(self, number: int) -> Path:
        return self.folder / f"cell_{number:02}.png"


def _init_picture(spec: SweepSpec, inputs: InputResolver, run: dict[str, Any]) -> dict[str, Any]:
    return {"init": inputs.resolve(spec.init_picture)} if run.get("init") == "picture" and spec.init_picture else {}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
