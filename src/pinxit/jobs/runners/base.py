"""What a worker drives: the protocol of a runner, and the files that it returns."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pinxit.files.atomic import write_atomic
from pinxit.image import Picture, to_bytes
from pinxit.recipe.progress import Progress


@dataclass(frozen=True)
class OutputFile:
    """A file that a runner wrote.

    Attributes:
        role: what it is in the result; see `pinxit.jobs.results.ResultFile`.
        name: its name for a person.
        media: its media type.
        path: where it is now.
        width, height: of pictures and clips, px.
        kind: what the store takes it for; see `pinxit.jobs.files.File`.
    """

    role: str
    name: str
    media: str
    path: Path
    width: int | None = None
    height: int | None = None
    kind: str = "picture"


@dataclass(frozen=True)
class RunOutput:
    """Everything that a run made.

    Attributes:
        files: the first picture among them is the cover.
        recipe: makes the result again.
        notes: sentences for the person.
    """

    files: list[OutputFile]
    recipe: dict[str, Any]
    notes: list[str]


class Runner(Protocol):
    """Work that a worker can drive.

    It is made from a spec, the resolver of its inputs, and the job's folder, which holds its outputs and checkpoints.

    Attributes:
        seconds_between_previews: shortest time from one preview to the next, s.
    """

    seconds_between_previews: float

    def paint(self) -> Iterator[Progress]:
        """Run the engine; between two items the caller may look, stop, or save a checkpoint."""

    def save_checkpoint(self, progress: Progress) -> None:
        """Save the state from which another process continues."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """Write the files of the state at `progress`, which is the end if `whole`."""


def picture_file(
    role: str,
    name: str,
    picture: Picture,
    folder: Path,
    *,
    recipe: str | None = None,
    kind: str = "PNG",
    quality: int = 92,
) -> OutputFile:
    """Write a picture into a folder.

    Args:
        role: what it is in the result.
        name: its name for a person, without an ending.
        picture: the picture.
        folder: where the file goes.
        recipe: JSON text for the file's metadata.
        kind: `PNG`, `JPEG` or `WEBP`.
        quality: of JPEG and WebP, 1 to 100.
    """
    media = f"image/{kind.lower()}"
    path = folder / f"{uuid.uuid4().hex}.out"
    write_atomic(to_bytes(picture, kind=kind, recipe=recipe, quality=quality), path, overwrite=True)
    return OutputFile(role, f"{name}.{kind.lower()}", media, path, picture.width, picture.height)
