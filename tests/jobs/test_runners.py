"""Videos and networks as jobs: finished work survives a crash of its worker."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.jobs.errors import Refused
from pinxit.jobs.files import Files
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.video import film_of
from pinxit.jobs.service import JobService
from pinxit.jobs.specs import read_spec
from pinxit.jobs.specs.video import VideoSpec
from pinxit.jobs.store import Store
from pinxit.video.clip import Clip
from pinxit.video.codec import CodecSettings
from pinxit.video.encoding import VideoWriter
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress

# What the optimiser finds in no time.
BRIEF: dict[str, Any] = {
    **{name: LONG[name] for name in LONG if name not in ("work", "content", "styles", "coarsest")},
    "iterations": [3],
    "size": 64,
}


def put_clip(files: Files, folder: Path, frames: int) -> dict[str, Any]:
    """A small clip in the store, as an order names it."""
    reel = VideoWriter(folder / "clip.mp4", 48, 64, CodecSettings("libx264", 18, Fraction(24)))
    for number in range(frames):
        ramp = np.linspace(0, 255, 64).astype(np.uint8)
        reel.add(
            Fraction(number, 24), np.ascontiguousarray(np.tile(np.roll(ramp, number), (48, 1))[..., None].repeat(3, 2))
        )
    reel.close()
    facts = {"kind": "clip", "media": "video/mp4", "width": 64, "height": 48, "frames": frames, "seconds": frames / 24}
    file, _ = files.add(folder / "clip.mp4", "my clip.mp4", facts)
    return {"name": file.name, "sha256": file.id}


def film(clip: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"work": "video", "clip": clip, "styles": [{"name": "house:swirl"}], **more}


def test_a_film_goes_on_where_its_worker_was_killed(jobs: JobService, store: Store, tmp_path: Path) -> None:
    jobs.put("a", film(put_clip(store.files, tmp_path, 240)))
    pieces = store.jobs / "a"
    wait(lambda: list(pieces.rglob("piece_0000001.mp4")), bool)
    os.kill(jobs.supervisor.workers["a"].pid, signal.SIGKILL)
    wait(lambda: jobs.get("a").attempts, lambda attempts: attempts == 2)
    assert list(pieces.rglob("piece_0000001.mp4"))
    wait_for(jobs, "a", "succeeded", "failed")
    result = store.results.get("a")
    assert [part.role for part in result.files] == ["film", "original"]
    film_file = store.files.get(result.files[0].id)
    assert (film_file.kind, film_file.media) == ("clip", "video/mp4")
    assert len(list(Clip(store.files.path(film_file.id)).frames())) == 240
    assert result.cover is not None
    assert pictures.read(store.files.path(result.cover)).width == 64
    assert result.recipe is not None
    again = read_spec(result.recipe)
    assert isinstance(again, VideoSpec)
    assert again.clip.name == "my clip.mp4"


def test_a_film_has_a_style_for_a_region(store: Store, tmp_path: Path) -> None:
    pictures.write(
        pictures.Picture(np.tile(np.linspace(0, 1, 64) > 0.5, (3, 48, 1)).astype(np.float32)), tmp_path / "right.png"
    )
    mask, _ = store.files.add(tmp_path / "right.png", "right.png", {"kind": "picture", "media": "image/png"})
    region = {"name": mask.name, "sha256": mask.id}
    styles = [{"name": "house:swirl"}, {"name": "house:ink", "region": region, "region_frame": 3}]
    spec = read_spec({**film(put_clip(store.files, tmp_path, 6)), "styles": styles, "size": 64})
    assert isinstance(spec, VideoSpec)
    job = film_of(spec, InputResolver(store.files))
    whole, part = job.styles
    assert whole.region is None
    assert part.region is not None
    assert part.region[:, 40:].min() == 1 > part.region[:, :24].max()
    again = read_spec(json.loads(job.recipe.to_json()))
    assert isinstance(again, VideoSpec)
    assert [(style.name, style.region_frame) for style in again.styles] == [("house:swirl", 1), ("house:ink", 3)]
    assert again.styles[1].region is not None
    assert again.styles[1].region.sha256 == mask.id


def test_of_a_film_that_is_stopped_there_is_a_frame(jobs: JobService, store: Store, tmp_path: Path) -> None:
    jobs.put("a", film(put_clip(store.files, tmp_path, 48), engine="optimizer", **BRIEF))
    wait(lambda: jobs.get("a").progress, lambda progress: progress is not None and progress["frame"] >= 1)
    jobs.stop("a")
    wait_for(jobs, "a", "succeeded")
    result = store.results.get("a")
    assert result.draft
    assert [part.role for part in result.files] == ["picture", "original"]


def test_a_clip_is_no_picture_and_a_picture_no_clip(jobs: JobService, store: Store, tmp_path: Path) -> None:
    clip = put_clip(store.files, tmp_path, 3)
    with pytest.raises(Refused, match="is a clip"):
        jobs.put("a", {**QUICK, "content": clip})
    with store.files.new() as incoming:
        incoming.write(b"x")
        still, _ = incoming.commit("still.png", {"kind": "picture", "media": "image/png"})
    with pytest.raises(Refused, match="is a picture"):
        jobs.put("a", film({"name": "still.png", "sha256": still.id}))
    with pytest.raises(Refused, match="is a picture"):
        jobs.put("a", film({"name": "sample:cat"}))


@pytest.mark.slow(reason="trains a network and paints with it twice")
def test_a_network_is_taught_and_paints(jobs: JobService, store: Store) -> None:
    jobs.put("taught", {"work": "train", "styles": [{"name": "sample:coffee"}], "steps": 3})
    wait_for(jobs, "taught", "succeeded", "failed")
    result = store.results.get("taught")
    assert [part.role for part in result.files] == ["network"]
    network = store.files.get(result.files[0].id)
    assert network.kind == "network"
    assert network.name == "coffee.pinxit"
    assert result.cover is not None
    order = {**QUICK, "styles": [{"name": "my own", "sha256": network.id}]}
    jobs.put("painted", order)
    wait_for(jobs, "painted", "succeeded", "failed")
    painted = store.results.get("painted")
    assert painted.recipe is not None
    assert painted.recipe["styles"][0]["name"] == "my own.pinxit"
    jobs.put("again", painted.recipe)
    wait_for(jobs, "again", "succeeded", "failed")
    assert store.results.get("again").files[0].id == painted.files[0].id


@pytest.mark.slow(reason="trains a network in two workers")
def test_learning_that_is_paused_goes_on(jobs: JobService) -> None:
    jobs.put("taught", {"work": "train", "styles": [{"name": "sample:coffee"}], "steps": 1000})
    wait_for_progress(jobs, "taught", 1)
    jobs.pause("taught")
    reached = sum((wait_for(jobs, "taught", "paused").progress or {})["done"])
    jobs.resume("taught")
    wait_for_progress(jobs, "taught", reached + 1)
    jobs.cancel("taught")
    wait_for(jobs, "taught", "cancelled")


def test_a_worker_waits_for_one_that_has_not_gone_yet(jobs: JobService, store: Store) -> None:
    folder = store.jobs / "a"
    folder.mkdir()
    with filelock.FileLock(folder / "lock"):
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "running")
        # Its process is there, and has had time to begin.
        wait(lambda: jobs.supervisor.workers.get("a"), bool)
        time.sleep(2)
        assert jobs.get("a").state == "running"
        assert jobs.get("a").progress is None
    wait_for(jobs, "a", "succeeded")


@pytest.mark.slow(reason="paints sixty iterations, then another picture")
@pytest.mark.skipif(sys.platform != "linux", reason="limits another process")
def test_a_disk_that_fills_up_is_told_and_leaves_nothing_half_written(jobs: JobService, store: Store) -> None:
    import resource

    jobs.put("a", {**LONG, "iterations": [40]})
    wait_for_progress(jobs, "a")
    # As a disk would that has no room for more than this.
    resource.prlimit(jobs.supervisor.workers["a"].pid, resource.RLIMIT_FSIZE, (2048, 2048))
    failed = wait_for(jobs, "a", "failed", "succeeded")
    assert failed.error is not None
    assert failed.error["code"] == "no_space"
    assert len(store.results) == 0
    assert not [path for path in store.files.folder.rglob("*") if path.is_file()]
    jobs.put("b", QUICK)
    wait_for(jobs, "b", "succeeded")
