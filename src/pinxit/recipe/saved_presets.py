"""Save presets under a name in a folder of this account, and read them back; see `pinxit.recipe.preset_file`."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import platformdirs

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import expand_home
from pinxit.image import Picture
from pinxit.recipe.preset_file import OF_A_RUN, THUMBNAIL_BYTES, PresetFile, is_file_name
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings, validated

ENDING = ".json"
THUMBNAIL = 160
"""Longer side of a preset's thumbnail, px."""
MAX_FILE = 256 * 2**10  # bytes


def presets_folder() -> Path:
    """Return `PINXIT_PRESETS`, or else a folder in the user's data folder; it need not exist yet."""
    chosen = os.environ.get("PINXIT_PRESETS")
    return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("pinxit", appauthor=False) / "presets"


def preset_file(name: str) -> Path:
    """Return the file of a saved preset, which need not exist."""
    return presets_folder() / f"{name}{ENDING}"


def make_preset(name: str, options: dict[str, Any], like: Settings | None, picture: Picture | None) -> PresetFile:
    """Make a preset.

    Args:
        name: what to call it.
        options: values by setting, as on a command line; None means not chosen.
        like: settings to begin with, such as a result's recipe; what belongs to its pictures or machine is left out.
        picture: a picture of what the settings give.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = {setting: value for setting, value in options.items() if value is not None}
    if like is not None:
        chosen = _of_recipe(like) | chosen
    if not chosen:
        raise PinxitError(
            "the preset would decide nothing: give settings, such as --strength 0.7, or a picture by --like."
        )
    # The settings as they are validated, so that the file holds numbers and not what was typed.
    whole = Settings.choose(chosen)
    settings = {setting: value for setting, value in whole.model_dump(mode="json").items() if setting in chosen}
    data = {"name": name, "settings": settings, "thumbnail": None if picture is None else _thumbnail(picture)}
    return validated(PresetFile, data)


def read_preset(name: str) -> PresetFile:
    """Read a saved preset by its name, or a preset's file by its path.

    Raises:
        PinxitError: when there is none, or the file is not a preset.
    """
    path = expand_home(name)
    is_path = path.suffix.lower() == ENDING
    # A saved preset's own name may end as a file's.
    if not (is_path and path.is_file()) and is_file_name(name) and preset_file(name).is_file():
        return read_saved(name)
    if not is_path:
        known = [*PRESETS, *saved_names()]
        raise PinxitError(f"there is no preset {name!r}: choose one of {', '.join(known)}, or give a preset's file.")
    return read_preset_file(path)


def read_saved(name: str) -> PresetFile:
    """Read a saved preset; its name is that of its file, whatever the file says.

    Raises:
        PinxitError: when there is none of that name, its file is not a preset, or the name cannot be a preset's.
    """
    path = preset_file(name)
    preset = read_preset_file(path)
    if preset.name == name:
        return preset
    try:
        return validated(PresetFile, {**preset.model_dump(), "name": name})
    except PinxitError as error:
        raise PinxitError(f"{path} needs another name: {error}") from error


def read_preset_file(path: Path) -> PresetFile:
    """Read a preset's file.

    Raises:
        PinxitError: one sentence that names the file.
    """
    try:
        if not path.is_file():
            raise PinxitError(f"there is no preset's file {path}: check the name and the folder.")
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{path} cannot be read ({reason}): give a preset's file.") from error
    if len(content) > MAX_FILE:
        raise PinxitError(f"{path} has more than {MAX_FILE >> 10} KiB: it is not a preset.")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PinxitError(f"{path} is not a preset: it is not JSON.") from error
    if not isinstance(data, dict) or "pinxit_preset" not in data:
        raise PinxitError(f"{path} is not a preset: pinxit preset save writes one.")
    if data["pinxit_preset"] != 1:
        raise PinxitError(f"{path} is a preset of format {data['pinxit_preset']!r}, this pinxit reads 1: upgrade.")
    try:
        return validated(PresetFile, data)
    except PinxitError as error:
        raise PinxitError(f"{path} is damaged, or no preset: {error}") from error


def write_preset(preset: PresetFile, path: Path, *, overwrite: bool) -> None:
    """Write a preset's file.

    Raises:
        PinxitError: when it cannot be written, or exists and may not be replaced.
    """
    text = json.dumps(preset.model_dump(mode="json"), indent=1, ensure_ascii=True)
    write_atomic(text.encode() + b"\n", path, overwrite=overwrite)


def saved_names() -> list[str]:
    """Return the names of the saved presets, sorted; a file may turn out to be none when it is read."""
    return sorted(path.stem for path in presets_folder().glob(f"*{ENDING}") if not path.name.startswith("."))


def _of_recipe(like: Settings) -> dict[str, Any]:
    """Return what a recipe's settings change in its preset."""
    defaults = Settings.choose({"preset": like.preset, "objective": like.objective})
    left_out = {*OF_A_RUN, *(["init"] if like.init == "picture" else [])}
    changed = {
        name: getattr(like, name)
        for name in Settings.model_fields
        if name not in left_out and getattr(like, name) != getattr(defaults, name)
    }
    return {"preset": like.preset, **({"objective": like.objective} if like.objective == "gram" else {}), **changed}


def _thumbnail(picture: Picture) -> str:
    side = THUMBNAIL
    while True:
        content = pictures.to_bytes(Picture(pictures.fit(picture, side).pixels))
        if len(content) <= THUMBNAIL_BYTES:
            return base64.b64encode(content).decode()
        side = side * 3 // 4
