"""Short tasks: hostile files may crash the process that reads them, but nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.jobs import pool_tasks
from pinxit.jobs.errors import JobsError, Refused, TooLarge, Unavailable
from pinxit.jobs.files import Files
from pinxit.jobs.specs import read_spec
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.jobs.task_pool import TaskPool
from pinxit.onnx_runtime.session import load_onnxruntime
from tests.clock import under_load

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskPool]:
    quick = TaskPool(Files(tmp_path_factory.mktemp("files")), processes=1, seconds={"nap": 1.0})
    quick.wait_till_warm()
    yield quick
    quick.close()


def preview() -> StylizeSpec:
    order = read_spec({
        "content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}], "preset": "fine", "iterations": [7],
    })  # fmt: skip
    assert isinstance(order, StylizeSpec)
    return order


def test_a_preview_is_a_picture(quick: TaskPool) -> None:
    painted = pictures.read(quick.preview(preview(), 96))
    assert max(painted.width, painted.height) == 96


def test_styles_are_drawn_and_pictures_reduced(quick: TaskPool, tmp_path: Path, cat: Picture) -> None:
    assert pictures.read(quick.draw("house:mosaic", 64)).width == 64
    path = tmp_path / "x.bytes"
    path.write_bytes(pictures.to_bytes(cat))
    assert pictures.read(quick.thumbnail(path, 48)).width == 48
    seen = {"kind": "picture", "media": "image/png", "width": 96, "height": cat.height, "recipe": None}
    assert quick.inspect(path) == seen


def test_the_page_has_a_network_of_several_styles(quick: TaskPool, cat: Picture) -> None:
    styles: list[dict[str, Any]] = [{"name": "house:swirl", "share": 2}, {"name": "house:waves"}]
    content = pictures.resize(cat, 64, 64).pixels[None]
    painted = {}
    for strength in (0.0, 0.5, 1.0):
        session = load_onnxruntime().InferenceSession(quick.live_model(styles, strength, 64))
        painted[strength] = session.run(None, {"picture": content})[0]
    np.testing.assert_allclose(painted[0.0], content, atol=1e-6)
    np.testing.assert_allclose(painted[0.5], (content + painted[1.0]) / 2, atol=1e-5)
    assert np.abs(painted[1.0] - content).mean() > 0.05
    with pytest.raises(JobsError):
        quick.live_model([])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"x", "format_not_allowed"),
        (b"<html><script>alert(1)</script></html>", "format_not_allowed"),
        (b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n", "format_not_allowed"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "image_corrupt"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image_corrupt"),
        (b"\x20\0\0\0\0\0\0\0{}" + bytes(40), "refused"),
    ],
)
def test_what_is_no_picture_is_told_without_its_place(
    quick: TaskPool, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        quick.inspect(path)
    assert refused.value.code == code
    assert str(tmp_path) not in str(refused.value)
    assert "x.part" not in str(refused.value)


def test_a_picture_of_too_many_pixels_is_not_decoded(quick: TaskPool, tmp_path: Path, cat: Picture) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(pictures.to_bytes(cat))
    with pytest.raises(TooLarge):
        quick.inspect(path, most_pixels=1000)
    whole = path.read_bytes()
    header = b"IHDR" + (60000).to_bytes(4) * 2 + whole[24:29]
    path.write_bytes(whole[:12] + header + zlib.crc32(header).to_bytes(4) + whole[33:])
    with pytest.raises(TooLarge) as bomb:
        quick.inspect(path)
    assert bomb.value.code == "image_too_large"


def test_what_hangs_or_crashes_or_eats_memory_harms_nobody(quick: TaskPool, tmp_path: Path) -> None:
    with pytest.raises(Refused) as late:
        quick._do("nap", time.sleep, 30)
    assert late.value.code == "too_slow"
    with pytest.raises(Refused) as crashed:
        quick._do("inspect", os.abort)
    assert crashed.value.code == "unreadable"
    with pytest.raises(TooLarge):
        quick._do("inspect", bytearray, 64 << 30)
    assert quick.draw("sample:cat", 64)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pictures are not here")
def test_hostile_files_are_told_apart(quick: TaskPool) -> None:
    codes = set()
    hostile = [path for path in (SHARED / "hostile").iterdir() if path.stat().st_size < 4 << 20]
    for path in hostile:
        facts: dict[str, Any] = {}
        with contextlib.suppress(JobsError):
            facts = quick.inspect(path)
        if facts:
            assert facts["kind"] == "picture"
            continue
        with pytest.raises(JobsError) as refused:
            quick.inspect(path)
        codes.add(refused.value.code)
        assert str(SHARED) not in str(refused.value)
    assert len(hostile) > 100
    assert codes == {"image_corrupt", "image_too_large", "format_not_allowed", "empty_file"}
    clip = quick.inspect(SHARED / "video" / "realshort.mp4")
    assert clip["kind"] == "clip"
    assert clip["frames"] > 1
    assert clip["media"] == "video/mp4"


def test_processes_end_with_whoever_started_them(tmp_path: Path) -> None:
    """As after a kill -9 of the server."""
    import subprocess
    import sys

    import psutil

    program = tmp_path / "server.py"
    program.write_text(
        "import sys, time\nfrom pathlib import Path\n"
        "from pinxit.jobs.files import Files\nfrom pinxit.jobs.task_pool import TaskPool\n"
        "if __name__ == '__main__':\n"
        "    quick = TaskPool(Files(Path(sys.argv[1])), processes=1)\n    quick.wait_till_warm()\n"
        "    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, program, tmp_path / "files"], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        children = psutil.Process(server.pid).children(recursive=True)
        assert children
        os.kill(server.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=under_load(5))
    assert not alive


def test_tasks_that_are_not_asked_in_a_pool_are_the_same(cat: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pictures.to_bytes(cat, kind="JPEG"))
    assert pool_tasks.inspect(str(path), 10**6)["media"] == "image/jpeg"


def test_regions_that_need_too_much_memory_are_refused(tmp_path: Path) -> None:
    order = {"content": {"name": "sample:cat"}, "styles": [{"name": "sample:coffee"}], "match": "regions"}
    with contextlib.closing(TaskPool(Files(tmp_path), processes=1, memory=800 << 20)) as quick:
        small, large = (read_spec({**order, "size": size}) for size in (96, 4096))
        assert isinstance(small, StylizeSpec)
        assert isinstance(large, StylizeSpec)
        assert len(quick.correspondence(small)["assignment"]) > 1
        with pytest.raises(TooLarge, match="does not fit into memory"):
            quick.correspondence(large)


def test_closing_ends_the_wait_for_tasks(tmp_path: Path) -> None:
    pool = TaskPool(Files(tmp_path / "files"), processes=1, seconds={"nap": 60.0})
    pool.wait_till_warm()
    with ThreadPoolExecutor(3) as threads:
        # One runs, the others wait for it.
        waiting = [threads.submit(pool._do, "nap", time.sleep, 60) for _ in range(3)]
        time.sleep(0.5)
        start = time.monotonic()
        pool.close()
        for future in waiting:
            with pytest.raises(Unavailable):
                future.result(300)
        assert time.monotonic() - start < under_load(10)
    with pytest.raises(Unavailable):
        pool.thumbnail(tmp_path / "a.png", 32)
