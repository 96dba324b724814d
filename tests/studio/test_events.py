"""The stream of all that happens, over the wire."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2

from tests.studio.servers import order, put, slow_order, wait_for
from tests.studio.test_uploads import png


class Heard(NamedTuple):
    id: str
    event: str
    data: Any


def heard(answer: httpx2.Response) -> Iterator[Heard]:
    """Server-sent events as a browser reads them."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Heard(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}


def until(events: Iterator[Heard], event: str, **has: Any) -> list[Heard]:
    """Events up to the first that is meant."""
    found = []
    for one in events:
        found.append(one)
        if one.event == event and all(one.data.get(name) == value for name, value in has.items()):
            return found
    raise AssertionError(f"the stream ended before {event}")


def test_a_job_is_heard_from_its_beginning_to_its_result(client: httpx2.Client) -> None:
    with client.stream("GET", "/api/v1/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"].startswith("no-")
        events = heard(answer)
        assert next(events).event == "hello"
        job = put(client, slow_order())
        story = until(events, "progress", job=job["id"])
        states = [one.data["state"] for one in story if one.event == "job" and one.data["id"] == job["id"]]
        assert states[0] == "queued"
        assert states[-1] == "running"
        client.post(f"/api/v1/jobs/{job['id']}/stop")
        story += until(events, "result", job=job["id"])
        result = story[-1].data
        story += until(events, "job", id=job["id"], state="succeeded")
        client.patch(f"/api/v1/results/{result['id']}", json={"kept": True})
        assert until(events, "result", id=result["id"])[-1].data["kept"]
        client.delete(f"/api/v1/results/{result['id']}")
        until(events, "removed", result=result["id"])
        numbers = [int(one.id.partition("-")[2]) for one in story]
        assert numbers == sorted(numbers)


def test_who_comes_back_hears_what_was_missed(client: httpx2.Client) -> None:
    with client.stream("GET", "/api/v1/events") as answer:
        first = next(heard(answer))
    results = [client.post("/api/v1/snapshots", content=png(seed=200 + number)).json()["id"] for number in range(3)]
    with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": first.id}) as answer:
        events = heard(answer)
        ids: list[str] = []
        while len(ids) < 3:
            one = next(events)
            assert one.event != "hello"
            if one.event == "result":
                ids.append(one.data["id"])
    assert ids == results
    for last in ("0", "not-a-number", first.id.replace("-", "0-"), first.id.partition("-")[0] + "-99999999", "é" * 20):
        with client.stream("GET", "/api/v1/events", headers={b"Last-Event-ID": last.encode()}) as answer:
            assert next(heard(answer)).event == "reset", last
    assert client.get("/api/v1/events", headers={"Last-Event-ID": "x" * 100}).status_code == 422


def test_streams_that_are_left_cost_nothing(client: httpx2.Client) -> None:
    def streams() -> float:
        text = client.get("/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith("pinxit_event_streams ")]
        return float(line.split()[1])

    for _ in range(3):
        with contextlib.ExitStack() as stack:
            heard_by = [heard(stack.enter_context(client.stream("GET", "/api/v1/events"))) for _ in range(10)]
            assert [next(events).event for events in heard_by] == ["hello"] * 10
            assert streams() == 10
        end = time.monotonic() + 10
        while streams() and time.monotonic() < end:
            time.sleep(0.1)
        assert streams() == 0


def test_so_many_streams_and_no_more(client: httpx2.Client) -> None:
    with contextlib.ExitStack() as stack:
        answers = [stack.enter_context(client.stream("GET", "/api/v1/events")) for _ in range(17)]
        assert [answer.status_code for answer in answers] == [200] * 16 + [429]
        assert answers[-1].headers["retry-after"]


def test_the_server_answers_at_once_while_it_paints_and_previews(client: httpx2.Client) -> None:
    job = put(client, slow_order(size=512))
    wait_for(client, job["id"], "running")
    took = []
    with client.stream("GET", "/api/v1/events"):
        for _ in range(50):
            begin = time.perf_counter()
            assert client.get("/api/v1/jobs").status_code == 200
            took.append(time.perf_counter() - begin)
    client.post(f"/api/v1/jobs/{job['id']}/cancel")
    wait_for(client, job["id"], "cancelled")
    assert sorted(took)[int(0.9 * len(took))] < 0.5, took
    assert put(client, order())
