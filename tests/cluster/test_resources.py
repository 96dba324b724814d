"""The resources of a worker, the outcome of errors, and workspaces: tested without a cluster."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from pinxit.cluster.resources import GIB, Resources, largest, resources_of, with_memory
from pinxit.cluster.tasks import Workspace, outcome_of_error
from pinxit.errors import PinxitError
from pinxit.optimize.memory import Demand, peak, plan
from pinxit.recipe.recipe import Settings


def settings(**chosen: object) -> Settings:
    return with_memory(Settings.choose(dict(chosen)), 0.0)


class TestResources:
    def test_memory_is_that_of_the_tiling_plan(self) -> None:
        small, large = (resources_of(settings(size=size, memory=4), 1, 0.0) for size in (512, 2048))
        demand = Demand(tuple(settings().content_layers), 1, 1, settings().iterations[-1])
        assert small.memory < large.memory
        assert large.memory == pytest.approx(peak(2048, 2048, plan(2048, 2048, 4 * GIB, demand), demand), abs=0.7 * GIB)
        # Never more than is allowed, apart from the memory for reading.
        assert large.memory < 4.7 * GIB

    def test_the_network_needs_less(self) -> None:
        network, optimizer = (resources_of(settings(engine=engine), 1, 0.0) for engine in ("network", "optimizer"))
        assert network.memory < optimizer.memory
        assert largest([network, optimizer]) == optimizer

    def test_the_drivers_memory_is_the_default(self) -> None:
        assert settings().memory is not None
        assert settings(engine="network").memory is None
        assert with_memory(Settings(), 0.5).memory is None
        assert settings(memory="2GB").memory == 2

    @pytest.mark.parametrize(
        ("resources", "room", "count"),
        [
            (Resources(1, 0.0, GIB), {"CPU": 4.0, "memory": 2.5 * GIB}, 2),
            (Resources(2, 0.0, GIB), {"CPU": 5.0, "memory": 90.0 * GIB}, 2),
            (Resources(1, 0.25, GIB), {"CPU": 16.0, "memory": 90.0 * GIB, "GPU": 2.0}, 8),
            (Resources(1, 0.3, GIB), {"CPU": 16.0, "memory": 90.0 * GIB, "GPU": 1.0}, 3),
            (Resources(1, 2.0, GIB), {"CPU": 16.0, "memory": 90.0 * GIB, "GPU": 5.0}, 2),
            (Resources(1, 0.5, GIB), {"CPU": 16.0, "memory": 90.0 * GIB}, 0),
        ],
    )
    def test_how_many_fit_into_a_node(self, resources: Resources, room: dict[str, float], count: int) -> None:
        assert resources.fit(room) == count

    @pytest.mark.parametrize("gpus", [-1.0, 1.5])
    def test_a_part_or_a_whole_number_of_gpus(self, gpus: float) -> None:
        with pytest.raises(PinxitError, match="a part of a GPU"):
            resources_of(settings(), 1, gpus)


class TestUnits:
    def test_a_full_disk_fails_the_node_and_a_broken_picture_the_task(self) -> None:
        full = PinxitError("a.png cannot be written")
        full.__cause__ = OSError(errno.ENOSPC, "No space left on device")
        assert outcome_of_error("a", full).state == "node_failed"
        assert outcome_of_error("a", PinxitError("is not a picture")).error == "is not a picture"
        assert outcome_of_error("a", OSError(errno.EACCES, "Permission denied")).state == "failed"

    def test_a_workspace_has_copies_under_their_own_names(self, tmp_path: Path) -> None:
        workspace = Workspace({"/a/style.jpg": b"1", "/b/style.jpg": b"2", "/b/other.jpg": b"3"})
        copies = [Path(workspace.path(name)) for name in ("/a/style.jpg", "/b/style.jpg", "/b/other.jpg")]
        assert [copy.read_bytes() for copy in copies] == [b"1", b"2", b"3"]
        assert [copy.name for copy in copies] == ["style.jpg", "style.jpg", "other.jpg"]
        assert Path(workspace.path("/b")) == copies[1].parent
        assert workspace.path("house:ink") == "house:ink"
        with workspace.task_folder() as folder:
            (folder / "a").touch()
        assert not folder.exists()


def test_without_a_cluster_ray_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    script = (
        "import sys, runpy, shutil\n"
        "from pinxit.image import sample, write, fit\n"
        "write(fit(sample('cat'), 64), 'photos/cat.png')\n"
        "sys.argv = ['pinxit', 'batch', 'photos', '-s', 'house:ink', '-o', 'out', '--engine', 'network', '--size', '64']\n"
        "try:\n    runpy.run_module('pinxit', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "assert not {'ray', 'fsspec', 's3fs', 'pinxit.cluster'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    assert (tmp_path / "out" / "cat.png").exists()
