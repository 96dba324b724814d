"""Requests to a studio as tests make them: orders, pictures to upload, jobs put and awaited, errors and events read."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import numpy as np
import PIL.Image

from pinxit.jobs.files import Files
from pinxit.jobs.record import ENDED
from tests.clock import PATIENCE


def small_order(**changes: Any) -> dict[str, Any]:
    """Return an order for a small picture by the network: it takes a second."""
    return {
        "work": "stylize",
        "content": {"name": "sample:cat"},
        "styles": [{"name": "house:waves"}],
        "engine": "network",
        "network": "live",
        "size": 96,
        **changes,
    }


def slow_order(**changes: Any) -> dict[str, Any]:
    """Return an order for a small picture by the optimiser that would take minutes, to be watched and stopped.

    It begins at once: there are neither faces to find nor parts to match.
    """
    endless = {"engine": "optimizer", "iterations": [100_000], "tolerance": 0, "coarsest": 96}
    return small_order(**endless, objective="gram", faces="style", match="off", **changes)


def noise_png(width: int = 64, height: int = 48, seed: int | None = None) -> bytes:
    """Return a PNG of noise; without a seed one that no other test has uploaded to the studio that they share."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def put_job(client: httpx2.Client, order: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Put a job and return it."""
    answer = client.put(f"/api/v1/jobs/{uuid.uuid4()}", json={"order": order, **options})
    assert answer.status_code == 201, answer.text
    job: dict[str, Any] = answer.json()
    return job


def wait_for_progress(client: httpx2.Client, job: str, seconds: float = PATIENCE) -> dict[str, Any]:
    """Return a job's progress once it has a preview."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        progress: dict[str, Any] | None = client.get(f"/api/v1/jobs/{job}").json()["progress"]
        if progress and progress["preview"]:
            return progress
        time.sleep(0.1)
    raise AssertionError(f"the job makes no progress in {seconds} s")


def wait_for_state(client: httpx2.Client, id: str, *states: str, seconds: float = PATIENCE) -> dict[str, Any]:
    """Return a job once it is in one of the states."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job: dict[str, Any] = client.get(f"/api/v1/jobs/{id}").json()
        if job["state"] in states:
            return job
        time.sleep(0.1)
    raise AssertionError(f"the job is not {states} after {seconds} s but {job}")


def empty_home(client: httpx2.Client, home: Path) -> None:
    """Delete what people keep in a studio: jobs, results, presets, ratings, the style shelf, and all files.

    Args:
        client: of the studio.
        home: its folder.
    """
    for job in client.get("/api/v1/jobs", params={"limit": 500}).json():
        if job["state"] not in ENDED:
            client.post(f"/api/v1/jobs/{job['id']}/cancel")
            wait_for_state(client, job["id"], *ENDED)
        _deleted(client, f"jobs/{job['id']}")
    while results := client.get("/api/v1/results").json()["results"]:
        for result in results:
            _deleted(client, f"results/{result['id']}")
    for preset in client.get("/api/v1/presets").json():
        _deleted(client, f"presets/{preset['id']}")
    _deleted(client, "taste")
    for entry in client.get("/api/v1/shelf").json()["entries"]:
        client.put("/api/v1/shelf/entries", json={"picture": entry["picture"]}).raise_for_status()
    # Files would keep the names under which they came.
    files = Files(home / "files", create=False)
    for id, _ in list(files.all()):
        files.delete(id)


def _deleted(client: httpx2.Client, path: str) -> None:
    client.delete(f"/api/v1/{path}").raise_for_status()


def error_message(answer: httpx2.Response) -> str:
    """Return the sentence of an error that the client caused, which names no path of the server's."""
    assert 400 <= answer.status_code < 500, answer.text
    error = answer.json()["error"]
    assert error["code"]
    assert error["message"].endswith((".", "…"))
    assert "/" not in error["message"].replace("JPEG/PNG", ""), "the message names a path"
    return str(error["message"])


class ReceivedEvent(NamedTuple):
    id: str
    event: str
    data: Any


def read_events(answer: httpx2.Response) -> Iterator[ReceivedEvent]:
    """Yield server-sent events as a browser reads them."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield ReceivedEvent(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}


def read_until(events: Iterator[ReceivedEvent], event: str, **has: Any) -> list[ReceivedEvent]:
    """Return events up to the first one with a name and these data."""
    found = []
    for one in events:
        found.append(one)
        if one.event == event and all(one.data.get(name) == value for name, value in has.items()):
            return found
    raise AssertionError(f"the stream ended before {event}")
