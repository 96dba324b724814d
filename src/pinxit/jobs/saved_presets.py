"""The presets that a studio shows: those of the account that runs it, which its commands know as well.

Each is a file in the account's folder of presets; see `pinxit.recipe.saved_presets`. Earlier studios kept their own in their
home, from which `SavedPresets` moves them.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import threading
from pathlib import Path

from pydantic import ValidationError

from pinxit.errors import PinxitError
from pinxit.jobs.disk import is_full, read_json, translate_disk_errors
from pinxit.jobs.errors import Missing, NoRoom, Refused
from pinxit.recipe import saved_presets
from pinxit.recipe.preset_file import PresetFile

OLD_FOLDER = "presets"
MOST_PRESETS = 200


class SavedPresets:
    """The account's presets, read anew each time, because commands save and delete them meanwhile.

    Args:
        home: the studio's folder, whose presets of an earlier version are moved into the account's folder.
    """

    def __init__(self, home: Path) -> None:
        self._lock = threading.Lock()
        _move_older(home / OLD_FOLDER)

    def all(self) -> dict[str, PresetFile]:
        """Return all presets by id, in the order of their names; files that are no presets are left out."""
        found = {}
        for name in sorted(saved_presets.saved_names(), key=str.casefold):
            with contextlib.suppress(PinxitError):
                found[id_of(name)] = saved_presets.read_saved(name)
        return found

    def get(self, id: str) -> PresetFile:
        """Return a preset.

        Raises:
            Missing: when there is none of that id.
        """
        with contextlib.suppress(PinxitError):
            return saved_presets.read_saved(_name_of(id))
        raise Missing("there is no such preset.", "preset_not_found")

    def save(self, preset: PresetFile) -> str:
        """Save a preset in place of one of the same name, and return its id.

        Raises:
            NoRoom: when the disk is full, or there are too many.
            Refused: when the folder cannot be written.
        """
        with self._lock:
            names = saved_presets.saved_names()
            if preset.name not in names and len(names) >= MOST_PRESETS:
                raise NoRoom(f"{MOST_PRESETS} presets are saved: delete one that is not needed.")
            try:
                with translate_disk_errors():
                    saved_presets.write_preset(preset, saved_presets.preset_file(preset.name), overwrite=True)
            except PinxitError as error:
                if is_full(error):
                    raise
                # Without the path, which is none of a client's business.
                raise Refused("the folder of the presets cannot be written: ask the studio's owner.") from error
        return id_of(preset.name)

    def delete(self, id: str) -> None:
        """Delete a preset.

        Raises:
            Missing: when there is none of that id.
            Refused: when its file cannot be deleted.
        """
        with self._lock:
            try:
                saved_presets.preset_file(_name_of(id)).unlink(missing_ok=True)
            except OSError as error:
                raise Refused("the folder of the presets cannot be written: ask the studio's owner.") from error


def id_of(name: str) -> str:
    """Return the id of a preset: a digest, since a name may not be part of an address."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _name_of(id: str) -> str:
    for name in saved_presets.saved_names():
        if id_of(name) == id:
            return name
    raise Missing("there is no such preset.", "preset_not_found")


def _move_older(folder: Path) -> None:
    """Move the presets of an earlier studio into the account's folder; those that cannot be read or moved stay.

    Where the account has another preset of the same name, the studio's gets a number.
    """
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(ValidationError, PinxitError, OSError):
            preset = PresetFile.model_validate(read_json(path))
            if not _is_kept(preset):
                free = preset.model_copy(update={"name": _free_name(preset.name)})
                saved_presets.write_preset(free, saved_presets.preset_file(free.name), overwrite=False)
            path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()  # where nothing is left


def _is_kept(preset: PresetFile) -> bool:
    """Whether the account has the same preset."""
    with contextlib.suppress(PinxitError):
        return saved_presets.read_saved(preset.name) == preset
    return False


def _free_name(name: str) -> str:
    names = (name if number == 1 else f"{name[:58]} {number}" for number in itertools.count(1))
    return next(free for free in names if not saved_presets.preset_file(free).exists())
