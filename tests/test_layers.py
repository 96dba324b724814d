"""Rules of the packages: imports only go down, and starting the command line loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_imports_only_go_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "studio --help",
        "stylize --help",
        "video --help",
        "panorama --help",
        "sprites --help",
        "assets --help",
        "avatar --help",
        "texture --help",
        "pattern --help",
        "theme --help",
        "wear --help",
        "grade --help",
        "mcp --help",
        "taste rank --help",
        "show --help",
        "styles --help",
        "plugin install --help",
    ],
)
def test_help_imports_nothing_heavy(command: str) -> None:
    script = (
        "import sys, runpy\n"
        f"sys.argv = ['pinxit', *{command.split()!r}]\n"
        "try:\n    runpy.run_module('pinxit', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'torch', 'av', 'onnx', 'onnxruntime', 'cv2', 'scipy', 'skimage', 'matplotlib'} & set(sys.modules)\n"
        "heavy |= {'fastapi', 'dbos', 'uvicorn', 'pebble'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
