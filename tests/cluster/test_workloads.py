"""What workers do with their tasks, within the test's own process: without Ray."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pinxit import image as pictures
from pinxit.cluster.batch import BatchWorkload, PictureTask
from pinxit.cluster.sweep import SweepTask, SweepWorkload
from pinxit.cluster.tasks import Outcome, TaskProgress, Workload, Workspace, driver_workspace
from pinxit.errors import PinxitError
from pinxit.preparation import StyleImage

INSTANT = {"engine": "network", "network": "live", "size": 64}


def done(steps: Generator[TaskProgress, None, Outcome]) -> Outcome:
    """Run a task to its end; its progress ends at 1."""
    share = 0.0
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            assert share == 1
            return end.value  # type: ignore[no-any-return]
        assert share <= step.share <= 1
        share = step.share


@contextlib.contextmanager
def workspace_of(workload: Workload) -> Iterator[Workspace]:
    """The workspace in which a worker paints."""
    with contextlib.closing(driver_workspace(workload)) as workspace:
        yield workspace


@pytest.fixture
def batch(tmp_path: Path) -> BatchWorkload:
    """Two photographs in a tree of folders."""
    for name, sample in (("cat.png", "cat"), ("a/coffee.bmp", "coffee")):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        picture = pictures.fit(pictures.sample(sample), 64)
        pictures.to_pil(picture).save(tmp_path / "photos" / name)
    styles = [StyleImage("house:ink")]
    return BatchWorkload(str(tmp_path / "photos"), str(tmp_path / "out"), styles, settings=dict(INSTANT))


class TestBatch:
    def test_a_task_is_done_once(self, tmp_path: Path, batch: BatchWorkload) -> None:
        task = PictureTask(f"{batch.folder}/cat.png", f"{batch.output}/cat.png")
        with workspace_of(batch) as workspace:
            outcome = done(batch.paint(task, workspace))
            assert (outcome.name, outcome.state) == (task.source, "painted")
            assert outcome.report["output"] == task.target
            painted = Path(task.target).read_bytes()
            for _ in batch.paint(task, workspace):
                raise AssertionError("it is not painted again")
            assert Path(task.target).read_bytes() == painted
            others = replace(batch, styles=[StyleImage("house:swirl")])
            with pytest.raises(PinxitError, match=r"another picture is in its place: .* add --overwrite"):
                list(others.paint(task, workspace))
            assert done(replace(others, overwrite=True).paint(task, workspace)).state == "painted"
            assert Path(task.target).read_bytes() != painted

    def test_it_starts_from_the_drivers_picture(self, tmp_path: Path, batch: BatchWorkload) -> None:
        pictures.write(pictures.fit(pictures.sample("rocket"), 64), tmp_path / "start.png")
        options = {"size": 64, "coarsest": 64, "iterations": "1", "device": "cpu"}
        batch = replace(batch, settings={**options, "init": str(tmp_path / "start.png")})
        with workspace_of(batch) as workspace:
            (tmp_path / "start.png").unlink()
            done(batch.paint(PictureTask(f"{batch.folder}/cat.png", f"{batch.output}/cat.png"), workspace))
        assert (tmp_path / "out" / "cat.png").exists()

    def test_names_in_the_results_tree(self, tmp_path: Path, batch: BatchWorkload) -> None:
        tasks, left_out = batch.find_tasks()
        assert [task.target for task in tasks] == [f"{batch.output}/{name}" for name in ("a/coffee.bmp.png", "cat.png")]
        assert not left_out
        within = replace(batch, output=f"{batch.folder}/out")
        with workspace_of(within) as workspace:
            done(within.paint(PictureTask(f"{batch.folder}/cat.png", f"{within.output}/cat.png"), workspace))
        tasks, left_out = within.find_tasks()
        assert [task.name for task in tasks] == [f"{batch.folder}/{name}" for name in ("a/coffee.bmp", "cat.png")]
        assert [name for names in left_out.values() for name in names] == ["out/cat.png"]

    def test_refuses_what_would_be_lost(self, tmp_path: Path, batch: BatchWorkload) -> None:
        with pytest.raises(PinxitError, match="holds the pictures themselves"):
            replace(batch, output=batch.folder).find_tasks()
        (tmp_path / "photos" / "a" / "coffee.bmp.png").write_bytes((tmp_path / "photos" / "cat.png").read_bytes())
        with pytest.raises(PinxitError, match=r"coffee.bmp.png would be written twice, .*: rename one of them"):
            batch.find_tasks()
        with pytest.raises(PinxitError, match="a folder that all nodes share"):
            replace(batch, folder=str(tmp_path / "nowhere")).check()

    def test_an_error_names_the_picture(self, tmp_path: Path, batch: BatchWorkload) -> None:
        (tmp_path / "photos" / "cat.png").write_bytes(b"not a picture")
        with workspace_of(batch) as workspace, pytest.raises(PinxitError, match=f"{batch.folder}/cat.png"):
            list(batch.paint(PictureTask(f"{batch.folder}/cat.png", f"{batch.output}/cat.png"), workspace))
        assert not (tmp_path / "out").exists()


def test_a_cell_of_a_sweep_needs_nothing_but_its_workspace(tmp_path: Path) -> None:
    names = {name: str(tmp_path / f"{name}.png") for name in ("cat", "coffee", "rocket")}
    for sample, name in names.items():
        pictures.write(pictures.fit(pictures.sample(sample), 64), Path(name))
    sweep = SweepWorkload(names["cat"], [names["coffee"]], ["noise", names["rocket"]], 64, 64)
    sweep.check()
    settings: dict[str, Any] = {"size": 64, "coarsest": 64, "iterations": "1", "device": "cpu"}
    task = SweepTask(3, "one", {**settings, "style": names["coffee"], "init": names["rocket"]})
    with workspace_of(sweep) as workspace:
        for name in names.values():
            Path(name).unlink()
        outcome = done(sweep.paint(task, workspace))
    assert (outcome.name, outcome.state, outcome.report["number"]) == ("one", "painted", 3)
    assert max(outcome.report["picture"].pixels.shape) == 64
