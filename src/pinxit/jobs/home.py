"""The version and name of a home folder: one of an older pinxit is upgraded, one of a newer pinxit is left alone."""

from __future__ import annotations

import uuid
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.jobs.disk import read_json, translate_disk_errors, write_json

# 1: pinxit 0.1.0, which wrote no version. 2: `home.json` holds the version and the name.
VERSION = 2
_FILE = "home.json"


class Home(BaseModel):
    """The content of `home.json`.

    Attributes:
        version: of the layout of its files.
        name: distinguishes its queue from others in the same database; empty where it is unknown.
    """

    version: int = Field(VERSION, ge=1)
    name: str = Field("", pattern=r"^[a-z0-9-]{0,64}$")


def read(folder: Path) -> Home:
    """Return the version and name of a home, which may be new.

    Raises:
        PinxitError: when a newer pinxit made it, or `home.json` cannot be read.
    """
    path = folder / _FILE
    data = read_json(path) if path.exists() else {"version": 1}
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise PinxitError(
            f"{folder} was made by a newer pinxit (its version is {version}, this pinxit knows {VERSION}): upgrade pinxit, "
            "or choose another folder by --home."
        )
    try:
        home = Home.model_validate(data)
    except ValidationError as error:
        raise PinxitError(
            f"{path} cannot be read, so the version of this home is unknown: put a copy of the file back, or choose "
            "another folder by --home."
        ) from error
    return home if home.name else home.model_copy(update={"name": _older_name(folder)})


def write(folder: Path, name: str) -> str:
    """Write today's version and the name of a home.

    Args:
        folder: the home.
        name: its name; a new one is made where it is empty.

    Returns:
        The name.
    """
    name = name or uuid.uuid4().hex[:12]
    if read(folder) == Home(name=name) and _older_name(folder) == name:
        return name  # writing it again would fail on a full disk
    write_json(folder / _FILE, Home(name=name).model_dump())
    # Version 1 looks for the name here.
    with translate_disk_errors():
        write_atomic(name.encode("ascii"), folder / "name", overwrite=True)
    return name


def _older_name(folder: Path) -> str:
    """Return the name that version 1 gave a home; empty where there is none."""
    try:
        return Home(name=(folder / "name").read_text(encoding="ascii").strip()).name
    except (OSError, ValueError):
        return ""
