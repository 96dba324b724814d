"""What a worker drives: any order as an iterator of progress, and the files that come of it.

It stands on the functions that the command line uses; what differs is that pictures come out of the store, by their content,
and files go into a folder whence the store takes them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from pinxit.errors import PinxitError
from pinxit.inputs import HOUSE, SAMPLE
from pinxit.job import StyleImage
from pinxit.jobs.errors import JobsError
from pinxit.jobs.files import Files
from pinxit.jobs.orders import Order, OrderStyle
from pinxit.picture import Picture, to_bytes
from pinxit.picture.progress import Progress
from pinxit.picture.recipe import Input

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Made:
    """A file that came of the work.

    Attributes:
        role: see `pinxit.jobs.results.Part`.
        name: what a person would call it.
        media: its media type.
        path: where it is.
        width, height: px, where it has any.
    """

    role: str
    name: str
    media: str
    path: Path
    width: int | None = None
    height: int | None = None
    kind: str = "picture"


@dataclass(frozen=True)
class Delivery:
    """All that came of the work.

    Attributes:
        files: the first picture among them is the cover.
        recipe: what makes it again.
        notes: sentences for the person.
    """

    files: list[Made]
    recipe: dict[str, Any]
    notes: list[str]


class Work(Protocol):
    """Something that can be driven.

    Attributes:
        seconds_between_previews: how long to wait, at the least, from one preview to the next.
    """

    seconds_between_previews: float

    def paint(self) -> Iterator[Progress]:
        """Run the engine; between two items one may look, stop, or keep what there is."""

    def keep(self, progress: Progress) -> None:
        """Save what it takes to go on from here, in another process."""

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """The files of what there is at `progress`, which is the end where it is `whole`."""


class Sources:
    """The pictures of an order as the engines take them.

    Args:
        files: where they are.

    Attributes:
        names: what people call them, by their content.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._paths: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def of(self, entry: Input) -> str | Path:
        """A name that pinxit draws, or the place of a file.

        Raises:
            Missing: when there is no such file.
        """
        if entry.name.startswith((HOUSE, SAMPLE)):
            return entry.name
        path = self._files.path(entry.sha256)
        self.names[entry.sha256] = self._name(entry, path)
        self._paths[str(path)] = self.names[entry.sha256]
        return path

    def maybe(self, entry: Input | None) -> str | Path | None:
        """The same, where there is any."""
        return None if entry is None else self.of(entry)

    def style(self, entry: OrderStyle) -> StyleImage:
        """A style with its share, region and mask."""
        return StyleImage(self.of(entry), entry.share, self.maybe(entry.region), self.maybe(entry.mask))

    def named(self, recipe: M) -> M:
        """A recipe with the names that people gave its pictures."""
        return type(recipe).model_validate(_renamed(recipe.model_dump(), self.names))

    def told(self, sentence: str) -> str:
        """A sentence with those names instead of places, which are nobody's business."""
        for path, name in self._paths.items():
            sentence = sentence.replace(path, name).replace(Path(path).name, name)
        return sentence

    def _name(self, entry: Input, path: Path) -> str:
        # By its ending a network is known for one in a recipe.
        return entry.name if entry.name.endswith(path.suffix) or path.suffix != ".pinxit" else f"{entry.name}.pinxit"


def begin(order: Order, files: Files, folder: Path) -> Work:
    """Read what an order names and get ready.

    Args:
        order: what is to be made.
        files: where its pictures are.
        folder: the job's own, for what it makes and for what it takes to go on.

    Raises:
        PinxitError: one sentence on what is wrong.
    """
    from pinxit.jobs import bundles, paintings

    makers: Mapping[str, Any] = {
        "stylize": paintings.Stylized,
        "panorama": paintings.Panorama,
        "texture": paintings.Textured,
        "pattern": paintings.Patterned,
        "sweep": bundles.Sweep,
        "theme": bundles.Themed,
        "video": bundles.Filmed,
        "train": bundles.Taught,
    }
    sources = Sources(files)
    try:
        work: Work = makers[order.work](order, sources, folder)
    except JobsError:
        raise
    except PinxitError as error:
        raise PinxitError(sources.told(str(error))) from error
    return work


def picture_file(
    role: str,
    name: str,
    picture: Picture,
    folder: Path,
    *,
    recipe: str | None = None,
    kind: str = "PNG",
    quality: int = 92,
) -> Made:
    """A picture's file in a folder."""
    from pinxit.picture.writer import write_whole

    media = f"image/{kind.lower()}"
    path = folder / f"{uuid.uuid4().hex}.out"
    write_whole(to_bytes(picture, kind=kind, recipe=recipe, quality=quality), path, overwrite=True)
    return Made(role, f"{name}.{kind.lower()}", media, path, picture.width, picture.height)


def _renamed(data: Any, names: Mapping[str, str]) -> Any:
    if isinstance(data, dict):
        data = {key: _renamed(value, names) for key, value in data.items()}
        return {**data, "name": names[data["sha256"]]} if data.get("sha256") in names else data
    return [_renamed(value, names) for value in data] if isinstance(data, list | tuple) else data
