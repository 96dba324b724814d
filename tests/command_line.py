"""`pinxit …` as a person types it, within the test's own process: its output, its exit code, its files.

A process of its own takes seconds to start. Tests start one (`pinxit_process`) only where the process is what they test.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from pinxit.cli.main import main

# s: long enough for a loaded machine; only a command that hangs reaches it.
TIMEOUT = 600


def run_command(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `pinxit …` in a folder within this process, and return its exit code and what it printed."""
    return in_process(main, ["pinxit", *map(str, arguments)], folder)


def in_process(run: Callable[[], object], command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program's main function in a folder as if its command line were this, and return what became of it.

    Args:
        run: the function.
        command: the program's name and its arguments.
        folder: the working folder.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", command),
    ):
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                err.write(f"{end.code}\n")
    printed, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(command, code, printed, said)


def pinxit(*arguments: object, folder: Path, check: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `pinxit …` within this process, and check its exit code."""
    return _checked(run_command(*arguments, folder=folder), check)


def command_line(*arguments: object) -> list[str]:
    """Return the command line of `pinxit …` in a process of its own."""
    return [sys.executable, "-m", "pinxit", *map(str, arguments)]


def pinxit_process(*arguments: object, folder: Path, check: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `pinxit …` in a process of its own, and check its exit code."""
    command = command_line(*arguments)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)
    return _checked(done, check)


def _checked(done: subprocess.CompletedProcess[str], code: int) -> subprocess.CompletedProcess[str]:
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done
