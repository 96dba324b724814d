"""The runner of a dressed photograph, or of a sheet of its variations."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pinxit.design.garment import Design, GarmentJob, prepare_garment
from pinxit.image import Picture
from pinxit.image.contact_sheet import contact_sheet
from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.multi_job import MultiJobProgress
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.wear import WearSpec
from pinxit.recipe.progress import Progress, WrappedProgress

_COLUMNS = 4  # of a sheet, as the command line draws it


class WearRunner:
    """Dress a photograph in one design or in several."""

    seconds_between_previews = 1.5

    def __init__(self, spec: WearSpec, inputs: InputResolver, folder: Path) -> None:
        garment = open_garment(spec, inputs)
        self.garment = dataclasses.replace(garment, recipe=inputs.with_names(garment.recipe))
        self.title, self.inputs, self.folder = title_of(spec), inputs, folder
        self.worn: list[tuple[str, Picture]] = []
        self.done: list[tuple[int, ...]] = []

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        garment, designs, before = self.garment, self.garment.designs(), 0.0
        begin = time.monotonic()
        for number, design in enumerate(designs):
            job = garment.job(design, number)
            if job is None:
                picture = garment.wear(design)
                self._add(design, picture)
                yield _Laid(picture, number + 1, len(designs), time.monotonic() - begin)
                continue
            for progress in job.paint():
                yield MultiJobProgress(_Worn(progress, garment, design), number + 1, len(designs), before)
            before += progress.seconds
            self._add(design, garment.wear(design, progress.picture()))
            self.done.append(progress.done)

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; a design starts over, because most take a moment only."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`; of an unfinished sheet, the designs so far."""
        recipe, worn = self.garment.recipe, list(self.worn)
        done = list(self.done)
        if not whole and isinstance(progress, MultiJobProgress) and progress.number > len(worn):
            design = self.garment.designs()[progress.number - 1]
            worn.append((self.garment.name(design), progress.picture()))
            done.append(progress.done)
        recipe = recipe.model_copy(update={"done": tuple(done) or None})
        if recipe.variations is None:
            picture = worn[0][1]
        else:
            recipe = recipe.model_copy(update={"variations": len(worn)})
            picture = contact_sheet(worn, recipe.cell, columns=_COLUMNS)
        text = recipe.to_json()
        files = [picture_file("picture", self.title, picture, self.folder, recipe=text)]
        if recipe.variations is None:
            photo = self.garment.photo
            files.append(
                picture_file("original", f"{self.title}-original", photo, self.folder, kind="WEBP", quality=90)
            )
        sources = (self.garment.photo, *self.garment.sources)
        notes = [self.inputs.hide_paths(note) for source in sources for note in source.notes]
        return RunOutput(files, json.loads(text), notes)

    def _add(self, design: Design, picture: Picture) -> None:
        self.worn.append((self.garment.name(design), picture))


def open_garment(spec: WearSpec, inputs: InputResolver) -> GarmentJob:
    """Read the pictures of a spec."""
    return prepare_garment(
        inputs.resolve(spec.photo),
        inputs.resolve(spec.mask),
        [inputs.resolve(pattern) for pattern in spec.patterns],
        [inputs.resolve(style) for style in spec.styles],
        inputs.settings(spec),
        **spec.options,
    )


@dataclass(frozen=True)
class _Worn(WrappedProgress):
    """The progress of the engine, with the photograph dressed in what it has painted so far."""

    garment: GarmentJob
    design: Design

    def picture(self) -> Picture:
        return self.garment.wear(self.design, self.inner.picture())


@dataclass(frozen=True)
class _Laid:
    """The progress of designs that are laid without an engine.

    Attributes:
        worn: the design laid last.
        number: how many are laid.
        count: how many there are.
        seconds: time since the start, s.
    """

    worn: Picture
    number: int
    count: int
    seconds: float
    memory: float = 0.0
    done: tuple[int, ...] = ()
    losses: Mapping[str, float] = dataclasses.field(default_factory=dict)

    @property
    def size(self) -> int:
        return max(self.worn.width, self.worn.height)

    @property
    def facts(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def seconds_left(self) -> float:
        return self.seconds / self.number * (self.count - self.number)

    def picture(self) -> Picture:
        return self.worn
