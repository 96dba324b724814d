"""`pinxit studio` from its start to its end, as a person runs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from pinxit.cli.studio import app
from tests.clock import PATIENCE, under_load
from tests.studio.api_client import put_job, slow_order, small_order, wait_for_progress, wait_for_state
from tests.studio.studio_process import run_studio


@contextlib.contextmanager
def started(home: Path, *options: str, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `pinxit studio`; yields its process and the first line that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", str(port), "--home", str(home), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield process, process.stdout.readline()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def address_in(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found, line
    return found[0]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_silently(tmp_path: Path, name: str) -> None:
    with started(tmp_path) as (process, line), httpx2.stream("GET", f"{address_in(line)}api/v1/events") as events:
        process.send_signal(getattr(signal, name))
        for _ in events.iter_lines():
            pass
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.slow(reason="starts the studio twice, and paints")
def test_jobs_go_on_at_the_next_start(tmp_path: Path) -> None:
    with started(tmp_path) as (process, line), httpx2.Client(base_url=address_in(line), timeout=PATIENCE) as client:
        job = put_job(client, slow_order())["id"]
        wait_for_progress(client, job)
        process.terminate()
        begin = time.monotonic()
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - begin < under_load(5)
    with started(tmp_path) as (process, line), httpx2.Client(base_url=address_in(line), timeout=PATIENCE) as client:
        wait_for_progress(client, job)
        assert client.post(f"/api/v1/jobs/{job}/stop").status_code == 200
        wait_for_state(client, job, "succeeded")
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_taken_port_and_a_taken_folder_are_reported_in_a_sentence(tmp_path: Path) -> None:
    with started(tmp_path / "one") as (_, line):
        port = int(address_in(line).rstrip("/").rpartition(":")[2])
        for home, options, says in (
            (tmp_path / "two", ["--port", str(port)], "--port"),
            (tmp_path / "one", [], "--home"),
        ):
            with started(home, *options) as (second, said):
                assert said == ""
                assert second.stderr is not None
                error = second.stderr.read()
                assert second.wait(PATIENCE) == 2
                assert says in error
                assert error.count("\n") == 1


def test_other_machines_need_a_token(tmp_path: Path) -> None:
    with started(tmp_path, "--host", "0.0.0.0", "--log-json") as (process, line):  # noqa: S104 - the point of it
        address = address_in(line)
        token = address.partition("token=")[2]
        assert len(token) > 20
        base = address.partition("/?")[0]
        assert httpx2.get(f"{base}/api/v1/").status_code == 401
        assert httpx2.get(address, follow_redirects=False).status_code == 303
        answer = httpx2.get(f"{base}/api/v1/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        process.terminate()
        assert process.stderr is not None
        log = process.stderr.read()
        assert process.wait(PATIENCE) == 0
    assert token not in log
    lines = [json.loads(text) for text in log.splitlines()]
    assert {"method": "GET", "path": "/api/v1/", "status": 401}.items() <= next(
        one.items() for one in lines if one.get("path") == "/api/v1/"
    )


def test_missing_packages_are_reported_with_the_command_that_installs_them(tmp_path: Path) -> None:
    script = (
        "import sys, importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'dbos' else find(name, *more)\n"
        "sys.argv = ['pinxit', 'studio']\n"
        "from pinxit.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'pinxit[studio]'" in done.stderr


@pytest.mark.parametrize(
    "options",
    [["--quota", "much"], ["--database", "mysql://x"], ["--port", "70000"], ["--jobs", "0"], ["--quota", "0GB"]],
)
def test_invalid_options_are_refused(tmp_path: Path, options: list[str]) -> None:
    done = CliRunner().invoke(app, ["--no-browser", "--home", str(tmp_path), *options])
    assert done.exit_code != 0
    assert options[0].removeprefix("--") in f"{done.output}{done.exception}"
    assert not list(tmp_path.iterdir())


def test_a_signal_ends_it_while_previews_are_painted(tmp_path: Path) -> None:
    with run_studio(tmp_path / "home") as studio, studio.client() as client:

        def ask(number: int) -> None:
            with contextlib.suppress(httpx2.HTTPError):  # the connection is closed
                client.post("/api/v1/preview", json=small_order(size=600 + number))

        with ThreadPoolExecutor(4) as threads:
            for number in range(4):
                threads.submit(ask, number)
            time.sleep(0.5)
            studio.process.terminate()
            assert studio.process.wait(PATIENCE) == 0
