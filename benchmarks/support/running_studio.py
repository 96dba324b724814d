"""A studio of its own for a benchmark, a browser, and what that says about the memory of a page."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Playwright


@contextlib.contextmanager
def studio(home: Path) -> Iterator[str]:
    """Run `pinxit studio` in a home folder, yield its address, and stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", str(port), "--home", str(home)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if "http" not in line:
                raise SystemExit("the studio did not start: its message is above.")
            yield line.split()[-1].rstrip("/")
        finally:
            process.terminate()


def chromium(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


def heap(session: CDPSession) -> float:
    """Return the page's JavaScript heap after a garbage collection, MB."""
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
