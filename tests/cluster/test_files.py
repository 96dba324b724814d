"""Pictures and films in an object store: a real S3 server, and files by address."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
import pytest

from pinxit.cluster import files
from pinxit.errors import PinxitError
from pinxit.image import fit, sample, to_bytes
from tests.cluster.local_cluster import LocalCluster, tree
from tests.command_line import pinxit, pinxit_process
from tests.video.clips import OTHER, pan, write

NETWORK = ("--engine", "network", "--size", "64")


@pytest.mark.slow(reason="paints on a Ray cluster and again alone")
def test_batch_from_bucket_to_bucket(tmp_path: Path, photos: Path, bucket: Any, machines: LocalCluster) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    bucket.put(str(photos), "bucket/photos", recursive=True)
    pinxit_process("batch", photos, "-s", photos / "0" / "cat.jpg", "-o", "alone", *NETWORK, folder=tmp_path, check=1)
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


@pytest.mark.slow(reason="paints on a Ray cluster and again alone")
def test_video_from_bucket_to_bucket(tmp_path: Path, bucket: Any, machines: LocalCluster) -> None:
    write(tmp_path / "clip.mp4", pan(20) + pan(30, photo=OTHER), sound=True)
    bucket.put_file(str(tmp_path / "clip.mp4"), "bucket/clip.mp4")
    pinxit_process("video", "clip.mp4", "-s", "house:ink", "-o", "alone.mp4", folder=tmp_path)
    many = ("video", "s3://bucket/clip.mp4", "-s", "house:ink", "-o", "s3://bucket/films/many.mp4")
    pinxit_process(*many, "--cluster", machines.address, folder=tmp_path)
    assert bucket.cat_file("bucket/films/many.mp4") == (tmp_path / "alone.mp4").read_bytes()
    bucket.invalidate_cache()
    assert bucket.find("bucket/films") == ["bucket/films/many.mp4"]


class TestFiles:
    def test_existing_files_are_not_replaced(self, tmp_path: Path, bucket: Any) -> None:
        for name in (str(tmp_path / "a.txt"), "s3://bucket/a.txt"):
            files.publish(b"one", name, overwrite=False)
            with pytest.raises(PinxitError, match="exists"):
                files.publish(b"two", name, overwrite=False)
            assert files.read(name) == b"one"
            files.publish(b"two", name, overwrite=True)
            assert files.read(name) == b"two"

    def test_errors_are_one_sentence(self, tmp_path: Path, bucket: Any) -> None:
        with pytest.raises(PinxitError, match="may show files that are half written"):
            files.publish(b"", "sftp://host/a.txt", overwrite=True)
        with pytest.raises(PinxitError, match=r"there is no file s3://bucket/missing\.jpg"):
            files.fetch("s3://bucket/missing.jpg", tmp_path)
        with pytest.raises(PinxitError, match="no picture in s3://bucket/nothing"):
            files.list_pictures("s3://bucket/nothing")

    @pytest.mark.parametrize(
        "key",
        ["../../out.png", "a/../../../out.png", "/out.png", "a//out.png", "./out.png", "a\\..\\out.png", "C:out.png",
         "C:/out.png", "a\0.png"],
    )  # fmt: skip
    def test_a_name_that_leads_out_of_the_folder(self, tmp_path: Path, bucket: Any, key: str) -> None:
        """Written by the S3 client itself, because fsspec would normalise such a name."""
        store = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
        if "\0" not in key:  # which no server accepts
            store.put_object(Bucket="bucket", Key=f"evil/{key}", Body=b"evil")
            store.put_object(Bucket="bucket", Key="evil/good.png", Body=b"good")
            try:
                for fetch in (files.list_pictures, lambda folder: files.mirror(folder, tmp_path / "a" / "b" / "c")):
                    with pytest.raises(PinxitError, match="not a path within a folder"):
                        fetch("s3://bucket/evil")
            finally:
                store.delete_object(Bucket="bucket", Key=f"evil/{key}")
                store.delete_object(Bucket="bucket", Key="evil/good.png")
        with pytest.raises(PinxitError, match="not a path within a folder"):
            files.place_in(tmp_path, key, "s3://bucket")
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"evil"]

    def test_a_link_that_leads_out_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "a").symlink_to(tmp_path)
        with pytest.raises(PinxitError, match="leads out"):
            files.place_in(tmp_path / "folder", "a/b.png", "s3://bucket")
        assert files.place_in(tmp_path / "folder", "b/c..png", "s3://bucket") == tmp_path / "folder" / "b" / "c..png"

    def test_what_is_left_out_of_a_bucket(self, tmp_path: Path, bucket: Any) -> None:
        small = to_bytes(fit(sample("cat"), 32), kind="JPEG")
        for name, content in {
            "a.jpg": small,
            "b.jpe": small,
            "c": small,
            "d.txt": b"text",
            "e": b"",
            ".f": b"x",
        }.items():
            bucket.pipe_file(f"bucket/mixed/{name}", content)
        store = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
        for key in ("mixed/", "mixed/folder/"):  # as web consoles make folders
            store.put_object(Bucket="bucket", Key=key, Body=b"")
        assert files.list_pictures("s3://bucket/mixed") == (
            ["a.jpg", "b.jpe", "c"],
            {"no picture": ["d.txt"], "empty": ["e"]},
        )

    def test_names(self, tmp_path: Path) -> None:
        assert files.absolute("s3://bucket/a") == "s3://bucket/a"
        assert files.absolute("a") == str(Path.cwd() / "a")
        assert files.join("s3://bucket/", "a") == "s3://bucket/a"
        assert files.list_names(str(tmp_path / "missing")) == set()
