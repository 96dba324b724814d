"""The plug-in in the real GIMP 3, without its window.

Debian 12 has no GIMP 3. `PINXIT_GIMP3` gives the command that runs one, as in `chroot /srv/trixie gimp-console-3.0`, a Debian
13 in a folder in which this system's /tmp is mounted; see plugins/gimp/README.md.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.conftest import User

COMMAND = shlex.split(os.environ.get("PINXIT_GIMP3", "gimp-console-3.0"))
pytestmark = [
    pytest.mark.skipif(shutil.which(COMMAND[0]) is None, reason="there is no GIMP 3 (gimp-console-3.0, PINXIT_GIMP3)"),
    pytest.mark.slow(reason="it starts the real GIMP 3"),
]
DRIVER = Path(__file__).with_name("drive_gimp3.py")


@pytest.fixture(scope="module")
def driven(user: User) -> dict[str, Any]:
    """Run GIMP 3 once with the plug-in and the driver, and return what the driver noted."""
    (user.home / ".config" / "GIMP" / "3.0").mkdir(parents=True)
    user.run(sys.executable, "-m", "pinxit", "plugin", "install", "gimp3")
    options = ["-i", "-d", "-f", "--batch-interpreter", "python-fu-eval", "-b", DRIVER.read_text(), "--quit"]
    printed = user.run(*COMMAND, *options)
    notes = user.home / "notes.json"
    assert notes.is_file(), printed
    noted: dict[str, Any] = json.loads(notes.read_text())
    assert noted["error"] is None, noted["error"]
    return noted


def test_the_painting_is_a_new_layer(driven: dict[str, Any]) -> None:
    assert driven["whole"] == driven["grey"] == ""
    assert driven["layers"] == ["Background in ink", "Background"]
    assert driven["painted"][:2] == driven["photo"][:2]
    assert abs(driven["painted"][2] - driven["photo"][2]) > 0.02, "it does not look like the photograph"
    assert driven["grey layers"] == 2


def test_the_selection_is_the_mask_of_a_layer_anywhere(driven: dict[str, Any]) -> None:
    assert driven["half"] == ""
    width, height = driven["photo"][:2]
    assert driven["half place"] == [width, height, 40, -10]
    _, _, left, right = driven["mask"]
    # All but the ten rows above the image, where nothing is selected.
    assert left == pytest.approx((height - 10) / height, abs=0.01)
    assert right == 0


def test_sentences(driven: dict[str, Any]) -> None:
    assert "neither a picture, a clip nor a network" in driven["no picture"]
    assert "too large: its longer side has 8192 px" in driven["too large"]
