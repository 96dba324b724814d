"""The client that other programs carry, before real studios."""

from __future__ import annotations

import ast
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import PIL.Image
import platformdirs
import psutil
import pytest

from pinxit import client as module
from pinxit.client import (
    INSTALLATION_FILE,
    RUNNING_FILE,
    CancelledError,
    Studio,
    StudioAwayError,
    StudioError,
    TokenError,
    find_studio,
    open_studio,
)
from tests.clock import PATIENCE
from tests.studio.api_client import noise_png, slow_order, small_order
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, run_studio

SOURCE = Path(module.__file__)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    with run_studio(
        tmp_path_factory.mktemp("client") / "home", limits={**GENEROUS_LIMITS, "upload_bytes": 200_000}, lean=True
    ) as studio:
        yield studio


@pytest.fixture
def studio(process: StudioProcess) -> Studio:
    return find_studio(str(process.home))


def test_one_file_of_the_standard_library_for_old_pythons() -> None:
    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    # Methods of str and of paths that Python 3.9 and later have.
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"removeprefix", "removesuffix", "is_relative_to", "with_stem", "hardlink_to", "readlink"}


def test_the_folder_is_the_one_that_the_command_chooses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert module.default_home() == platformdirs.user_data_path("pinxit") / "studio"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert module.default_home() == platformdirs.user_data_path("pinxit") / "studio"


def test_uploads_paints_and_fetches(studio: Studio, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(noise_png(96, 64))
    content = studio.upload(photo)
    assert content["name"] == "photo.png"
    order = {**small_order(content=content), "styles": [studio.style("house:waves")]}
    preview = PIL.Image.open(io.BytesIO(studio.preview(order)))
    assert preview.format == "PNG", "hosts with an old Qt read no WebP"
    assert preview.width >= 96
    thumbnail = PIL.Image.open(io.BytesIO(studio.thumbnail(studio.styles()[0])))
    assert (thumbnail.format, max(thumbnail.size)) == ("PNG", 256)
    seen: list[tuple[float, str]] = []
    files = studio.paint(order, lambda fraction, sentence: seen.append((fraction, sentence)), title="By a program")
    assert PIL.Image.open(io.BytesIO(files["picture"])).size == (96, 64)
    assert all(0 <= fraction <= 1 and sentence for fraction, sentence in seen)
    assert studio.get("/results")["results"][0]["title"] == "By a program"


def test_cancels(studio: Studio) -> None:
    job = studio.put(slow_order())
    with pytest.raises(CancelledError):
        studio.follow(job, is_cancelled=lambda: studio.job(job)["state"] == "running")
    assert studio.job(job)["state"] in ("cancelled", "running")  # its worker may take a moment to end
    with pytest.raises(CancelledError):
        studio.follow(job)
    assert studio.job(job)["state"] == "cancelled"


def test_a_job_that_fails_and_an_order_that_is_refused(studio: Studio) -> None:
    with pytest.raises(StudioError, match=r"no house:wavs.*did you mean house:waves"):
        studio.paint(small_order(styles=[{"name": "house:wavs"}]))
    with pytest.raises(StudioError, match=r"(?i)picture"):
        studio.upload(b"nothing that is a picture", "notes.txt")


def test_too_large(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"large\.png is too large: it has 0\.4 MB, .* up to 0\.2 MB"):
        studio.upload(noise_png(400, 300), "large.png")
    (tmp_path / "large.png").write_bytes(b"x" * 250_000)
    with pytest.raises(StudioError, match=r"large\.png is too large"):
        studio.upload(tmp_path / "large.png")
    studio.check_size(8192, 100)
    with pytest.raises(StudioError, match=r"9000 px, and the studio paints up to 8192 px"):
        studio.check_size(100, 9000)
    with pytest.raises(StudioError, match=r"up to 4096 px"):
        studio.check_size(100, 5000, "fine")
    with pytest.raises(StudioError, match="cannot be read"):
        studio.upload(tmp_path / "missing.png")


def test_the_file_says_where_and_is_gone_afterwards(tmp_path: Path) -> None:
    home, chosen = tmp_path / "home", "of my own"
    with run_studio(home, token=chosen, lean=True) as running:
        written = json.loads((home / RUNNING_FILE).read_text())
        assert written["address"] == running.address
        assert written["token"] == "", "a token that a person chose is not written"
        assert (home / RUNNING_FILE).stat().st_mode & 0o077 == 0
        with pytest.raises(TokenError, match="PINXIT_TOKEN"):
            find_studio(str(home))
        assert Studio(running.address, chosen).version
    assert not (home / RUNNING_FILE).exists()
    with pytest.raises(StudioAwayError, match="start it by `pinxit studio`"):
        find_studio(str(home))


def test_a_studio_that_is_killed_and_one_that_restarts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_studio(home, lean=True) as running:
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        assert (home / RUNNING_FILE).exists()
        with pytest.raises(StudioAwayError):
            find_studio(str(home))
    with run_studio(home, lean=True) as running:
        assert find_studio(str(home)).address == running.address


class _OtherServer(BaseHTTPRequestHandler):
    answer: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        body = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": "0.1.9"}, r"0\.1\.9\) is too old.*pip install --upgrade"),
        ({"api": "/api/v2"}, "newer than this plug-in"),
        ({"name": "something"}, "not a pinxit studio"),
    ],
)
def test_a_studio_of_another_version(studio: Studio, changes: dict[str, object], sentence: str) -> None:
    handler = type("Handler", (_OtherServer,), {"answer": {**studio.get("/"), **changes}})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(StudioError, match=sentence):
            Studio(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.mark.slow(reason="a studio is started by another program, as a person starts it")
def test_starts_a_studio_from_a_copy_of_the_file(tmp_path: Path) -> None:
    copied = tmp_path / "pinxit_client.py"
    copied.write_text(SOURCE.read_text())
    (tmp_path / INSTALLATION_FILE).write_text(json.dumps({"command": [sys.executable, "-m", "pinxit"]}))
    script = (
        "import sys, pinxit_client; studio = pinxit_client.open_studio(sys.argv[1]); print(studio.address)\n"
        "assert 'pinxit' not in sys.modules"
    )
    line = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{script}"]
    home = tmp_path / "home"
    # A program with a Python of its own sets these.
    environment = {**os.environ, "PYTHONHOME": "/nowhere", "PATH": "/usr/bin:/bin"}
    try:
        first = subprocess.run([*line, str(home)], capture_output=True, text=True, env=environment)
        assert first.returncode == 0, first.stderr
        again = subprocess.run([*line, str(home)], capture_output=True, text=True, env=environment)
        assert again.stdout == first.stdout, "the studio outlives the program that started it, and is found again"
    finally:
        for one in psutil.process_iter(["cmdline"]):
            if str(home) in (one.info["cmdline"] or []):
                one.terminate()
                one.wait(PATIENCE)


def test_what_starts_is_missing_or_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = str(tmp_path / "home")
    with pytest.raises(StudioError, match="cannot be started"):
        open_studio(home, [str(tmp_path / "missing")])
    with pytest.raises(StudioError, match="did not start: it takes another Python"):
        open_studio(home, [sys.executable, "-c", "import sys; sys.exit('pinxit: it takes another Python.')"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="pinxit is not found on this machine"):
        open_studio(home)
