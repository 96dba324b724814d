"""The docker in the real Krita, which a plug-in of the test drives."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from tests.plugins.conftest import User, requires
from tests.studio.api_client import wait_for_state

pytestmark = [
    requires("krita", "xvfb-run"),
    pytest.mark.slow(reason="it starts the real Krita"),
]
DRIVER = Path(__file__).with_name("drive_krita.py")


def drive(user: User) -> dict[str, Any]:
    """Run Krita with the docker and the driver, and return what the driver noted."""
    user.run(sys.executable, "-m", "pinxit", "plugin", "install", "krita")
    folder = user.home / ".local" / "share" / "krita" / "pykrita"
    (folder / "drive_krita").mkdir()
    (folder / "drive_krita" / "__init__.py").write_text(DRIVER.read_text())
    (folder / "drive_krita.desktop").write_text(
        "[Desktop Entry]\nType=Service\nServiceTypes=Krita/PythonPlugin\nX-KDE-Library=drive_krita\nName=drive\n"
    )
    settings = user.home / ".config" / "kritarc"
    settings.write_text(settings.read_text().replace("[python]", "[python]\nenable_drive_krita=true"))
    pictures.write(pictures.fit(pictures.sample("cat"), 480), user.home / "cat.png")
    printed = user.run("krita", "--nosplash", user.home / "cat.png", screen=True)
    notes = user.home / "notes.json"
    assert notes.is_file(), printed
    noted: dict[str, Any] = json.loads(notes.read_text())
    assert noted["error"] is None, noted["error"]
    return noted


@pytest.fixture(scope="module")
def driven(user: User) -> dict[str, Any]:
    return drive(user)


def test_the_styles_are_shown_without_a_click(driven: dict[str, Any]) -> None:
    assert "swirl" in driven["styles"]
    assert driven["thumbnails"] == len(driven["styles"]), "each style has its picture"


def test_the_painting_is_a_new_layer(driven: dict[str, Any], user: User) -> None:
    assert driven["layers"][0] == ["Background"]
    assert [len(one) for one in driven["layers"]] == [1, 2, 3]
    assert driven["layers"][1][-1] == "Background in ink"
    photo, painted = (
        np.asarray(PIL.Image.open(file).convert("RGB"), float) for file in (user.home / "cat.png", user.home / "1.png")
    )
    assert photo.shape == painted.shape
    assert np.abs(photo - painted).mean() > 5, "it does not look like the photograph"


def test_only_what_is_selected_is_painted(driven: dict[str, Any], user: User) -> None:
    alpha = np.asarray(PIL.Image.open(user.home / "2.png").convert("RGBA"))[..., 3]
    width = alpha.shape[1]
    assert (alpha[:, : width // 2 - 1] == 255).all()
    assert (alpha[:, width // 2 + 1 :] == 0).all()


def test_documents_of_other_colours_and_depths(driven: dict[str, Any], user: User) -> None:
    grey = np.asarray(PIL.Image.open(user.home / "deep.png").convert("RGBA"))
    assert (grey[..., 3] == 255).all()
    assert (grey[..., 0] == grey[..., 2]).all()
    assert 90 < grey[..., 0].mean() < 200, "half grey, whatever the profile"
    assert driven["added"] == ["RGBA", "U8", 2]


def test_the_preview_follows_the_layer(driven: dict[str, Any]) -> None:
    assert driven["preview"][0] > 100


def test_cancelling_leaves_the_picture_as_it_was(driven: dict[str, Any], user: User) -> None:
    assert driven["cancelled"]["message"].startswith("Cancelled")
    assert driven["cancelled"]["layers"] == driven["layers"][2]
    with user.studio.client() as client:
        latest = client.get("/api/v1/jobs").json()[0]
        wait_for_state(client, latest["id"], "cancelled")


def test_sentences(driven: dict[str, Any]) -> None:
    assert "too large" in driven["too large"]
    assert "Open a picture first." in driven["no picture"]


def test_removed_again(driven: dict[str, Any], user: User) -> None:
    user.run(sys.executable, "-m", "pinxit", "plugin", "remove", "krita")
    folder = user.home / ".local" / "share" / "krita" / "pykrita"
    assert not list(folder.glob("pinxit*"))
    assert "pinxit" not in (user.home / ".config" / "kritarc").read_text()
