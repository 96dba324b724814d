"""A batch: each picture is a unit."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pinxit.cluster import files
from pinxit.cluster.units import Bench, Outcome, Step, driver_bench
from pinxit.errors import PinxitError
from pinxit.job import Job, StyleImage, prepare, report
from pinxit.picture import find, to_bytes
from pinxit.picture.recipe import Recipe
from pinxit.picture.writer import kind_of, target_name


@dataclass(frozen=True)
class Photograph:
    """One picture of a batch.

    Attributes:
        source, target: addresses, or paths that are the same on every node.
    """

    source: str
    target: str

    @property
    def name(self) -> str:
        """Its source."""
        return self.source


@dataclass(frozen=True)
class Batch:
    """What the pictures of a batch have in common; see `pinxit.cluster.units.Work`.

    Attributes:
        folder, output: where the pictures are and where the paintings go.
        styles: with names of files, house or sample pictures.
        keep, encoder_weights: files.
        settings: what was chosen, by name.
        overwrite, bits, quality: of what is written.
    """

    folder: str
    output: str
    styles: Sequence[StyleImage]
    keep: str | None = None
    encoder_weights: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    overwrite: bool = False
    bits: Literal[8, 16] = 8
    quality: int = 95

    def absolute(self) -> Batch:
        """The same with names that hold on every node."""
        return replace(self, folder=files.absolute(self.folder), output=files.absolute(self.output))

    def units(self) -> list[Photograph]:
        """The pictures in the folder and the folders within it, each to the same name in the same tree."""
        return self.survey()[0]

    def survey(self) -> tuple[list[Photograph], dict[str, list[str]]]:
        """The same, and the names of what is left out, by the reason.

        Raises:
            PinxitError: when results would replace pictures or each other, or there is nothing to paint.
        """
        goal = files.below(self.output, "")
        if files.below(self.folder, "") == goal:
            raise PinxitError(
                f"{self.output} holds the pictures themselves: give another folder for the results by -o."
            )
        names, left_out = files.survey(self.folder)
        results = [name for name in names if files.below(self.folder, name).startswith(goal)]
        if goal.startswith(files.below(self.folder, "")) and not files.is_address(self.folder):
            root = Path(self.folder)
            results += [
                path.relative_to(root).as_posix()
                for path in find.results_in(root / name for name in names if name not in results)
            ]
        if results:
            left_out = {**left_out, find.RESULT: results}
        units: dict[str, Photograph] = {}
        for name in (name for name in names if name not in results):
            target = files.below(self.output, target_name(name))
            if target in units:
                raise PinxitError(
                    f"{target} would be written twice, for {units[target].source} and {name}: rename one of them."
                )
            units[target] = Photograph(files.below(self.folder, name), target)
        if not units:
            raise PinxitError(f"there is nothing to paint in {self.folder}: what is there was made by pinxit.")
        return list(units.values()), left_out

    @property
    def supplies(self) -> list[str]:
        """The styles and masks."""
        named = [self.keep, self.encoder_weights, self.settings.get("init")]
        named += [name for style in self.styles for name in (style.picture, style.region, style.mask)]
        return sorted({name for name in named if name is not None and files.is_file(name)})

    def check(self) -> None:
        """See `Work`."""
        if not files.exists(self.folder):
            raise PinxitError(f"it does not see {self.folder}, which must be a folder that all nodes share")

    def paint(self, unit: Photograph, bench: Bench) -> Generator[Step, None, Outcome]:
        """See `Work`."""
        with bench.cleared() as folder:
            source = files.fetch(unit.source, folder)
            try:
                return (yield from self._paint(unit, source, bench))
            except PinxitError as error:
                # A person knows the picture by its own name.
                raise PinxitError(str(error).replace(str(source), unit.source)) from error

    def recipe(self) -> Recipe:
        """What all pictures are painted by; PinxitError for what is wrong with all of them."""
        with contextlib.closing(driver_bench(self)) as bench:
            styles = [replace(style, region=None) for style in self.styles]
            return self._prepare("sample:coffee", styles, None, bench).recipe

    def _prepare(self, source: str, styles: Sequence[StyleImage], keep: str | None, bench: Bench) -> Job:
        settings = dict(self.settings)
        if settings.get("init"):
            settings["init"] = bench.path(settings["init"])
        return prepare(
            source,
            [_copied(style, bench) for style in styles],
            keep=None if keep is None else bench.path(keep),
            encoder_weights=None if self.encoder_weights is None else bench.path(self.encoder_weights),
            **settings,
        )

    def _paint(self, unit: Photograph, source: Path, bench: Bench) -> Generator[Step, None, Outcome]:
        job = self._prepare(str(source), self.styles, self.keep, bench)
        if not self.overwrite and files.exists(unit.target):
            if job.made(files.recipe_in(unit.target)):
                return Outcome(unit.name, "before")
            raise PinxitError("another picture is in its place: choose another folder, or add --overwrite.")
        files.check_target(unit.target, self.bits)
        for progress in job.paint():
            whole = progress.seconds + progress.seconds_left
            yield Step(progress.seconds / whole if whole else 0.0, progress.facts)
        picture, recipe = job.result(progress)
        content = to_bytes(
            picture, kind=kind_of(unit.target), recipe=recipe.to_json(), bits=self.bits, quality=self.quality
        )
        try:
            files.publish(content, unit.target, overwrite=self.overwrite)
        except PinxitError:
            # Another driver with the same order was a moment faster: what it wrote is what this one would have written.
            if self.overwrite or not job.made(files.recipe_in(unit.target)):
                raise
            return Outcome(unit.name, "before")
        return Outcome(unit.name, "painted", report=report(unit.target, picture, progress))


def _copied(style: StyleImage, bench: Bench) -> StyleImage:
    """A style by the names that its files have on the bench."""
    region, mask = (None if name is None else bench.path(str(name)) for name in (style.region, style.mask))
    return replace(style, picture=bench.path(str(style.picture)), region=region, mask=mask)
