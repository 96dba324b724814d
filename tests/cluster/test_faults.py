"""Crashes on a cluster: whatever dies, no result is lost, doubled or half-written."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinxit.cluster.connection import connected
from pinxit.cluster.resources import Resources
from pinxit.cluster.scheduler import TRIES, Scheduler
from pinxit.cluster.tasks import Outcome
from pinxit.errors import PinxitError
from tests.cluster.conftest import make_photos
from tests.cluster.failing_workload import FailingWorkload, NamedTask
from tests.cluster.local_cluster import MIB, LocalCluster, tree
from tests.command_line import command_line, pinxit_process

pytestmark = pytest.mark.slow(reason="kills workers and nodes of a Ray cluster in mid-work")

NEEDS = Resources(1, 0.0, 500 * MIB)
# Slow enough that a kill hits a worker in the middle of a picture.
SLOW = ("--engine", "network", "--size", "480")


def done(machines: LocalCluster, work: FailingWorkload, names: list[str]) -> dict[str, Outcome]:
    """Return the outcome of each task."""
    with connected(machines.address):
        progress = list(Scheduler(work, NEEDS).run([NamedTask(name) for name in names]))
    outcomes = [outcome for item in progress for outcome in item.outcomes]
    assert Counter(outcome.name for outcome in outcomes) == Counter(names)
    return {outcome.name: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The results of a single machine."""
    folder = tmp_path_factory.mktemp("alone")
    pinxit_process("batch", make_photos(folder / "photos"), "-s", "house:swirl", "-o", "out", *SLOW, folder=folder)
    return tree(folder / "out")


def begin(photos: Path, machines: LocalCluster) -> subprocess.Popen[str]:
    order = command_line("batch", photos, "-s", "house:swirl", "-o", "many", *SLOW, "--cluster", machines.address)
    return subprocess.Popen(order, cwd=photos.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class TestUnits:
    def test_one_that_always_crashes_is_given_up_after_three_tries(
        self, tmp_path: Path, machines: LocalCluster
    ) -> None:
        names = ["a", "crashes", "b", "raises", *"cdef"]
        outcomes = done(machines, FailingWorkload(str(tmp_path)), names)
        log = Counter((tmp_path / "log").read_text().split())
        assert log == Counter({**dict.fromkeys(names, 1), "crashes": TRIES})
        assert outcomes.pop("crashes").error.startswith("its worker died 3 times")
        assert "ZeroDivisionError: by nothing" in outcomes.pop("raises").error
        assert {outcome.state for outcome in outcomes.values()} == {"painted"}
        assert {path.stem for path in tmp_path.glob("*.txt")} == set("abcdef")

    def test_progress_is_reported_while_tasks_run(self, tmp_path: Path, machines: LocalCluster) -> None:
        with connected(machines.address):
            progress = list(Scheduler(FailingWorkload(str(tmp_path), 4.0), NEEDS).run([NamedTask("a"), NamedTask("b")]))
        shares = [item.share for item in progress]
        assert shares == sorted(shares)
        assert len({share for share in shares if 0 < share < 0.9}) >= 2
        assert any("part" in item.facts and item.workers == 2 for item in progress)

    def test_a_node_with_a_full_disk_is_left_out(
        self, tmp_path: Path, machines: LocalCluster, small_disk: Path
    ) -> None:
        # One of the four workers has room for its workspace, but not for a task's files.
        node = machines.add(TMPDIR=str(small_disk))
        try:
            work = FailingWorkload(str(tmp_path), 0.5, bytes_in_workspace=2 * MIB)
            with connected(machines.address):
                progress = list(Scheduler(work, NEEDS).run([NamedTask(str(number)) for number in range(16)]))
        finally:
            machines.kill_node(node)
        outcomes = [outcome for item in progress for outcome in item.outcomes]
        assert sorted(int(outcome.name) for outcome in outcomes) == list(range(16))
        assert {outcome.state for outcome in outcomes} == {"painted"}
        (note,) = [note for item in progress for note in item.notes]
        assert "leaves out the node 127.0.0.1: no space left on device" in note
        assert len(list(tmp_path.glob("*.txt"))) == 16

    def test_a_cluster_without_a_fitting_node_is_an_error(self, tmp_path: Path, machines: LocalCluster) -> None:
        work = FailingWorkload(str(tmp_path / "missing"))
        outcomes = done(machines, work, ["a"])
        assert "FileNotFoundError" in outcomes["a"].error
        with connected(machines.address), pytest.raises(PinxitError, match="has room for a worker, which needs 9 CPU"):
            list(Scheduler(work, Resources(9, 0.0, MIB)).run([NamedTask("a")]))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


class TestBatch:
    def test_a_worker_dies_in_mid_picture(self, photos: Path, machines: LocalCluster, alone: dict[str, bytes]) -> None:
        running = begin(photos, machines)
        machines.wait_for_workers(3)
        time.sleep(1.5)
        machines.workers()[0].kill()
        _, said = running.communicate(timeout=600)
        assert running.returncode == 0, said
        assert "6 painted, 0 done before, 0 failed" in said
        assert tree(photos.parent / "many") == alone

    def test_a_node_dies(self, photos: Path, machines: LocalCluster, alone: dict[str, bytes]) -> None:
        node = machines.add()
        running = begin(photos, machines)
        machines.wait_for_workers(4)
        time.sleep(1)
        machines.kill_node(node)
        _, said = running.communicate(timeout=600)
        assert running.returncode == 0, said
        assert "6 painted, 0 done before, 0 failed" in said
        assert tree(photos.parent / "many") == alone

    def test_the_driver_dies_and_is_run_again(
        self, photos: Path, machines: LocalCluster, alone: dict[str, bytes]
    ) -> None:
        out = photos.parent / "many"
        running = begin(photos, machines)
        end = time.monotonic() + 600
        while not (out.is_dir() and tree(out)) and time.monotonic() < end:
            time.sleep(0.05)
        running.kill()
        running.communicate()
        machines.wait_for_workers(0)
        before = tree(out)
        assert 0 < len(before) < 6
        again = begin(photos, machines)
        _, said = again.communicate(timeout=600)
        assert again.returncode == 0, said
        assert f"{6 - len(before)} painted, {len(before)} done before, 0 failed" in said
        assert tree(out) == alone

    def test_two_drivers_at_once(self, photos: Path, machines: LocalCluster, alone: dict[str, bytes]) -> None:
        both = [begin(photos, machines) for _ in range(2)]
        for running in both:
            _, said = running.communicate(timeout=600)
            assert running.returncode == 0, said
            assert "0 failed" in said
        assert tree(photos.parent / "many") == alone


def test_random_kills(tmp_path: Path, machines: LocalCluster) -> None:
    """benchmarks/cluster.py --kills does this with real pictures, fifty times."""
    names = [f"task-{number}" for number in range(20)]
    with machines.killing(5, (0.2, 1.0)) as killed:
        outcomes = done(machines, FailingWorkload(str(tmp_path), 1.0), names)
    assert len(killed) == 5
    # Only a task whose worker died three times is given up, and each kill hits one task at most. The last kill may come between
    # writing the result and reporting it.
    lost = [name for name, outcome in outcomes.items() if outcome.state == "failed"]
    assert len(lost) * TRIES <= len(killed)
    assert all(outcomes[name].error.startswith(f"its worker died {TRIES} times") for name in lost)
    found = {path.stem: path.read_text() for path in tmp_path.glob("*.txt")}
    assert found.keys() >= set(names) - set(lost)
    assert all(text == name for name, text in found.items())
