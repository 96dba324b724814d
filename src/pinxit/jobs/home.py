"""A home's version and name: what an older pinxit made is brought up to date, what a newer one made is left alone."""

from __future__ import annotations

import uuid
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from pinxit.errors import PinxitError
from pinxit.jobs.disk import read_json, telling_of_room, write_json
from pinxit.picture.writer import write_whole

# 1: pinxit 0.1.0, which wrote no version. 2: the version and the name stand in `home.json`.
VERSION = 2
_FILE = "home.json"


class Home(BaseModel):
    """What a home says of itself.

    Attributes:
        version: of the way in which its files are laid out.
        name: what tells its queue from others in the same database; empty where that is not known.
    """

    version: int = Field(VERSION, ge=1)
    name: str = Field("", pattern=r"^[a-z0-9-]{0,64}$")


def read(folder: Path) -> Home:
    """What a home says of itself, or a new one.

    Raises:
        PinxitError: when a newer pinxit made it, or what it says cannot be read.
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
            f"{path} cannot be read, so that nobody knows which version made this home: put a copy of it back, or choose "
            "another folder by --home."
        ) from error
    return home if home.name else home.model_copy(update={"name": _older_name(folder)})


def write(folder: Path, name: str) -> str:
    """Note that a home is of today's version, and its name, which is a new one where it is empty."""
    name = name or uuid.uuid4().hex[:12]
    if read(folder) == Home(name=name) and _older_name(folder) == name:
        return name  # on a full disk it could not be written again
    write_json(folder / _FILE, Home(name=name).model_dump())
    # Where version 1 looks for it.
    with telling_of_room():
        write_whole(name.encode("ascii"), folder / "name", overwrite=True)
    return name


def _older_name(folder: Path) -> str:
    """What version 1 called it."""
    try:
        return Home(name=(folder / "name").read_text(encoding="ascii").strip()).name
    except (OSError, ValueError):
        return ""
