"""The presets that people saved in a studio: one file each, as `pinxit_preset` files are exchanged."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from pathlib import Path

from pydantic import ValidationError

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import Missing, NoRoom
from pinxit.recipe.preset_file import PresetFile

FOLDER = "presets"
MOST_PRESETS = 200


class SavedPresets:
    """All saved presets, in memory and in the folder; no two have the same name.

    Args:
        home: the studio's folder. Files that cannot be read are left alone.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._lock = threading.Lock()
        self._presets: dict[str, PresetFile] = {}
        self._folder.mkdir(exist_ok=True)
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(ValidationError):
                preset = PresetFile.model_validate(read_json(path))
                if id_of(preset.name) == path.stem:
                    self._presets[path.stem] = preset

    def all(self) -> dict[str, PresetFile]:
        """Return all presets by id, in the order of their names."""
        with self._lock:
            return dict(sorted(self._presets.items(), key=lambda item: item[1].name.casefold()))

    def get(self, id: str) -> PresetFile:
        """Return a preset.

        Raises:
            Missing: when there is none of that id.
        """
        with self._lock:
            if id not in self._presets:
                raise Missing("there is no such preset.", "preset_not_found")
            return self._presets[id]

    def save(self, preset: PresetFile) -> str:
        """Save a preset in place of one of the same name, and return its id.

        Raises:
            NoRoom: when the disk is full, or there are too many.
        """
        id = id_of(preset.name)
        with self._lock:
            if id not in self._presets and len(self._presets) >= MOST_PRESETS:
                raise NoRoom(f"{MOST_PRESETS} presets are saved: delete one that is not needed.")
            write_json(self._folder / f"{id}.json", preset.model_dump(mode="json", exclude_none=True))
            self._presets[id] = preset
        return id

    def delete(self, id: str) -> None:
        """Delete a preset.

        Raises:
            Missing: when there is none of that id.
        """
        self.get(id)
        with self._lock:
            (self._folder / f"{id}.json").unlink(missing_ok=True)
            self._presets.pop(id, None)


def id_of(name: str) -> str:
    """Return the id of a preset: a digest, since a name may not be one of a file."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]
