"""A batch on a cluster: each picture is a task."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pinxit.cluster import files
from pinxit.cluster.tasks import Outcome, TaskProgress, Workspace, driver_workspace
from pinxit.errors import PinxitError
from pinxit.image import discover, to_bytes
from pinxit.image.writer import kind_of, target_name
from pinxit.job import Job, report
from pinxit.preparation import StyleImage, prepare
from pinxit.recipe.recipe import Recipe


@dataclass(frozen=True)
class PictureTask:
    """One picture of a batch.

    Attributes:
        source, target: addresses, or paths that are the same on every node.
    """

    source: str
    target: str

    @property
    def name(self) -> str:
        """The source."""
        return self.source


@dataclass(frozen=True)
class BatchWorkload:
    """All pictures in a folder, painted with the same styles and settings; see `pinxit.cluster.tasks.Workload`.

    Attributes:
        folder, output: the folders of the pictures and of the results.
        styles: the style images, as names of files, house styles or sample pictures.
        keep, encoder_weights: names of files.
        settings: the chosen settings, by name.
        overwrite, bits, quality: options of the writer.
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

    def absolute(self) -> BatchWorkload:
        """Return the workload with names that hold on every node."""
        return replace(self, folder=files.absolute(self.folder), output=files.absolute(self.output))

    def find_tasks(self) -> tuple[list[PictureTask], dict[str, list[str]]]:
        """Return a task for each picture in the folder and its subfolders, and the names of the files left out, by reason.

        Results get the same names in the same tree.

        Raises:
            PinxitError: when results would replace pictures or each other, or there is nothing to paint.
        """
        goal = files.join(self.output, "")
        if files.join(self.folder, "") == goal:
            raise PinxitError(
                f"{self.output} holds the pictures themselves: give another folder for the results by -o."
            )
        names, left_out = files.list_pictures(self.folder)
        results = [name for name in names if files.join(self.folder, name).startswith(goal)]
        if goal.startswith(files.join(self.folder, "")) and not files.is_address(self.folder):
            root = Path(self.folder)
            results += [
                path.relative_to(root).as_posix()
                for path in discover.results_in(root / name for name in names if name not in results)
            ]
        if results:
            left_out = {**left_out, discover.RESULT: results}
        tasks: dict[str, PictureTask] = {}
        for name in (name for name in names if name not in results):
            target = files.join(self.output, target_name(name))
            if target in tasks:
                raise PinxitError(
                    f"{target} would be written twice, for {tasks[target].source} and {name}: rename one of them."
                )
            tasks[target] = PictureTask(files.join(self.folder, name), target)
        if not tasks:
            raise PinxitError(f"there is nothing to paint in {self.folder}: what is there was made by pinxit.")
        return list(tasks.values()), left_out

    @property
    def input_files(self) -> list[str]:
        """The styles, masks and weights."""
        named = [self.keep, self.encoder_weights, self.settings.get("init")]
        named += [name for style in self.styles for name in (style.picture, style.region, style.mask)]
        return sorted({name for name in named if name is not None and files.is_file(name)})

    def check(self) -> None:
        """Raise PinxitError where the node does not see the folder of the pictures."""
        if not files.exists(self.folder):
            raise PinxitError(f"it does not see {self.folder}, which must be a folder that all nodes share")

    def paint(self, task: PictureTask, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        """See `pinxit.cluster.tasks.Workload.paint`."""
        with workspace.task_folder() as folder:
            source = files.fetch(task.source, folder)
            try:
                return (yield from self._paint(task, source, workspace))
            except PinxitError as error:
                # The user knows the picture by its own name, not by that of the copy.
                raise PinxitError(str(error).replace(str(source), task.source)) from error

    def recipe(self) -> Recipe:
        """Return the recipe that all pictures are painted by.

        Raises:
            PinxitError: when the styles or settings are wrong for all of them.
        """
        with contextlib.closing(driver_workspace(self)) as workspace:
            styles = [replace(style, region=None) for style in self.styles]
            return self._prepare("sample:coffee", styles, None, workspace).recipe

    def _prepare(self, source: str, styles: Sequence[StyleImage], keep: str | None, workspace: Workspace) -> Job:
        settings = dict(self.settings)
        if settings.get("init"):
            settings["init"] = workspace.path(settings["init"])
        return prepare(
            source,
            [_with_local_paths(style, workspace) for style in styles],
            keep=None if keep is None else workspace.path(keep),
            encoder_weights=None if self.encoder_weights is None else workspace.path(self.encoder_weights),
            **settings,
        )

    def _paint(self, task: PictureTask, source: Path, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        job = self._prepare(str(source), self.styles, self.keep, workspace)
        if not self.overwrite and files.exists(task.target):
            if job.matches(files.recipe_in(task.target)):
                return Outcome(task.name, "already_done")
            raise PinxitError("another picture is in its place: choose another folder, or add --overwrite.")
        files.check_target(task.target, self.bits)
        for progress in job.paint():
            whole = progress.seconds + progress.seconds_left
            yield TaskProgress(progress.seconds / whole if whole else 0.0, progress.facts)
        picture, recipe = job.result(progress)
        content = to_bytes(
            picture, kind=kind_of(task.target), recipe=recipe.to_json(), bits=self.bits, quality=self.quality
        )
        try:
            files.publish(content, task.target, overwrite=self.overwrite)
        except PinxitError:
            # Another driver with the same command may have written the same result a moment earlier.
            if self.overwrite or not job.matches(files.recipe_in(task.target)):
                raise
            return Outcome(task.name, "already_done")
        return Outcome(task.name, "painted", report=report(task.target, picture, progress))


def _with_local_paths(style: StyleImage, workspace: Workspace) -> StyleImage:
    """Return a style with the paths of the workspace's copies of its files."""
    region, mask = (None if name is None else workspace.path(str(name)) for name in (style.region, style.mask))
    return replace(style, picture=workspace.path(str(style.picture)), region=region, mask=mask)
