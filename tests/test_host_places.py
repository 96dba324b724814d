"""Where the programs that have plug-ins look for them on each system, as those programs document it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pinxit import client
from pinxit.host_programs import HOSTS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and no variables that name others."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("system", "folder", "settings"),
    [
        ("linux", ".local/share/krita", ".config/kritarc"),
        ("darwin", "Library/Application Support/krita", "Library/Preferences/kritarc"),
        ("win32", "AppData/Roaming/krita", "AppData/Local/kritarc"),
    ],
)
def test_krita(home: Path, monkeypatch: pytest.MonkeyPatch, system: str, folder: str, settings: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    krita = HOSTS["krita"]
    assert krita.folders() == [home / folder]
    assert krita.settings is not None
    assert krita.settings(home / folder) == home / settings


def test_krita_as_a_flatpak(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    inside = home / ".var" / "app" / "org.kde.krita"
    (inside / "data" / "krita").mkdir(parents=True)
    krita = HOSTS["krita"]
    assert krita.folders() == [home / ".local/share/krita", inside / "data" / "krita"]
    assert krita.settings is not None
    assert krita.settings(inside / "data" / "krita") == inside / "config" / "kritarc"


@pytest.mark.parametrize(
    ("system", "base"),
    [
        ("linux", ".config/blender"),
        ("darwin", "Library/Application Support/Blender"),
        ("win32", "AppData/Roaming/Blender Foundation/Blender"),
    ],
)
def test_blender_has_a_folder_for_each_version(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: str, base: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert HOSTS["blender"].folders() == []
    for name in ("4.2", "3.6", "cache", "4.2.1"):
        (home / base / name).mkdir(parents=True)
    assert HOSTS["blender"].folders() == [home / base / "3.6", home / base / "4.2"]


@pytest.mark.parametrize(
    ("system", "base"),
    [
        ("linux", ".config/GIMP"),
        ("darwin", "Library/Application Support/GIMP"),
        ("win32", "AppData/Roaming/GIMP"),
    ],
)
def test_gimp(home: Path, monkeypatch: pytest.MonkeyPatch, system: str, base: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert HOSTS["gimp"].folders() == [home / base / "2.10"], "made at the first start"
    (home / base / "3.0").mkdir(parents=True)
    assert HOSTS["gimp"].folders() == [], "GIMP 3 has another plug-in"
    assert HOSTS["gimp3"].folders() == [home / base / "3.0"]
    (home / base / "2.10").mkdir()
    assert HOSTS["gimp"].folders() == [home / base / "2.10"]


@pytest.mark.parametrize(
    ("system", "variables", "folder"),
    [
        ("linux", {}, ".local/share/pinxit/studio"),
        ("linux", {"XDG_DATA_HOME": "elsewhere"}, "elsewhere/pinxit/studio"),
        ("darwin", {}, "Library/Application Support/pinxit/studio"),
        ("win32", {}, "AppData/Local/pinxit/pinxit/studio"),
        ("win32", {"LOCALAPPDATA": "elsewhere"}, "elsewhere/pinxit/pinxit/studio"),
    ],
)
def test_the_client_finds_the_studio(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], folder: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(home / value))
    assert client.default_home() == home / folder
