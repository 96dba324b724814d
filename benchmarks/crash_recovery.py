"""Check that nothing is lost when a loaded server, its workers, or both are killed a hundred times, also during films.

    python benchmarks/crash_recovery.py                 # the jobs themselves
    python benchmarks/crash_recovery.py --http          # `pinxit studio`, over its API
    python benchmarks/crash_recovery.py --postgres      # the queue in PostgreSQL, which is killed and frozen too
    python benchmarks/crash_recovery.py --homes 2       # that many servers, each with its own home, on one PostgreSQL
    python benchmarks/crash_recovery.py --kills 10 --seed 3

The script prints how many jobs were accepted and how they ended. It exits with 1 unless accepted = finished + cancelled, every
finished job has exactly one result, all pictures and films are complete, and no process is left behind.
"""

from __future__ import annotations

import argparse
import base64
import collections
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from pinxit import image as pictures
from pinxit.errors import PinxitError

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.postgres import Postgres, cluster

# Python's resource tracker warns of what a killed server could not clean up.
QUIET = {**os.environ, "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker"}
KINDS = ("server", "worker", "mid-film", "both", "mid-upload", "mid-write")
# Further kinds if the queue is in PostgreSQL.
WITH_POSTGRES = ("database", "frozen database", "database and server")


class Gone(Exception):
    """The server was killed or no longer answers."""


class Away(Exception):
    """The queue's database does not answer, or there are too many requests: try again."""


class Server:
    """A server process; the base of both kinds of server.

    Args:
        home: the server's folder.
        database: address of the queue's database, if it is not a file in the folder.
    """

    def __init__(self, home: Path, database: str = "") -> None:
        self.home, self.database = home, database
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        raise NotImplementedError

    def call(self, name: str, **arguments: Any) -> Any:
        """Call `put`, `cancel`, `retry`, `jobs`, `results`, `file` or `upload`."""
        raise NotImplementedError

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes."""

        def paints(child: psutil.Process) -> bool:
            with contextlib.suppress(psutil.Error):
                return "pinxit.jobs.worker" in child.cmdline()
            return False

        return [child for child in self._children() if paints(child)]

    def kill(self) -> None:
        """Kill the server as a power cut does, and check that no child process is left."""
        left = self._children()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        _, alive = psutil.wait_procs(left, timeout=30)
        assert not alive, f"these outlived their server: {alive}"

    def stop(self) -> None:
        """Stop the server as a service manager does."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(300)
        self.kill()

    def _children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            if self.process is not None and self.process.poll() is None:
                return list(psutil.Process(self.process.pid).children(recursive=True))
        return []


class JobsServer(Server):
    """A server of the jobs alone, over lines of JSON; see `serve`."""

    def start(self) -> None:
        """See Server."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(self.home), "--database", self.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**QUIET, "PINXIT_CACHE": str(self.home / "cache")},
        )
        self._lock = threading.Lock()
        self.call("jobs")

    def call(self, name: str, **arguments: Any) -> Any:
        """See Server."""
        lines = [{"call": name, **arguments}]
        if name == "upload":
            lines = [{"call": name}, *({"part": base64.b64encode(part).decode()} for part in arguments["parts"]), {}]
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            with self._lock:
                for line in lines:
                    self.process.stdin.write(json.dumps(line).encode() + b"\n")
                    self.process.stdin.flush()
                answer = json.loads(self.process.stdout.readline())
        except (OSError, ValueError) as error:
            raise Gone from error
        if "error" in answer:
            raise (Away if answer["code"] == "database_unavailable" else PinxitError)(answer["error"])
        return answer["value"]


class Http(Server):
    """A server that is `pinxit studio`, over its API."""

    def start(self) -> None:
        """See Server."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "pinxit", "studio",
                "--port", str(self.port), "--home", str(self.home), "--no-browser", "--jobs", "2",
                *(["--database", self.database] if self.database else []),
            ],
            stdout=subprocess.DEVNULL,
            env={**QUIET, "PINXIT_CACHE": str(self.home / "cache")},
        )  # fmt: skip
        deadline = time.monotonic() + 300
        while True:
            try:
                self._ask("GET", "/jobs?limit=1")
                return
            except Gone:
                assert time.monotonic() < deadline, "the studio does not start"
                time.sleep(0.1)

    def call(self, name: str, **arguments: Any) -> Any:
        """See Server."""
        id = arguments.get("id", "")
        if name == "put":
            return self._ask("PUT", f"/jobs/{id}", json.dumps({"order": arguments["order"]}).encode())
        if name in ("cancel", "retry"):
            return self._ask("POST", f"/jobs/{id}/{name}", b"")
        if name == "upload":
            return self._ask("POST", "/files?name=own", b"", parts=arguments["parts"])
        if name == "jobs":
            answer = self._ask("GET", "/jobs?limit=500")
            return answer if isinstance(answer, list) else answer["jobs"]
        found, more = [], ""
        while True:
            answer = self._ask("GET", f"/results?limit=100{more}")
            found += answer["results"]
            if not answer.get("next"):
                return found
            more = f"&before={urllib.request.quote(answer['next'], safe='')}"  # type: ignore[attr-defined]

    def _ask(self, method: str, path: str, body: bytes | None = None, parts: Iterator[bytes] | None = None) -> Any:
        headers = {"Content-Type": "application/octet-stream" if parts else "application/json"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", parts or body, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise (Away if error.code in (429, 503) else PinxitError)(error.read().decode(errors="replace")) from error
        except (OSError, ValueError) as error:
            raise Gone from error


class Load:
    """Load on a server, and a record of what the server accepted.

    Args:
        server: the server under load.
        dice: random choices of requests.
        waiting: jobs kept in the queue.
    """

    def __init__(self, server: Server, dice: random.Random, waiting: int) -> None:
        self.server, self.dice, self.waiting = server, dice, waiting
        self.accepted: dict[str, dict[str, Any]] = {}
        self.cancelled: set[str] = set()
        self.uploads: list[str] = []
        self.clips: list[str] = []
        self._unsure: dict[str, dict[str, Any]] = {}

    def step(self) -> None:
        """Send requests that keep the server busy.

        Raises:
            Gone: if the server was killed."""
        # Repeat requests without an answer, with the same id.
        for id, order in list(self._unsure.items()):
            self._put(id, order)
        if not self.clips:
            self.clips.append(self._send(_clip(self.dice)))
        states = {job["id"]: job["state"] for job in self.server.call("jobs")}
        lost = self.accepted.keys() - states.keys()
        assert not lost, f"these jobs were accepted and are gone: {lost}"
        waiting = [id for id, state in states.items() if state in ("queued", "running")]
        for _ in range(self.waiting - len(waiting) - len(self._unsure)):
            self._put(str(uuid.UUID(int=self.dice.getrandbits(128), version=4)), self._order())
        if waiting and self.dice.random() < 0.03:
            id = self.dice.choice(waiting)
            with contextlib.suppress(PinxitError, Away):  # it has ended meanwhile
                self.cancelled.add(id)
                self.server.call("cancel", id=id)

    def films(self) -> bool:
        """Return whether a film is being painted."""
        return any(
            job["order"]["work"] == "video" and (job["progress"] or {}).get("frame")
            for job in self.server.call("jobs")
            if job["state"] == "running"
        )

    def upload(self, between: Callable[[int], object] = lambda part: None) -> None:
        """Send a picture in parts."""
        noise = np.random.default_rng(self.dice.getrandbits(32)).random((3, 96, 128), np.float32)
        self.uploads.append(self._send(pictures.to_bytes(pictures.Picture(noise)), between))

    def _send(self, content: bytes, between: Callable[[int], object] = lambda part: None) -> str:
        size = len(content) // 8 + 1

        def parts() -> Iterator[bytes]:
            for number in range(8):
                between(number)
                yield content[number * size : (number + 1) * size]

        answer = self.server.call("upload", parts=parts())
        assert answer["id"] == hashlib.sha256(content).hexdigest()
        return str(answer["id"])

    def _put(self, id: str, order: dict[str, Any]) -> None:
        self._unsure[id] = order
        self.server.call("put", id=id, order=order)
        self.accepted[id] = self._unsure.pop(id)

    def _order(self) -> dict[str, Any]:
        content = {"name": "sample:cat"}
        if self.uploads and self.dice.random() < 0.5:
            content = {"name": "noise.png", "sha256": self.dice.choice(self.uploads)}
        style = {"name": self.dice.choice(["house:swirl", "house:waves", "house:mosaic"])}
        common = {"content": content, "styles": [style], "seed": self.dice.getrandbits(31)}
        by_optimizer = {"size": 96, "coarsest": 96, "iterations": [self.dice.choice([5, 25, 50])], "tolerance": 0}
        return self.dice.choice(
            [
                {"work": "stylize", **common, **by_optimizer},
                {"work": "stylize", **common, "engine": "network", "size": 256},
                {"work": "sweep", **common, "engine": "network", "size": 96, "vary": {"strength": [0.3, 0.6, 1]}},
                {"work": "texture", "styles": [style], "height": 64, "width": 64, "tile": True, "engine": "network"},
                self._film(style),
            ]
        )

    def _film(self, style: dict[str, Any]) -> dict[str, Any]:
        clip = {"name": "clip.mp4", "sha256": self.dice.choice(self.clips)}
        return {"work": "video", "clip": clip, "styles": [style], "engine": "network", "size": 96}


def _clip(dice: random.Random) -> bytes:
    """Return a clip of two seconds with motion."""
    file = io.BytesIO()
    noise = np.random.default_rng(dice.getrandbits(32)).integers(0, 256, (12, 16, 3), np.uint8)
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(24):
            pixels = np.roll(noise, number, axis=1).repeat(8, axis=0).repeat(8, axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode(None))
    return file.getvalue()


def kill(server: Server, load: Load, kind: str, dice: random.Random, postgres: Postgres | None) -> str:
    """Kill at a moment of the given kind and return what was killed."""
    if postgres is not None and kind in WITH_POSTGRES:
        (postgres.freeze if kind.startswith("frozen") else postgres.kill)()
        until = time.monotonic() + dice.uniform(0.1, 6.0)
        with contextlib.suppress(Gone):
            while time.monotonic() < until:
                with contextlib.suppress(Away):
                    load.step()
                time.sleep(0.05)
        if kind.endswith("server"):
            server.kill()
        (postgres.thaw if kind.startswith("frozen") else postgres.start)()
        return kind
    if kind == "mid-upload":
        at = dice.randrange(8)
        with contextlib.suppress(Gone, Away):
            load.upload(lambda part: server.kill() if part == at else time.sleep(0.01))
        return kind
    if kind == "mid-write":
        # A worker that writes its result has temporary files for a moment.
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline and not any(server.home.glob("jobs/*/*.out")):
            time.sleep(0.001)
    if kind == "mid-film":
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not load.films():
            with contextlib.suppress(Away):
                load.step()
            time.sleep(0.02)
    workers = server.workers()
    if kind == "worker" or (kind in ("mid-write", "mid-film") and dice.random() < 0.5):
        for worker in workers[:1]:
            worker.kill()
        return "worker" if kind == "worker" else f"{kind}, worker"
    if kind == "both":
        for worker in workers:
            worker.kill()
    server.kill()
    return "server" if kind == "server" else f"{kind}, server"


def run(servers: list[Server], kills: int, waiting: int, dice: random.Random, postgres: Postgres | None) -> list[Load]:
    """Load the servers and kill them."""
    loads, counts = [Load(server, dice, waiting) for server in servers], collections.Counter[str]()
    kinds = KINDS + (WITH_POSTGRES if postgres is not None else ())
    for server in servers:
        server.start()
    for number in range(kills):
        until = time.monotonic() + dice.uniform(0.3, 4.0)
        while time.monotonic() < until:
            for load in loads:
                with contextlib.suppress(Gone, Away):
                    load.step()
                    if dice.random() < 0.2:
                        load.upload()
            time.sleep(0.05)
        load = dice.choice(loads)
        counts[kill(load.server, load, kinds[number % len(kinds)], dice, postgres)] += 1
        for server in servers:
            if server.process is None or server.process.poll() is not None:
                server.start()
        if sys.stderr.isatty():
            print(
                f"\r{number + 1}/{kills} kills, {sum(len(load.accepted) for load in loads)} jobs",
                end="",
                file=sys.stderr,
            )
    print(f"{kills} kills: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}")
    return loads


def finish(server: Server, load: Load) -> list[dict[str, Any]]:
    """Wait for the end of all jobs; retry those whose workers were killed too often, as a user would."""
    retried = 0
    while True:
        jobs = [job for job in server.call("jobs") if job["id"] in load.accepted]
        for job in jobs:
            if job["state"] == "failed" and job["error"]["code"] == "worker_lost":
                with contextlib.suppress(Away):
                    server.call("retry", id=job["id"])
                    retried += 1
        if all(job["state"] in ("succeeded", "cancelled", "failed") for job in jobs):
            print(f"{retried} jobs were killed three times in a row and tried again")
            return jobs
        time.sleep(0.2)


def check(server: Server, load: Load, jobs: list[dict[str, Any]]) -> bool:
    """Return whether every result exists once and is complete."""
    states = collections.Counter(job["state"] for job in jobs)
    results = server.call("results")
    by_job = collections.Counter(result["job"] for result in results)
    finished = [job for job in jobs if job["state"] == "succeeded"]
    problems = [f"{job['id']} failed: {job['error']}" for job in jobs if job["state"] == "failed"]
    problems += [f"{job['id']} has {by_job[job['id']]} results" for job in finished if by_job[job["id"]] != 1]
    problems += [
        f"{id} was made {count} times" for id, count in by_job.items() if count != 1 or id not in load.accepted
    ]
    problems += [
        f"{job['id']} was cancelled without a request"
        for job in jobs
        if job["state"] == "cancelled" and job["id"] not in load.cancelled
    ]
    for result in results:
        problems += [
            f"{result['id']}: {problem}" for part in result["files"] for problem in _damage(server.home, part["id"])
        ]
    problems += [problem for id in load.uploads + load.clips for problem in _damage(server.home, id)]
    print(
        f"accepted {len(load.accepted)} = finished {states['succeeded']} + cancelled {states['cancelled']}; "
        f"{len(results)} results, {len(load.uploads)} uploads, all whole"
        if not problems
        else "\n".join(problems)
    )
    return not problems and len(load.accepted) == states["succeeded"] + states["cancelled"]


def _damage(home: Path, id: str) -> list[str]:
    path = home / "files" / id[:2] / f"{id}.bytes"
    if not path.exists() or not path.with_suffix(".json").exists():
        return [f"the file {id} is gone"]
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != id:
        return [f"the file {id} is damaged"]
    if content[4:8] != b"ftyp":
        pictures.read(content)
        return []
    with av.open(io.BytesIO(content), "r") as film:
        count = len(list(film.decode(video=0)))
    return [] if count == 24 else [f"the film {id} has {count} frames"]


def serve(home: Path, database: str) -> None:
    """Serve the jobs over lines of JSON on standard input and output."""
    import signal

    from pinxit.jobs.service import JobService
    from pinxit.jobs.store import Store
    from pinxit.jobs.task_pool import TaskPool

    store = Store(home)
    jobs = JobService(store, database or None, at_once=2)
    jobs.start()
    quick = TaskPool(store.files, processes=1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def upload() -> Any:
        with store.files.new() as incoming:
            while part := json.loads(sys.stdin.readline()).get("part"):
                incoming.write(base64.b64decode(part))
            incoming.flush()
            return incoming.commit("own", quick.inspect(incoming.path))[0].model_dump()

    calls: dict[str, Callable[..., Any]] = {
        "put": lambda id, order: jobs.put(id, order)[0].model_dump(),
        "cancel": lambda id: jobs.cancel(id).model_dump(),
        "retry": lambda id: jobs.retry(id).model_dump(),
        "jobs": lambda: [job.model_dump() for job in jobs.list(limit=10_000)],
        "results": lambda: [result.model_dump(mode="json") for result in store.results],
        "upload": upload,
    }
    with contextlib.suppress(KeyboardInterrupt):
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer = {"value": calls[asked.pop("call")](**asked)}
            except PinxitError as error:
                answer = {"error": str(error), "code": getattr(error, "code", "")}
            print(json.dumps(answer), flush=True)
    jobs.close()
    quick.close()
    store.close()


def main() -> None:
    """Load, kill, check; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--waiting", type=int, default=6, help="jobs kept in the queue")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--postgres", action="store_true", help="keep the queue in PostgreSQL")
    parser.add_argument("--homes", type=int, default=1, help="number of servers on one PostgreSQL")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--database", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve, options.database)
        return
    folder = Path(tempfile.mkdtemp(prefix="pinxit-kills-"))
    start = time.monotonic()
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = stack.enter_context(cluster()) if options.postgres or options.homes > 1 else None
        database = "" if postgres is None else postgres.address("kills")
        servers: list[Server] = [
            (Http if options.http else JobsServer)(folder / str(number), database) for number in range(options.homes)
        ]
        for server in servers:
            server.home.mkdir()
            stack.callback(server.kill)
        loads = run(servers, options.kills, options.waiting, random.Random(options.seed), postgres)
        checked = [check(load.server, load, finish(load.server, load)) for load in loads]
        for server in servers:
            server.stop()
    print(f"in {time.monotonic() - start:.0f} s")
    sys.exit(0 if all(checked) else 1)


if __name__ == "__main__":
    main()
