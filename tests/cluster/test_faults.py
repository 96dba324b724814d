"""Whatever dies on a cluster: no result is lost, doubled or half-written."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinxit.cluster.connection import connected
from pinxit.cluster.crew import TRIES, Crew
from pinxit.cluster.needs import Needs
from pinxit.cluster.units import Outcome
from pinxit.errors import PinxitError
from tests.cluster.conftest import make_photos
from tests.cluster.machines import MIB, Machines, command, pinxit, tree
from tests.cluster.works import Unit, Writing

pytestmark = pytest.mark.xdist_group("cluster")

NEEDS = Needs(1, 0.0, 500 * MIB)
# Long enough that whoever is killed is killed in mid-picture.
SLOW = ("--engine", "network", "--size", "700")


def done(machines: Machines, work: Writing, names: list[str]) -> dict[str, Outcome]:
    """What came of the units."""
    with connected(machines.address):
        news = list(Crew(work, NEEDS).paint([Unit(name) for name in names]))
    outcomes = [outcome for item in news for outcome in item.outcomes]
    assert Counter(outcome.name for outcome in outcomes) == Counter(names)
    return {outcome.name: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one machine makes of the photographs."""
    folder = tmp_path_factory.mktemp("alone")
    pinxit("batch", make_photos(folder / "photos"), "-s", "house:swirl", "-o", "out", *SLOW, folder=folder)
    return tree(folder / "out")


def begin(photos: Path, machines: Machines) -> subprocess.Popen[str]:
    order = command("batch", photos, "-s", "house:swirl", "-o", "many", *SLOW, "--cluster", machines.address)
    return subprocess.Popen(order, cwd=photos.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class TestUnits:
    def test_one_that_always_crashes_is_given_up_after_three_tries(self, tmp_path: Path, machines: Machines) -> None:
        names = ["a", "crashes", "b", "raises", *"cdef"]
        outcomes = done(machines, Writing(str(tmp_path)), names)
        log = Counter((tmp_path / "log").read_text().split())
        assert log == Counter({**dict.fromkeys(names, 1), "crashes": TRIES})
        assert outcomes.pop("crashes").sentence.startswith("its painter died 3 times")
        assert "ZeroDivisionError: by nothing" in outcomes.pop("raises").sentence
        assert {outcome.state for outcome in outcomes.values()} == {"painted"}
        assert {path.stem for path in tmp_path.glob("*.txt")} == set("abcdef")

    def test_progress_is_told_while_units_are_painted(self, tmp_path: Path, machines: Machines) -> None:
        with connected(machines.address):
            news = list(Crew(Writing(str(tmp_path), 4.0), NEEDS).paint([Unit("a"), Unit("b")]))
        shares = [item.share for item in news]
        assert shares == sorted(shares)
        assert len({share for share in shares if 0 < share < 0.9}) >= 2
        assert any("part" in item.facts and item.painters == 2 for item in news)

    def test_a_node_with_a_full_disk_is_left_out(self, tmp_path: Path, machines: Machines, small_disk: Path) -> None:
        # Of the four painters one has room for its bench, but none for a unit's files.
        node = machines.add(TMPDIR=str(small_disk))
        try:
            work = Writing(str(tmp_path), 0.5, bytes_on_bench=2 * MIB)
            with connected(machines.address):
                news = list(Crew(work, NEEDS).paint([Unit(str(number)) for number in range(16)]))
        finally:
            machines.kill_node(node)
        outcomes = [outcome for item in news for outcome in item.outcomes]
        assert sorted(int(outcome.name) for outcome in outcomes) == list(range(16))
        assert {outcome.state for outcome in outcomes} == {"painted"}
        (note,) = [note for item in news for note in item.notes]
        assert "leaves out the node 127.0.0.1: no space left on device" in note
        assert len(list(tmp_path.glob("*.txt"))) == 16

    def test_without_a_node_that_can_it_ends(self, tmp_path: Path, machines: Machines) -> None:
        work = Writing(str(tmp_path / "missing"))
        outcomes = done(machines, work, ["a"])
        assert "FileNotFoundError" in outcomes["a"].sentence
        with connected(machines.address), pytest.raises(PinxitError, match="has room for a painter, which needs 9 CPU"):
            list(Crew(work, Needs(9, 0.0, MIB)).paint([Unit("a")]))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


class TestBatch:
    def test_a_worker_dies_in_mid_picture(self, photos: Path, machines: Machines, alone: dict[str, bytes]) -> None:
        running = begin(photos, machines)
        machines.wait_for_painters(3)
        time.sleep(1.5)
        machines.painters()[0].kill()
        _, said = running.communicate(timeout=200)
        assert running.returncode == 0, said
        assert "6 painted, 0 done before, 0 failed" in said
        assert tree(photos.parent / "many") == alone

    def test_a_node_dies(self, photos: Path, machines: Machines, alone: dict[str, bytes]) -> None:
        node = machines.add()
        running = begin(photos, machines)
        machines.wait_for_painters(4)
        time.sleep(1)
        machines.kill_node(node)
        _, said = running.communicate(timeout=200)
        assert running.returncode == 0, said
        assert "6 painted, 0 done before, 0 failed" in said
        assert tree(photos.parent / "many") == alone

    def test_the_driver_dies_and_is_run_again(self, photos: Path, machines: Machines, alone: dict[str, bytes]) -> None:
        out = photos.parent / "many"
        running = begin(photos, machines)
        end = time.monotonic() + 150
        while not (out.is_dir() and tree(out)) and time.monotonic() < end:
            time.sleep(0.05)
        running.kill()
        running.communicate()
        machines.wait_for_painters(0)
        before = tree(out)
        assert 0 < len(before) < 6
        again = begin(photos, machines)
        _, said = again.communicate(timeout=200)
        assert again.returncode == 0, said
        assert f"{6 - len(before)} painted, {len(before)} done before, 0 failed" in said
        assert tree(out) == alone

    def test_two_drivers_at_once(self, photos: Path, machines: Machines, alone: dict[str, bytes]) -> None:
        both = [begin(photos, machines) for _ in range(2)]
        for running in both:
            _, said = running.communicate(timeout=200)
            assert running.returncode == 0, said
            assert "0 failed" in said
        assert tree(photos.parent / "many") == alone


def test_random_kills(tmp_path: Path, machines: Machines) -> None:
    """benchmarks/cluster.py --kills does so with real pictures, fifty times."""
    names = [f"unit-{number}" for number in range(40)]
    with machines.killing(10, (0.2, 1.0)) as killed:
        outcomes = done(machines, Writing(str(tmp_path), 1.0), names)
    assert len(killed) == 10
    lost = [name for name, outcome in outcomes.items() if outcome.state == "failed"]
    # A unit that is hit three times is given up, and told; nothing else is.
    log = Counter((tmp_path / "log").read_text().split())
    assert all(log[name] == TRIES for name in lost)
    found = {path.stem: path.read_text() for path in tmp_path.glob("*.txt")}
    assert found == {name: name for name in names if name not in lost}
