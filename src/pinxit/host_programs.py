"""The plug-ins for other programs: where each program looks for them, and how they get there and away again.

The plug-ins are in `plugins/` of the repository, and in `pinxit/plugins/` of an installed package. Each installed one gets a
copy of `pinxit.client` where it needs it, and a file that says how this pinxit is started.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pinxit import client, styles
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.version import __version__

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class HostProgram:
    """A program that has a plug-in.

    Attributes:
        title: the program's name.
        source: the folder within `plugins/` that has the plug-in.
        plugin: the plug-in's folder, within `source` and within the folder where it is installed.
        place: the folder for plug-ins within the program's own folder.
        shared: files of `source` that the plug-in's folder gets as well.
        beside: further files, each as its path within `source` and its path within the program's own folder.
        folders: returns the program's own folders for this user, whether they exist or not.
        settings: returns the program's settings file, in which a line switches the plug-in on, for the program's own folder.
        carries_client: whether it uses the studio, so that it needs a copy of `pinxit.client`.
        runs_apart: whether its program is run by the Python of this pinxit, and not by the host's own.
        next_step: what the user does then.
    """

    title: str
    source: str
    plugin: str
    place: str
    folders: Callable[[], list[Path]]
    next_step: str
    shared: Sequence[str] = ()
    beside: Sequence[tuple[str, str]] = ()
    settings: Callable[[Path], Path] | None = None
    carries_client: bool = True
    runs_apart: bool = False


@dataclass(frozen=True)
class Installed:
    """A plug-in that is installed.

    Attributes:
        folder: its folder.
        version: of the pinxit that installed it.
    """

    folder: Path
    version: str


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _application_data() -> Path:
    """Return the folder of applications on macOS and on Windows."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")


def _krita() -> list[Path]:
    if sys.platform in ("darwin", "win32"):
        return [_application_data() / "krita"]
    flatpak = Path.home() / ".var" / "app" / "org.kde.krita" / "data" / "krita"
    return [_data_home() / "krita", *([flatpak] if flatpak.is_dir() else [])]


def _krita_settings(folder: Path) -> Path:
    if folder.parts[-4:-1] == ("app", "org.kde.krita", "data"):
        return folder.parents[1] / "config" / "kritarc"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Preferences" / "kritarc"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "kritarc"
    return _config_home() / "kritarc"


def _gimp_base() -> Path:
    return (_application_data() if sys.platform in ("darwin", "win32") else _config_home()) / "GIMP"


def _gimp() -> list[Path]:
    folder = _gimp_base() / "2.10"
    return [folder] if folder.is_dir() or not _gimp3() else []


def _gimp3() -> list[Path]:
    return sorted(one for one in _gimp_base().glob("3.*") if re.fullmatch(r"3\.\d+", one.name))


def _blender() -> list[Path]:
    base = _application_data() / "Blender" if sys.platform == "darwin" else _config_home() / "blender"
    if sys.platform == "win32":
        base = _application_data() / "Blender Foundation" / "Blender"
    return sorted(one for one in base.glob("*") if re.fullmatch(r"\d+\.\d+", one.name))


HOSTS: Final = {
    "krita": HostProgram(
        "Krita",
        "krita",
        "pinxit_krita",
        "pykrita",
        _krita,
        "Start Krita again; the docker is in Settings, Dockers, pinxit.",
        beside=(("pinxit_krita.desktop", "pykrita/pinxit_krita.desktop"),),
        settings=_krita_settings,
    ),
    "gimp": HostProgram(
        "GIMP 2.10",
        "gimp",
        "pinxit_gimp",
        "plug-ins",
        _gimp,
        "Start GIMP 2.10 again; the filter is in Filters, Artistic, Paint with pinxit. (GIMP 3: pinxit plugin install gimp3.)",
        shared=("guard.py",),
        beside=(("pinxit_gimp.scm", "scripts/pinxit_gimp.scm"),),
        runs_apart=True,
    ),
    "gimp3": HostProgram(
        "GIMP 3",
        "gimp",
        "pinxit_gimp3",
        "plug-ins",
        _gimp3,
        "Start GIMP again; the filter is in Filters, Artistic, Paint with pinxit.",
        shared=("guard.py",),
    ),
    "blender": HostProgram(
        "Blender",
        "blender",
        "pinxit_blender",
        "scripts/addons",
        _blender,
        "Start Blender again and tick pinxit in Edit, Preferences, Add-ons; the panels are in the sidebar of the image editor "
        "and among a material's properties.",
    ),
    "comfyui": HostProgram(
        "ComfyUI",
        "comfyui",
        "pinxit_comfyui",
        "custom_nodes",
        list,
        "Start ComfyUI again, with a Python that has pinxit (pip install pinxit); the nodes are in the category pinxit.",
        carries_client=False,
    ),
}
"""Every program with a plug-in."""


def install(name: str, folder: Path | None = None) -> list[Path]:
    """Install a plug-in, or replace one of an earlier version.

    Args:
        name: the program, a key of `HOSTS`.
        folder: the program's own folder; where it usually is where left out.

    Returns:
        The folders in which it is now.

    Raises:
        PinxitError: when the program's folder is not found, cannot be written, or holds another plug-in of the same name.
    """
    host = _host(name)
    targets = _folders(host, folder)
    for target in targets:
        placed = target / host.place / host.plugin
        if placed.exists() and _installed(placed) is None:
            raise PinxitError(f"{placed} was not made by pinxit plugin install: move it away, then try again.")
    return [_install_into(host, target) for target in targets]


def remove(name: str, folder: Path | None = None) -> list[Path]:
    """Remove a plug-in and return the folders that were removed; files that pinxit did not write there stay.

    Args:
        name: the program, a key of `HOSTS`.
        folder: the program's own folder; where it usually is where left out.

    Raises:
        PinxitError: when it is not installed, or cannot be removed.
    """
    host = _host(name)
    removed = []
    for target in _folders(host, folder):
        placed = target / host.place / host.plugin
        if _installed(placed) is None:
            continue
        try:
            shutil.rmtree(placed)
            for _, path in host.beside:
                (target / path).unlink(missing_ok=True)
            if host.settings is not None:
                _switch(host.settings(target), host.plugin, on=False)
        except OSError as error:
            raise PinxitError(f"{placed} cannot be removed ({error.strerror}): remove it yourself.") from error
        removed.append(placed)
    if not removed:
        raise PinxitError(f"the plug-in for {host.title} is not installed: pinxit plugin list shows which are.")
    return removed


def installations(name: str) -> list[Installed]:
    """Return where a plug-in is installed, in the program's usual folders."""
    host = _host(name)
    placed = [folder / host.place / host.plugin for folder in host.folders()]
    return [found for one in placed if (found := _installed(one)) is not None]


def source_folder() -> Path:
    """Return the folder of all plug-ins: within the installed package, or in the repository."""
    inside = _PACKAGE / "plugins"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "plugins"


def _host(name: str) -> HostProgram:
    if name not in HOSTS:
        raise PinxitError(f"there is no plug-in for {name!r}: choose one of {', '.join(HOSTS)}.")
    return HOSTS[name]


def _folders(host: HostProgram, chosen: Path | None) -> list[Path]:
    if chosen is None:
        found = host.folders()
        if not found:
            older = " (for GIMP 3: pinxit plugin install gimp3)" if host is HOSTS["gimp"] else ""
            raise PinxitError(
                f"the folder of {host.title} is not found: start {host.title} once, or name its folder by --folder{older}."
            )
        return found
    if not chosen.expanduser().is_dir():
        raise PinxitError(f"there is no folder {chosen}: give --folder the folder of {host.title}.")
    return [chosen.expanduser().absolute()]


def _installed(placed: Path) -> Installed | None:
    """Return what `install` noted in a plug-in's folder; None where it did not make the folder."""
    try:
        noted = json.loads((placed / client.INSTALLATION_FILE).read_text(encoding="utf-8"))
        return Installed(placed, str(noted["pinxit"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _install_into(host: HostProgram, target: Path) -> Path:
    source, placed = source_folder() / host.source, target / host.place / host.plugin
    try:
        placed.parent.mkdir(parents=True, exist_ok=True)
        # Complete beside its place first, so that no program meets half of it.
        with tempfile.TemporaryDirectory(dir=placed.parent, prefix=f".{host.plugin}-") as temporary:
            made = Path(temporary) / host.plugin
            shutil.copytree(source / host.plugin, made, ignore=shutil.ignore_patterns("__pycache__"))
            if host.carries_client:
                shutil.copyfile(client.__file__, made / "client.py")
            for file in host.shared:
                shutil.copyfile(source / file, made / file)
            for program in made.glob("*.py"):
                _make_program(program, host.runs_apart)
            noted = {
                "pinxit": __version__,
                "command": [sys.executable, "-m", "pinxit"],
                "styles": styles.names(),
            }
            (made / client.INSTALLATION_FILE).write_text(json.dumps(noted), encoding="utf-8")
            if placed.exists():
                placed.rename(Path(temporary) / "before")
            made.rename(placed)
        for path, where in host.beside:
            write_atomic(
                _with_styles((source / path).read_text(encoding="utf-8")).encode(), target / where, overwrite=True
            )
        if host.settings is not None:
            _switch(host.settings(target), host.plugin, on=True)
    except OSError as error:
        raise PinxitError(
            f"{placed} cannot be written ({error.strerror or error}): choose another --folder."
        ) from error
    return placed


def _switch(settings: Path, plugin: str, *, on: bool) -> None:
    """Switch a plug-in on, or forget it, in Krita's settings; every other line stays as it is."""
    section, key = "[python]", f"enable_{plugin}="
    lines = settings.read_text(encoding="utf-8").splitlines() if settings.is_file() else []
    kept = [line for line in lines if not line.startswith(key)]
    if on:
        if section not in kept:
            kept += ["", section]
        kept.insert(kept.index(section) + 1, f"{key}true")
    if kept != lines:
        write_atomic("".join(f"{line}\n" for line in kept).encode(), settings, overwrite=True)


def _make_program(file: Path, runs_apart: bool) -> None:
    """Let a host start a program by itself, with the Python of this pinxit where it runs apart from the host's own."""
    text = file.read_text(encoding="utf-8")
    if text.startswith("#!"):
        if runs_apart:
            file.write_text(f"#!{sys.executable}\n{text.partition(chr(10))[2]}", encoding="utf-8")
        file.chmod(0o755)


def _with_styles(text: str) -> str:
    """Replace `@STYLES@` in a script by the names of the house styles, each in quotes."""
    return text.replace("@STYLES@", " ".join(f'"{name}"' for name in styles.names()))
