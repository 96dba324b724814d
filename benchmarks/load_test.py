"""Load a studio with fifty clients: uploads, previews, jobs, gallery and event streams, for two minutes, while it paints.

The claim of docs/lab/jobs.md: no job is lost, no response is 5xx, and 95 of 100 requests that paint nothing are answered
within 200 ms.

    python benchmarks/load_test.py [--seconds 120] [--clients 50] [--busy 2]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import PIL.Image

# Requests that wait for a worker to paint or decode; their time is not counted as the server's.
_PAINTING = frozenset(("preview", "upload"))
_STYLES = ("house:waves", "house:ink", "house:mosaic", "house:swirl")
_ENDED = frozenset(("succeeded", "failed", "cancelled"))


@dataclass
class Tally:
    """The record of a load test.

    Attributes:
        seconds: durations by kind of request.
        statuses: number of responses by status.
        jobs: accepted jobs and their final states.
        events: number of events received on all streams, by name.
        broken: number of broken connections.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    jobs: dict[str, str] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    broken: int = 0

    def quantile(self, share: float) -> float:
        """Return a quantile of the durations of requests that paint nothing, s."""
        quick = sorted(one for kind, took in self.seconds.items() if kind not in _PAINTING for one in took)
        return quick[min(len(quick) - 1, int(share * len(quick)))] if quick else 0.0


class Visitor:
    """A client that behaves like a person with one page.

    Args:
        number: the client's number; each has its own address on loopback.
        address: the studio's address.
        tally: the record to add to.
    """

    def __init__(self, number: int, address: str, tally: Tally) -> None:
        self._random = random.Random(number)  # noqa: S311 - no secret
        self._tally = tally
        # Loopback needs no verification, and loading certificates fifty times takes seconds.
        transport = httpx2.AsyncHTTPTransport(verify=False, local_address=f"127.0.1.{number + 1}", retries=2)
        self._client = httpx2.AsyncClient(base_url=f"{address}/api/v1", transport=transport, timeout=120)
        self._picture = _png(number)
        self._jobs: list[str] = []

    async def stay(self, until: float) -> None:
        """Send random requests until `until`, and follow the event stream meanwhile."""
        watching = asyncio.create_task(self._watch())
        try:
            while time.monotonic() < until:
                await self._random.choice(
                    (self._paint, self._look, self._look, self._upload, self._ask, self._preview)
                )()
                await asyncio.sleep(self._random.uniform(0.2, 2.0))
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx2.HTTPError):
                await watching
            await self._client.aclose()

    async def _request(self, kind: str, method: str, path: str, **options: Any) -> httpx2.Response | None:
        begin = time.perf_counter()
        try:
            answer = await self._client.request(method, path, **options)
        except httpx2.HTTPError:
            self._tally.broken += 1
            return None
        self._tally.seconds[kind].append(time.perf_counter() - begin)
        self._tally.statuses[answer.status_code] += 1
        if answer.status_code == 429:
            await asyncio.sleep(min(5.0, float(answer.headers["retry-after"])))
        return answer

    async def _upload(self) -> None:
        await self._request("upload", "POST", "/files", params={"name": "mine.png"}, content=self._picture)

    async def _preview(self) -> None:
        await self._request("preview", "POST", "/preview", json=self._order())

    async def _paint(self) -> None:
        id, body = str(uuid.uuid4()), {"order": self._order()}  # noqa: A001
        answer = await self._request("put", "PUT", f"/jobs/{id}", json=body)
        if answer is not None and answer.status_code in (200, 201):
            self._tally.jobs[id] = "queued"
            self._jobs.append(id)

    async def _look(self) -> None:
        answer = await self._request("gallery", "GET", "/results", params={"limit": 20})
        if answer is not None and answer.status_code == 200 and answer.json()["results"]:
            result = self._random.choice(answer.json()["results"])
            await self._request("result", "GET", f"/results/{result['id']}")
            await self._request("bytes", "GET", f"/files/{result['cover']}")

    async def _ask(self) -> None:
        await self._request("about", "GET", "/")
        await self._request("jobs", "GET", "/jobs", params={"limit": 20})
        if self._jobs:
            await self._request("job", "GET", f"/jobs/{self._random.choice(self._jobs)}")

    async def _watch(self) -> None:
        last = ""
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                async for name, number in self._events(last):
                    self._tally.events[name] += 1
                    last = number
            await asyncio.sleep(0.5)

    async def _events(self, last: str) -> AsyncIterator[tuple[str, str]]:
        headers = {"Last-Event-ID": last} if last else {}
        async with self._client.stream("GET", "/events", headers=headers, timeout=None) as answer:
            name = number = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("id: "):
                    number = line.removeprefix("id: ")
                elif not line and name:
                    yield name, number
                    name = ""

    def _order(self) -> dict[str, Any]:
        return {
            "work": "stylize",
            "content": {"name": "sample:cat"},
            "styles": [{"name": self._random.choice(_STYLES)}],
            "engine": "network",
            "network": "live",
            "size": 96,
            "strength": round(self._random.uniform(0.3, 1), 3),
        }


def _png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (240, 320, 3), np.uint8)
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@contextlib.contextmanager
def studio(home: Path) -> Iterator[str]:
    """Run a studio and yield its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", "0", "--home", str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield process.stdout.readline().split()[-1].rstrip("/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def busy(cores: int) -> Iterator[None]:
    """Keep cores busy, at the painting's own priority."""
    loops = [subprocess.Popen([sys.executable, "-c", "import os\nos.nice(10)\nwhile True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


async def visit(address: str, clients: int, seconds: float) -> Tally:
    """Run `clients` visitors for `seconds`, then wait for the end of every accepted job."""
    tally = Tally()
    visitors = [Visitor(number, address, tally) for number in range(clients)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(visitor.stay(until) for visitor in visitors))
    async with httpx2.AsyncClient(base_url=f"{address}/api/v1", timeout=60) as client:
        open_jobs = set(tally.jobs)
        # Running and waiting jobs are cancelled, so that all of them end.
        for job in open_jobs:
            await _patiently(client, "POST", f"/jobs/{job}/cancel")
        end = time.monotonic() + 120
        while open_jobs and time.monotonic() < end:
            for job in sorted(open_jobs):
                answer = await _patiently(client, "GET", f"/jobs/{job}")
                tally.jobs[job] = answer.json()["state"] if answer.status_code == 200 else "lost"
                if tally.jobs[job] in _ENDED or tally.jobs[job] == "lost":
                    open_jobs.discard(job)
            await asyncio.sleep(0.5)
    return tally


async def _patiently(client: httpx2.AsyncClient, method: str, path: str) -> httpx2.Response:
    while (answer := await client.request(method, path)).status_code == 429:
        await asyncio.sleep(float(answer.headers["retry-after"]))
    return answer


def alone(address: str) -> float:
    """Return the median duration of requests over one kept-alive connection without other clients, s."""
    seconds = []
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        for _ in range(200):
            begin = time.perf_counter()
            client.get("/results", params={"limit": 5})
            seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def main() -> None:
    """Measure, print, and exit with an error if a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--busy", type=int, default=2, help="Cores that other programs keep busy.")
    parser.add_argument("--p95", type=float, default=0.2, help="Largest accepted 95th percentile, seconds.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, studio(Path(home)) as address:
        print(f"one client, one connection kept alive: median {1000 * alone(address):.1f} ms")
        with busy(options.busy):
            tally = asyncio.run(visit(address, options.clients, options.seconds))
    ends = Counter(tally.jobs.values())
    kinds = {
        kind: (len(took), f"{1000 * sorted(took)[int(0.95 * len(took))]:.0f} ms")
        for kind, took in tally.seconds.items()
    }
    print(f"{options.clients} clients, {options.seconds:.0f} s, {options.busy} cores busy besides")
    print("requests and p95:", json.dumps(kinds))
    print("answers:", dict(tally.statuses), "broken:", tally.broken, "events:", dict(tally.events))
    print("jobs:", dict(ends))
    print(
        f"requests that paint nothing: median {1000 * tally.quantile(0.5):.0f} ms, p95 {1000 * tally.quantile(0.95):.0f} ms"
    )
    failed = [
        sentence
        for sentence, bad in (
            ("a job was lost", set(ends) - _ENDED or not ends["succeeded"]),
            ("something was answered by 5xx", any(status >= 500 for status in tally.statuses)),
            ("a connection broke", tally.broken),
            ("p95 is too long", tally.quantile(0.95) > options.p95),
        )
        if bad
    ]
    if failed:
        sys.exit("; ".join(failed))


if __name__ == "__main__":
    main()
