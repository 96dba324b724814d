"""How `0.1.0.zip` beside this was made: by the code of version 0.1.0 itself (commit ef78495), stopped as a lack of power does.

    git archive ef78495 | tar -x -C /tmp/pinxit-0.1.0
    PYTHONPATH=/tmp/pinxit-0.1.0/src python tests/jobs/homes/make_0_1_0.py tests/jobs/homes/0.1.0.zip

It holds two results and a draft, a job that failed, one that was cancelled, one that is paused, one that was being painted
when its server was killed, and one that was waiting.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

# The names of version 0.1.0, which today's code does not have.
pictures = importlib.import_module("pinxit.picture")
Jobs = importlib.import_module("pinxit.jobs.jobs").Jobs
Store = importlib.import_module("pinxit.jobs.store").Store

DONE, UPLOADED, FAILED, CANCELLED, PAUSED, RUNNING, QUEUED = (
    f"{number}0000000-0000-4000-8000-000000000000" for number in range(1, 8)
)
QUICK: dict[str, Any] = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "house:swirl"}],
    "engine": "network",
    "size": 64,
}
LONG: dict[str, Any] = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "house:swirl"}],
    "size": 64,
    "coarsest": 64,
    "iterations": [100_000],
    "tolerance": 0,
    "content_layers": {"relu2_1": 1.0},
    "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0},
}


def upload(store: Any, seed: int) -> dict[str, Any]:
    """A small picture of a person, as an order names it."""
    noise = np.random.default_rng(seed).random((3, 8, 8), np.float32).repeat(6, axis=1).repeat(6, axis=2)
    content = pictures.to_bytes(pictures.Picture(noise))
    with store.files.new() as incoming:
        incoming.write(content)
        facts = {"kind": "picture", "media": "image/png", "width": 48, "height": 48}
        found: dict[str, Any] = incoming.commit(f"own {seed}.png", facts).input.model_dump()
        return found


def wait(jobs: Any, id: str, *states: str) -> None:
    """Wait until a job is in one of those states."""
    while jobs.get(id).state not in states:
        time.sleep(0.05)


def begin(jobs: Any, id: str) -> None:
    """Begin a job, and wait until some of it is painted."""
    jobs.put(id, LONG)
    while not (jobs.get(id).progress and sum((jobs.get(id).progress or {})["done"]) > 3):
        time.sleep(0.05)


def fill(home: Path) -> None:
    """Make the home, and end at once, as in a loss of power."""
    store = Store(home)
    jobs = Jobs(store, at_once=1, spare=False)
    jobs.start()
    jobs.put(DONE, QUICK, title="A cat")
    wait(jobs, DONE, "succeeded")
    jobs.put(UPLOADED, {**QUICK, "content": upload(store, 1)}, priority=3)
    wait(jobs, UPLOADED, "succeeded")
    begin(jobs, CANCELLED)
    lost = upload(store, 2)
    jobs.put(FAILED, {**QUICK, "content": lost})
    store.files.delete(lost["sha256"])
    jobs.cancel(CANCELLED)
    wait(jobs, FAILED, "failed")
    begin(jobs, PAUSED)
    jobs.pause(PAUSED)
    wait(jobs, PAUSED, "paused")
    begin(jobs, RUNNING)
    jobs.put(QUEUED, {**QUICK, "content": upload(store, 3)}, title="The one that waited")
    os._exit(9)


def main() -> None:
    """See the module."""
    target = Path(sys.argv[1]).absolute()
    home = Path(tempfile.mkdtemp()) / "home"
    process = os.fork()
    if process == 0:
        fill(home)
    os.waitpid(process, 0)
    time.sleep(2)  # its worker dies with it
    with contextlib.closing(sqlite3.connect(home / "queue.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(home.rglob("*")):
            if path.name not in ("lock", "workers.log", "queue.sqlite-wal", "queue.sqlite-shm"):
                archive.write(path, path.relative_to(home))
    shutil.rmtree(home.parent)


if __name__ == "__main__":
    main()
