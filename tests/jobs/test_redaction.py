"""Sentences that leave the machine contain no paths of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinxit.jobs.files import Files
from pinxit.jobs.redaction import redact_paths
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.jobs.conftest import QUICK, wait_for

SHA = "ab" * 32


@pytest.mark.parametrize(
    ("sentence", "redacted"),
    [
        ("/srv/pinxit home/files/ab is full: make room.", "the file is full: make room."),
        (f"/srv/pinxit home/files/ab/{SHA}.bytes is not a picture.", "cat.png is not a picture."),
        (f"cannot read '/srv/pinxit home/files/ab/{SHA}.pinxit'", "cannot read cat.png"),
        ("cannot open /usr/lib/x.so: no such file", "cannot open the file: no such file"),
        ("[Errno 13] Permission denied: '/root/a b/c'", "[Errno 13] Permission denied: the file"),
        ('in "/root/a b/c.png", line 3', "in the file, line 3"),
        (r"C:\Users\me\x.png is not a picture.", "the file is not a picture."),
        ("~/pictures/x.png is not a picture.", "the file is not a picture."),
        ("(/tmp/x).", "(the file)."),
        ("a JPEG/PNG at 1/2 of its size, see https://example.org/x", None),
        ("'house:ink' is one of a, b and/or c.", None),
    ],
)
def test_paths_become_names(sentence: str, redacted: str | None) -> None:
    names = {SHA: "cat.png"}
    assert redact_paths(sentence, [Path("/srv/pinxit home")], names) == (sentence if redacted is None else redacted)


def test_a_job_that_fails_tells_no_place(jobs: JobService, store: Store) -> None:
    files: Files = store.files
    with files.new() as incoming:
        incoming.write(b"no picture")
        file, _ = incoming.commit("mine.png", {"kind": "picture", "media": "image/png"})
    jobs.put("a", {**QUICK, "content": file.input.model_dump()})
    jobs.put("b", {**QUICK, "keep": file.input.model_dump()})
    for id in ("a", "b"):
        error = wait_for(jobs, id, "failed").error
        assert error is not None
        assert "mine.png" in error["message"]
        assert "/" not in error["message"]


def test_neither_does_one_whose_folder_cannot_be_made(jobs: JobService, store: Store) -> None:
    store.jobs.rmdir()
    store.jobs.write_text("in the way")
    jobs.put("a", QUICK)
    error = wait_for(jobs, "a", "failed").error
    assert error is not None
    assert error["code"] == "internal"
    assert "/" not in error["message"]
