"""The studio in Firefox: the way of a photograph from the drop zone to the gallery."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pinxit import image as pictures
from tests.studio.chromium import BUILT_PAGE
from tests.studio.studio_process import run_studio_command

_ROOT = Path(__file__).parents[2]
FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
NODE = Path(sys.executable).parent / "node"
PUPPETEER = _ROOT / "studio" / "web" / "node_modules" / "puppeteer-core"
pytestmark = [
    pytest.mark.skipif(FIREFOX is None, reason="there is no Firefox: apt-get install firefox-esr"),
    pytest.mark.skipif(not BUILT_PAGE.is_file(), reason="the studio's page is not built: make page"),
    pytest.mark.skipif(not (NODE.exists() and PUPPETEER.is_dir()), reason="there is no puppeteer-core: make page"),
    pytest.mark.slow(reason="starts Firefox, and paints"),
]


@pytest.fixture
def new_address(tmp_path: Path) -> Iterator[str]:
    """Run a studio that has not painted yet: the main button of others names the time that it will take."""
    with run_studio_command(tmp_path / "home") as address:
        yield address


def run_journey(script: str, address: str, source: Path, profile: Path) -> dict[str, Any]:
    """Run a script of a journey, and return what it saw."""
    profile.mkdir()
    path = Path(__file__).with_name(script)
    command = [str(part) for part in (NODE, path, FIREFOX, address, source, profile)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert seen["problems"] == []
    assert "irefox" in seen["version"]
    return seen


def test_a_photograph_is_painted_and_found_again(new_address: str, tmp_path: Path) -> None:
    photograph = tmp_path / "my cat.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 200), photograph)
    seen = run_journey("firefox_journey.mjs", new_address, photograph, tmp_path / "profile")
    assert seen["stroke"] > 0
    assert seen["undone"] == 0
    assert seen["redone"] == seen["stroke"]
    assert seen["finished"] >= 512
    assert seen["files"] >= 1
    assert seen["sideways"] <= 0


def test_a_folder_is_edited_and_a_picture_graded_and_saved(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name in ("rocket", "cat"):
        pictures.write(pictures.fit(pictures.sample(name), 200), folder / f"{name}.png")
    seen = run_journey("firefox_editing.mjs", address, folder, tmp_path / "profile")
    assert 0 < seen["edges"] < seen["plain"]
    assert 0.3 < seen["lasso"] < 0.45  # the edge is soft
    assert 0 < seen["refined"] != seen["before"]
    assert len(seen["saved"]) == 1
