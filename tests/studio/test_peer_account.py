"""Other accounts of the same machine, over real loopback: they can neither read nor change anything."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinxit.jobs.store import Store
from pinxit.studio import peer_account
from tests.studio.api_client import noise_png, put_job, small_order, wait_for_state
from tests.studio.studio_process import StudioProcess, run_studio

OTHER = 65534  # the account `nobody`
# Bash opens connections itself; other programs may lie in folders that the account cannot read.
ASK = 'exec 3<>"/dev/tcp/$1/$2"; printf "%b" "$3" >&3; {}'

second_account = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root may run a program as another account, by setpriv",
)


def as_other(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program as another account."""
    account = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
    return subprocess.run([*account, *command], capture_output=True, text=True, cwd="/", timeout=600)


def ask(port: int, method: str, path: str, *headers: str, host: str = "127.0.0.1", wait: bool = True) -> str:
    """Return the status line that another account gets."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    script = ASK.format("cat <&3" if wait else "exec 3>&-")
    done = as_other("bash", "-c", script, "ask", host, str(port), "\\r\\n".join(lines))
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("\n")[0].strip()


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """Make a folder that every account can read."""
    folder = Path(tempfile.mkdtemp(prefix="pinxit-accounts-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def common(shared_folder: Path) -> Iterator[StudioProcess]:
    with run_studio(shared_folder / "home", lean=True) as it:
        yield it


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which account holds a connection")


def test_programs_of_this_account_need_no_token(common: StudioProcess) -> None:
    with common.client() as client:
        assert client.get("/api/v1/results").status_code == 200
        for headers in (
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Forwarded-Proto": "https"},
            {"Forwarded": "for=127.0.0.1"},
            {"Via": "1.1 proxy"},
            {"X-Real-IP": "127.0.0.1"},
        ):
            assert client.get("/api/v1/results", headers=headers).status_code == 401, headers


@second_account
def test_other_accounts_are_refused(common: StudioProcess) -> None:
    with common.client() as client:
        file = client.post("/api/v1/files", content=noise_png()).json()["id"]
        job = put_job(client, small_order())["id"]
        wait_for_state(client, job, "succeeded")
        assert ask(common.port, "GET", "/healthz") == "HTTP/1.1 200 OK"
        for method, path in (
            ("GET", "/"),
            ("GET", "/metrics"),
            ("GET", "/openapi.json"),
            ("GET", "/api/v1/results"),
            ("GET", f"/api/v1/files/{file}"),
            ("DELETE", f"/api/v1/results/{job}"),
            ("DELETE", f"/api/v1/jobs/{job}"),
        ):
            assert ask(common.port, method, path).startswith("HTTP/1.1 401"), path
            # An end that is closed by now is reported as root's, and this studio runs as root.
            ask(common.port, method, path, wait=False)
        assert ask(common.port, "GET", "/api/v1/results", "Authorization: Bearer x").startswith("HTTP/1.1 401")
        assert client.get(f"/api/v1/results/{job}").status_code == 200
        assert client.get(f"/api/v1/jobs/{job}").status_code == 200


@second_account
def test_other_accounts_cannot_look_into_the_folder(common: StudioProcess) -> None:
    with common.client() as client:
        wait_for_state(client, put_job(client, small_order())["id"], "succeeded")
    loose = [str(path) for path in (common.home, *common.home.rglob("*")) if path.lstat().st_mode & 0o077]
    assert loose == []
    assert as_other("ls", str(common.home)).returncode != 0
    assert as_other("cat", str(common.home / "queue.sqlite")).returncode != 0


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Store(home).close()
    outside = tmp_path / "outside"
    outside.write_text("another's")
    outside.chmod(0o644)
    (home / "link").symlink_to(outside)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    Store(home).close()
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


def test_accounts_of_every_address_family_are_identified() -> None:
    assert peer_account.can_identify_accounts()
    for host, family in (("127.0.0.1", socket.AF_INET), ("127.0.3.9", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            listener = socket.create_server((host, 0), family=family)
        except OSError:
            continue  # a machine without IPv6
        with listener, socket.create_connection(listener.getsockname()[:2]) as line:
            assert peer_account.is_own_account(line.getsockname()[:2], line.getpeername()[:2]), host
            assert not peer_account.is_own_account((host, 1), line.getpeername()[:2])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        mapped = socket.socket(socket.AF_INET6)
        with mapped:
            try:
                mapped.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
            except OSError:
                return
            taken, client = listener.accept()
            with taken:
                assert peer_account.is_own_account(client, listener.getsockname())
                mapped.close()
                assert not peer_account.is_own_account(client, listener.getsockname()), "its program has closed it"
