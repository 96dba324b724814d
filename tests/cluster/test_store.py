"""Pictures and films in an object store: a real server that speaks S3, and files by address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinxit.cluster import files
from pinxit.errors import PinxitError
from tests.cluster.machines import Machines, pinxit, tree
from tests.video.clips import OTHER, pan, write

pytestmark = pytest.mark.xdist_group("cluster")

NETWORK = ("--engine", "network", "--size", "64")


def test_batch_from_bucket_to_bucket(tmp_path: Path, photos: Path, bucket: Any, machines: Machines) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    bucket.put(str(photos), "bucket/photos", recursive=True)
    pinxit("batch", photos, "-s", photos / "0" / "cat.jpg", "-o", "alone", *NETWORK, folder=tmp_path, check=1)
    order = ("batch", "s3://bucket/photos", "-s", "s3://bucket/photos/0/cat.jpg", "-o", "s3://bucket/out", *NETWORK)
    many = (*order, "--cluster", machines.address)
    done = pinxit(*many, folder=tmp_path, check=1)
    assert "s3://bucket/photos/broken.jpg is not a picture" in done.stderr
    bucket.invalidate_cache()
    bucket.get("bucket/out", str(tmp_path / "many"), recursive=True)
    assert tree(tmp_path / "many") == tree(tmp_path / "alone")
    again = pinxit(*many, folder=tmp_path, check=1)
    assert "0 painted, 6 done before, 1 failed" in again.stderr
    assert "addresses are for --cluster" in pinxit(*order, folder=tmp_path, check=2).stderr


def test_video_from_bucket_to_bucket(tmp_path: Path, bucket: Any, machines: Machines) -> None:
    write(tmp_path / "clip.mp4", pan(20) + pan(30, photo=OTHER), sound=True)
    bucket.put_file(str(tmp_path / "clip.mp4"), "bucket/clip.mp4")
    pinxit("video", "clip.mp4", "-s", "house:ink", "-o", "alone.mp4", folder=tmp_path)
    many = ("video", "s3://bucket/clip.mp4", "-s", "house:ink", "-o", "s3://bucket/films/many.mp4")
    pinxit(*many, "--cluster", machines.address, folder=tmp_path)
    assert bucket.cat_file("bucket/films/many.mp4") == (tmp_path / "alone.mp4").read_bytes()
    bucket.invalidate_cache()
    assert bucket.find("bucket/films") == ["bucket/films/many.mp4"]


class TestFiles:
    def test_what_is_there_is_not_replaced(self, tmp_path: Path, bucket: Any) -> None:
        for name in (str(tmp_path / "a.txt"), "s3://bucket/a.txt"):
            files.publish(b"one", name, overwrite=False)
            with pytest.raises(PinxitError, match="exists"):
                files.publish(b"two", name, overwrite=False)
            assert files.read(name) == b"one"
            files.publish(b"two", name, overwrite=True)
            assert files.read(name) == b"two"

    def test_what_is_wrong_is_one_sentence(self, tmp_path: Path, bucket: Any) -> None:
        with pytest.raises(PinxitError, match="no place where files appear whole"):
            files.publish(b"", "sftp://host/a.txt", overwrite=True)
        with pytest.raises(PinxitError, match=r"there is no file s3://bucket/missing\.jpg"):
            files.fetch("s3://bucket/missing.jpg", tmp_path)
        with pytest.raises(PinxitError, match="no picture in s3://bucket/nothing"):
            files.tree("s3://bucket/nothing")

    def test_names(self, tmp_path: Path) -> None:
        assert files.absolute("s3://bucket/a") == "s3://bucket/a"
        assert files.absolute("a") == str(Path.cwd() / "a")
        assert files.below("s3://bucket/", "a") == "s3://bucket/a"
        assert files.names(str(tmp_path / "missing")) == set()
