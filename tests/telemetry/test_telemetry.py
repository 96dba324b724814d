"""Nothing is sent, and nothing written outside the user's folders: by every command, the studio, the cluster, their libraries.

Where no namespace can be had, system calls are traced instead, and the test says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.telemetry import namespace

ROOT = Path(__file__).parents[2]
# Below the account's home: pinxit's own cache and data, Matplotlib's list of fonts, and what a test puts there for Ray.
_OWN = (".cache/pinxit/", ".local/share/pinxit/", ".cache/matplotlib/", "ray_bootstrap_config.yaml")
_RAYS = "/tmp"  # noqa: S108 - an empty file system within the namespace
_IP = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of a person's first day: homes and temporary folders of its own in `folder`."""
    for name in ("home", "temporary"):
        (folder / name).mkdir()
    return {
        "PATH": os.defpath + ":/usr/sbin:/sbin",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "RAY_TMPDIR": _RAYS,  # paths of its sockets are short
    }


def left_by(command: list[str | Path], folder: Path) -> namespace.Left:
    """Return what left a command, by namespaces, or by tracing its calls where there are none."""
    if not (reason := namespace.why_not()):
        return namespace.record(command, folder, environment(folder))
    if shutil.which("strace") is None:
        pytest.skip(f"no namespace ({reason}) and no strace: nothing here can see what is sent")
    warnings.warn(
        f"no namespace ({reason}): system calls are traced, look-ups are seen by their name server only", stacklevel=2
    )
    return traced(command, folder)


def traced(command: list[str | Path], folder: Path) -> namespace.Left:
    """Return the addresses that a command and its children connect or send to."""
    log = folder / "trace"
    outer: list[str | Path] = ["strace", "-f", "-qq", "-o", log, "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    code = subprocess.run([*outer, *command], cwd=folder, env=environment(folder), timeout=600).returncode
    found = {one or other for one, other in _IP.findall(log.read_text(errors="replace"))}
    beyond = sorted(address for address in found if not address.startswith("127.") and address != "::1")
    log.unlink()
    return namespace.Left(addresses=beyond, code=code)


LOOKS_UP = """
import socket
for host in "telemetry.example.com", "203.0.113.7":
    try:
        socket.create_connection((host, 443), 5)
    except OSError:
        pass
open("/var/tmp/left-behind", "w")
"""


@pytest.mark.skipif(bool(namespace.why_not()), reason=f"no namespace: {namespace.why_not()}")
def test_the_recorder_sees_what_is_sent_and_written(tmp_path: Path) -> None:
    left = namespace.record([sys.executable, "-c", LOOKS_UP], tmp_path, environment(tmp_path))
    assert left.names == ["telemetry.example.com"]
    assert left.addresses == [namespace.ANYWHERE, "203.0.113.7"]
    assert left.files == ["/var/tmp/left-behind"]  # noqa: S108


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
def test_the_tracer_sees_what_is_sent(tmp_path: Path) -> None:
    script = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('203.0.113.7', 9))"
    assert "203.0.113.7" in traced([sys.executable, "-c", script], tmp_path).addresses


@pytest.mark.slow(reason="runs every command, a studio and a cluster under strace, in a network of their own")
@pytest.mark.parametrize("journey", ["commands", "studio", "cluster"])
def test_nothing_is_sent_and_nothing_left_behind(journey: str, tmp_path: Path) -> None:
    left = left_by([sys.executable, "-m", f"tests.telemetry.{journey}"], tmp_path)
    assert [name for name in left.files if not name.startswith(f"{_RAYS}/ray/")] == []
    assert (left.names, left.addresses, left.missed, left.code) == ([], [], 0, 0)
    home = [str(path.relative_to(tmp_path / "home")) for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [name for name in home if not name.startswith(_OWN)] == []
    temporary = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    assert temporary == []


def test_a_library_that_was_imported_after_pinxit_is_silent_too(tmp_path: Path) -> None:
    """ONNX Runtime leaves a device's id at its import, unless it was told not to: pinxit's own import has to tell it."""
    subprocess.run([sys.executable, "-c", "import pinxit, onnxruntime"], check=True, env=environment(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
