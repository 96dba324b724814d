"""Runs that were cut off go on to the picture that they would have made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit import checkpoint as checkpoints
from pinxit.checkpoint import Checkpoint
from pinxit.files.cache import cache_folder
from pinxit.job import Job
from pinxit.preparation import prepare
from pinxit.recipe.progress import Progress

OPTIONS: dict[str, Any] = {"size": 96, "coarsest": 48, "iterations": (5, 5), "tolerance": 0.0, "device": "cpu"}


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that other tests broke off have left checkpoints in the cache of all tests."""
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))


def saved() -> list[Path]:
    return list((cache_folder() / "checkpoints").glob("*.safetensors"))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save after every iteration."""
    monkeypatch.setattr(checkpoints, "SHARE", 1e9)
    before = Checkpoint.__init__
    monkeypatch.setattr(Checkpoint, "__init__", lambda self, recipe, _, kind: before(self, recipe, 0.0, kind))


def last_of(job: Job) -> Progress:
    *_, progress = job.paint()
    return progress


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_goes_on_to_the_same_picture(often: None, solver: Any) -> None:
    """Cut off within a scale, at its very end, and just after."""
    job = prepare("sample:cat", "house:swirl", solver=solver, **OPTIONS)
    whole = last_of(job)
    assert not saved(), "a finished run leaves nothing behind"
    for cut in (3, 5, 6):
        list(islice(job.paint(), cut + 1))  # the item after the last saved one
        assert len(saved()) == 1
        again = list(job.paint())
        assert sum(again[0].done) == cut + 1
        assert again[-1].done == whole.done
        assert np.array_equal(again[-1].picture().pixels, whole.picture().pixels), cut


def test_another_recipe_starts_anew(often: None) -> None:
    job = prepare("sample:cat", "house:swirl", **OPTIONS)
    list(islice(job.paint(), 3))
    other = prepare("sample:cat", "house:swirl", **{**OPTIONS, "style_weight": 11})
    assert next(other.paint()).done == (1,)
    last_of(job)


def test_a_damaged_checkpoint_is_none(often: None) -> None:
    job = prepare("sample:cat", "house:swirl", **OPTIONS)
    list(islice(job.paint(), 3))
    (file,) = saved()
    file.write_bytes(file.read_bytes()[:1000])
    assert next(job.paint()).done == (1,)
    file.unlink(missing_ok=True)


def test_nothing_is_saved_before_its_time() -> None:
    last_of(prepare("sample:cat", "house:swirl", **OPTIONS))
    assert not saved()


def test_old_checkpoints_are_forgotten(often: None) -> None:
    folder = cache_folder() / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    old = folder / "old.safetensors"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    job = prepare("sample:cat", "house:swirl", **OPTIONS)
    list(islice(job.paint(), 3))
    assert not old.exists()
    last_of(job)


def test_out_of_memory_goes_on_with_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyTorch tells it, in the middle of a scale."""
    from pinxit.objective.objective import Objective

    evaluate, calls = Objective.__call__, 0

    def fails_once(self: Objective, picture: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return evaluate(self, picture)  # type: ignore[arg-type]

    job = prepare("sample:cat", "house:swirl", memory=4, **OPTIONS)
    undisturbed = last_of(job).picture()
    monkeypatch.setattr(Objective, "__call__", fails_once)
    items = list(job.paint())
    assert [items[0].memory, items[-1].memory] == [4, 2]
    assert np.array_equal(items[-1].picture().pixels, undisturbed.pixels)
    assert job.result(items[-1])[1].memory == 2


@pytest.mark.slow(reason="paints in two processes, saving after every iteration")
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_goes_on(tmp_path: Path) -> None:
    """`kill -9`, then the same command."""
    script = (
        "import sys; from pathlib import Path; from pinxit import checkpoint; from pinxit.cli import main\n"
        "checkpoint.SECONDS_BETWEEN = 0; checkpoint.Checkpoint.__init__.__defaults__ = (0.0, ''); checkpoint.SHARE = 1e9\n"
        f"sys.argv = ['pinxit', 'stylize', 'sample:cat', '-s', 'house:swirl', '-o', {str(tmp_path / 'out.png')!r},\n"
        "  '--size', '48', '--coarsest', '48', '--iterations', '60', '--tolerance', '0', '--device', 'cpu']\n"
        "main()"
    )
    run = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 600
    while not saved() and time.monotonic() < until:
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert saved()
    assert not (tmp_path / "out.png").exists()
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "continues an interrupted run" in again.stderr
    assert (tmp_path / "out.png").exists()
    assert not saved()
