"""The commands on a cluster: they write the same bytes as on one machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.image import Picture
from tests.clock import PATIENCE, under_load
from tests.cluster.local_cluster import MIB, LocalCluster, tree
from tests.command_line import command_line, pinxit, pinxit_process
from tests.video.clips import OTHER, pan, write

QUICK = ("--size", "64", "--coarsest", "64", "--iterations", "3", "--device", "cpu")
NETWORK = ("--engine", "network", "--size", "64")


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
def test_batch_paints_the_same_and_nothing_twice(tmp_path: Path, photos: Path, machines: LocalCluster) -> None:
    (photos / "a.jpg").write_bytes(b"no picture")
    (photos / "b.jpg").write_bytes(b"none either")
    style = pictures.write(pictures.fit(pictures.sample("coins"), 64), tmp_path / "style.png")
    order = ("batch", photos, "-s", style, *QUICK)
    pinxit_process(*order, "-o", "alone", folder=tmp_path, check=1)
    done = pinxit(*order, "-o", "many", "--cluster", machines.address, "--json", folder=tmp_path, check=1)
    assert tree(tmp_path / "many") == tree(tmp_path / "alone")
    assert "6 painted, 0 done before, 2 failed" in done.stderr
    assert "2 failed because it is not a picture that pinxit reads" in done.stderr
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert {report["output"] for report in reports} == {
        str(tmp_path / "many" / name) for name in tree(tmp_path / "many")
    }
    assert all(report["iterations"] == [3] and not report["interrupted"] for report in reports)
    again = pinxit(*order, "-o", "many", "--cluster", machines.address, folder=tmp_path, check=1)
    assert "0 painted, 6 done before, 2 failed" in again.stderr
    assert again.stdout == ""
    machines.wait_for_workers(0)


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
def test_sweep_paints_the_same_sheet(tmp_path: Path, photos: Path, machines: LocalCluster) -> None:
    styles = ("--style", "house:swirl", "house:ink")
    order = ("sweep", photos / "0" / "cat.jpg", *styles, "--style-weight", "3,30", "--cell", "64", *QUICK)
    pinxit_process(*order, "-o", "alone.png", folder=tmp_path)
    done = pinxit(*order, "-o", "many.png", "--cluster", machines.address, folder=tmp_path)
    assert done.stdout == "many.png (4 pictures)\n"
    assert (tmp_path / "many.png").read_bytes() == (tmp_path / "alone.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.png", "many.png", "photos"]


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
@pytest.mark.parametrize("kind", ["mp4", "gif"])
def test_video_paints_the_same_film(tmp_path: Path, machines: LocalCluster, kind: str) -> None:
    # The second piece of the second shot begins to be painted within the shot.
    write(tmp_path / "clip.mp4", pan(10) + pan(60, photo=OTHER) + pan(10), sound=True)
    order: tuple[str, ...] = ("video", "clip.mp4", "-s", "house:ink", "--piece", "48")
    if kind == "mp4":
        mask = np.zeros((3, 64, 96), np.float32)
        mask[..., :40] = 1
        pictures.write(Picture(mask), tmp_path / "mask.png")
        order = (*order, "--region", "mask.png@11=house:woodcut")
    pinxit_process(*order, "-o", f"alone.{kind}", folder=tmp_path)
    many = (*order, "-o", f"many.{kind}", "--cluster", machines.address)
    done = pinxit_process(*many, "--json", folder=tmp_path)
    assert json.loads(done.stdout)["frames"] == 80
    assert (tmp_path / f"many.{kind}").read_bytes() == (tmp_path / f"alone.{kind}").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} - {"mask.png"} == {f"alone.{kind}", "clip.mp4", f"many.{kind}"}
    if kind == "mp4":
        assert "there already, painted by the same recipe" in pinxit(*many, folder=tmp_path).stderr


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
def test_ctrl_c_stops_at_once_and_keeps_what_is_done(tmp_path: Path, photos: Path, machines: LocalCluster) -> None:
    pictures.write(pictures.fit(pictures.sample("cat"), 64), photos / "large.png")
    slow = ("--size", "400", "--iterations", "200", "--tolerance", "0", "--device", "cpu")
    order = ("batch", photos, "-s", "house:swirl", "-o", "out", "--cluster", machines.address)
    running = subprocess.Popen(
        command_line(*order, *slow),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A process started in the background would ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        machines.wait_for_workers(3)
        time.sleep(3)
        running.send_signal(signal.SIGINT)
        asked = time.monotonic()
        _, said = running.communicate(timeout=PATIENCE)
    finally:
        running.kill()
    assert running.returncode == 130, said
    assert "interrupted with 0 of 7 pictures done: the same command continues" in said
    assert "Traceback" not in said
    machines.wait_for_workers(0)
    assert time.monotonic() - asked < under_load(10)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
def test_says_what_is_wrong(tmp_path: Path, photos: Path, machines: LocalCluster) -> None:
    order = ("batch", photos, "-s", photos / "0" / "cat.jpg", "-o", "out", *NETWORK)
    address = machines.address
    mistakes = {
        ("--gpus", "0.5"): "are for --cluster",
        ("--cluster", address, "--gpus", "1.5"): "a part of a GPU as in 0.25",
        (
            "--cluster",
            address,
            "--gpus",
            "1",
        ): "no node of the cluster has room for a worker, which needs 1 CPU, 1 GPU",
        ("--cluster", address, "--size", "16000"): "add a larger node",
        ("--cluster", "127.0.0.1:1"): "no Ray cluster answers at 127.0.0.1:1 (Connection refused)",
        ("--cluster", "127.0.0.1:-1"): "no Ray cluster answers at 127.0.0.1:-1 ('-1' is no port)",
        ("--cluster", "ray://127.0.0.1:1"): "no Ray cluster answers at ray://127.0.0.1:1",
    }
    for arguments, message in mistakes.items():
        assert message in pinxit(*order, *arguments, folder=tmp_path, check=2).stderr


@pytest.mark.slow(reason="runs a command on a Ray cluster and again alone")
def test_a_command_on_a_node_is_used_as_if_it_ran_here(tmp_path: Path, machines: LocalCluster) -> None:
    script = (
        "import os, sys\n"
        "print(os.environ['OMP_NUM_THREADS'], os.environ['PINXIT_CACHE'], flush=True)\n"
        "for line in sys.stdin: print(line.strip()[::-1], flush=True)\n"
        "sys.exit(7)\n"
    )
    order = [
        sys.executable,
        "-m",
        "pinxit.cluster.remote_process",
        machines.address,
        "1",
        "0",
        str(100 * MIB),
        "-c",
        script,
    ]
    running = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stdout.readline().split()[0] == "1"
    for word in ("paint", "stop"):
        running.stdin.write(word + "\n")
        running.stdin.flush()
        assert running.stdout.readline() == word[::-1] + "\n"
    out, _ = running.communicate(timeout=PATIENCE)
    assert (out, running.returncode) == ("", 7)
