"""Where plug-ins are put, and that they are taken away again without a trace."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pinxit import PinxitError, client, host_programs
from tests.command_line import pinxit

KRITARC = "[python]\nenable_tenbrushes=false\n\n[theme]\nTheme=Krita dark\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home on Linux with Krita and two versions of Blender."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    for version in ("3.4", "4.2"):
        (tmp_path / ".config" / "blender" / version).mkdir(parents=True)
    for version in ("2.10", "3.0"):
        (tmp_path / ".config" / "GIMP" / version).mkdir(parents=True)
    (tmp_path / ".config" / "kritarc").write_text(KRITARC)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["krita", "gimp", "gimp3", "blender"])
def test_installed_listed_and_removed_without_a_trace(name: str, home: Path) -> None:
    before = files(home)
    done = pinxit("plugin", "install", name, folder=home)
    assert done.returncode == 0, done.stderr
    placed = [one.folder for one in host_programs.installations(name)]
    assert [str(one) for one in placed] == done.stdout.splitlines()[: len(placed)], "it says where"
    assert len(placed) == (2 if name == "blender" else 1)
    for folder in placed:
        assert (folder / "client.py").read_bytes() == Path(client.__file__ or "").read_bytes()
        assert json.loads((folder / "installation.json").read_text())["command"][0] == sys.executable
    assert "@STYLES@" not in "".join(text.decode() for text in files(home).values())
    again = pinxit("plugin", "install", name, folder=home)
    assert again.returncode == 0, "a newer version replaces an older one"
    assert len(list(home.rglob("client.py"))) == len(placed)
    listed = pinxit("plugin", "list", folder=home).stdout
    assert name in listed
    assert pinxit("plugin", "remove", name, folder=home).returncode == 0
    assert files(home) == before
    assert "not installed" in pinxit("plugin", "remove", name, folder=home, check=2).stderr


def test_krita_s_settings_keep_every_other_line(home: Path) -> None:
    host_programs.install("krita")
    settings = home / ".config" / "kritarc"
    assert settings.read_text() == KRITARC.replace("[python]\n", "[python]\nenable_pinxit_krita=true\n")
    settings.unlink()
    host_programs.install("krita")
    assert "[python]\nenable_pinxit_krita=true\n" in settings.read_text()


def test_gimp_s_plug_in_starts_with_the_python_of_pinxit(home: Path) -> None:
    (placed,) = host_programs.install("gimp")
    program = placed / "pinxit_gimp.py"
    assert program.read_text().splitlines()[0] == f"#!{sys.executable}"
    assert program.stat().st_mode & 0o111
    assert '"swirl" "glass"' in (home / ".config" / "GIMP" / "2.10" / "scripts" / "pinxit_gimp.scm").read_text()


def test_gimp_3_s_plug_in_starts_with_gimp_s_python(home: Path) -> None:
    (placed,) = host_programs.install("gimp3")
    program = placed / "pinxit_gimp3.py"
    assert program.read_text().splitlines()[0] == "#!/usr/bin/env python3"
    assert program.stat().st_mode & 0o111
    assert json.loads((placed / "installation.json").read_text())["styles"][:2] == ["swirl", "glass"]
    (home / ".config" / "GIMP" / "2.10").rmdir()
    with pytest.raises(PinxitError, match=r"folder of GIMP 2\.10 is not found: .*pinxit plugin install gimp3"):
        host_programs.install("gimp")


def test_sentences(home: Path) -> None:
    with pytest.raises(PinxitError, match="choose one of krita, gimp, gimp3, blender, comfyui"):
        host_programs.install("photoshop")
    with pytest.raises(PinxitError, match=r"folder of ComfyUI is not found: .* by --folder"):
        host_programs.install("comfyui")
    with pytest.raises(PinxitError, match="there is no folder"):
        host_programs.install("comfyui", home / "missing")
    other = home / ".local" / "share" / "krita" / "pykrita" / "pinxit_krita"
    other.mkdir(parents=True)
    with pytest.raises(PinxitError, match="was not made by pinxit plugin install: move it away"):
        host_programs.install("krita")
    assert not list(other.iterdir())


def test_blender_that_was_never_started(home: Path) -> None:
    for version in (home / ".config" / "blender").iterdir():
        version.rmdir()
    with pytest.raises(PinxitError, match="start Blender once, or name its folder"):
        host_programs.install("blender")
