"""The plug-in's dialog in the real GIMP 2.10, driven by the keyboard."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.plugins.conftest import User, requires
from tests.plugins.gimp_window import SHORTCUTS

pytestmark = [
    requires("gimp", "xvfb-run", "xdotool", "ffmpeg"),
    pytest.mark.slow(reason="it starts the real GIMP in its window"),
]
ROOT = Path(__file__).parents[2]


def drive(user: User) -> Path:
    """Paint the user's photograph by the dialog, and return the picture of the screen."""
    user.run(sys.executable, "-m", "pinxit", "plugin", "install", "gimp")
    (user.home / ".config" / "GIMP" / "2.10" / "menurc").write_text(SHORTCUTS)
    user.environment["PYTHONPATH"] = str(ROOT)
    screenshot = user.home / "gimp.png"
    user.run(sys.executable, "-m", "tests.plugins.gimp_window", user.photo, screenshot, screen=True)
    return screenshot


def test_the_dialog_paints_in_the_style_that_is_chosen(user: User) -> None:
    """The program ends only when the image has its second layer."""
    drive(user)
    with user.studio.client() as client:
        (job,) = client.get("/api/v1/jobs").json()
    assert job["state"] == "succeeded"
    assert job["title"].endswith("in ink")
