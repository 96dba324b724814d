"""The operators in the real Blender without its window, and the panels in its window."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tests.plugins.conftest import User, requires

pytestmark = [
    requires("blender"),
    pytest.mark.slow(reason="it starts the real Blender"),
]
DRIVER = Path(__file__).with_name("drive_blender.py")
WINDOW_DRIVER = Path(__file__).with_name("drive_blender_window.py")


def install(user: User) -> None:
    """Install the add-on for this Blender, which has never been started before."""
    version = re.search(r"Blender (\d+\.\d+)", user.run("blender", "--version"))
    assert version is not None
    (user.home / ".config" / "blender" / version[1]).mkdir(parents=True)
    user.run(sys.executable, "-m", "pinxit", "plugin", "install", "blender")


def drive_window(user: User) -> dict[str, Any]:
    """Run Blender with its window and the driver that clicks, and return what the driver noted."""
    command = ["blender", "--enable-event-simulate", "--window-geometry", "0", "0", "1280", "900"]
    user.run(*command, "--python", WINDOW_DRIVER, screen=True)
    noted: dict[str, Any] = json.loads((user.home / "notes.json").read_text())
    assert noted["error"] is None, noted["error"]
    return noted


@pytest.fixture(scope="module")
def driven(user: User) -> dict[str, Any]:
    """Run Blender once with the add-on and the driver, and return what the driver noted."""
    install(user)
    printed = user.run("blender", "--background", "--python", DRIVER)
    notes = user.home / "notes.json"
    assert notes.is_file(), printed
    noted: dict[str, Any] = json.loads(notes.read_text())
    assert noted["error"] is None, noted["error"]
    return noted


def test_a_render_result_is_painted(driven: dict[str, Any], user: User) -> None:
    assert driven["stylize"] == ["FINISHED"]
    assert driven["painted"] == [160, 120, True]
    rendered, painted = (
        np.asarray(PIL.Image.open(user.home / f"{name}.png").convert("RGB"), float) for name in ("rendered", "painted")
    )
    assert np.abs(rendered - painted).mean() > 5


def test_a_material_of_a_painting(driven: dict[str, Any], user: User) -> None:
    assert driven["material"] == ["FINISHED"]
    assert driven["linked"] == ["Base Color", "Roughness", "Normal"]
    assert driven["displaced"]
    assert len(driven["images"]) == 4
    for name, width, height, packed, space in driven["images"]:
        assert (width, height, packed) == (64, 64, True), name
        assert space == ("sRGB" if name.endswith("picture") else "Non-Color"), name
    plane = np.asarray(PIL.Image.open(user.home / "plane.png").convert("RGB"), float)
    assert plane[40:80, 60:100].std() > 3, "the rendered plane shows the texture"


def test_sentences(driven: dict[str, Any]) -> None:
    assert "There is no picture yet: render one" in driven["no picture"]
    assert "Choose the painting's file first." in driven["no file"]
    assert "too large: its longer side has 9000 px" in driven["too large"]
    assert driven["gone"]


@requires("xvfb-run")
def test_the_buttons_of_the_panels(driven: dict[str, Any], user: User) -> None:
    """In Blender's window, by simulated events of the mouse and the keyboard."""
    assert driven["gone"], "the driver without a window is done with the folder"
    noted = drive_window(user)
    assert noted["shown"] == ["photo.png painted", 160, 106], "the editor shows the painting"
    assert noted["after Esc"] == noted["after Cancel"] == ["photo.png painted", ""]
    assert noted["material"].startswith("pinxit ink")
