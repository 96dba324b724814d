"""Orders that take more than one job of the engines: sheets of variations, films, themes, networks."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.job import prepare
from pinxit.jobs.orders import SweepOrder, ThemeOrder, TrainOrder, VideoOrder, title_of
from pinxit.jobs.paintings import options
from pinxit.jobs.work import Delivery, Made, Sources, picture_file
from pinxit.picture import Picture
from pinxit.picture.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

_CELL = 360  # px, of each picture on a sheet


@dataclass(frozen=True)
class Several:
    """Where one of several pieces of work stands; see `pinxit.picture.progress`.

    Attributes:
        inner: the piece's own.
        number: which piece, from 1, of `count` in all.
        before: what the pieces before it took, s.
    """

    inner: Progress
    number: int
    count: int
    before: float

    @property
    def size(self) -> int:
        """See Progress."""
        return self.inner.size

    @property
    def done(self) -> tuple[int, ...]:
        """See Progress."""
        return self.inner.done

    @property
    def memory(self) -> float:
        """See Progress."""
        return self.inner.memory

    @property
    def losses(self) -> Mapping[str, float]:
        """See Progress."""
        return self.inner.losses

    @property
    def facts(self) -> str:
        """See Progress."""
        return f"{self.number}/{self.count}  {self.inner.facts}"

    @property
    def seconds(self) -> float:
        """See Progress."""
        return self.before + self.inner.seconds

    @property
    def seconds_left(self) -> float:
        """As if those to come were like this one."""
        whole = self.inner.seconds + self.inner.seconds_left
        return self.inner.seconds_left + (self.count - self.number) * whole

    def picture(self) -> Picture:
        """See Progress."""
        return self.inner.picture()


class Sweep:
    """A labelled sheet: the same picture in several settings. Those that are painted outlive a crash."""

    seconds_between_previews = 1.0

    def __init__(self, order: SweepOrder, sources: Sources, folder: Path) -> None:
        self.order, self.sources, self.folder = order, sources, folder
        runs = [{**run, **_start(order, sources, run)} for run in order.cells()]
        styles = [sources.style(style) for style in order.styles]
        self.jobs = [prepare(sources.of(order.content), styles, keep=sources.maybe(order.keep), **run) for run in runs]
        self.labels = [
            "  ".join(f"{name} {_number(value)}" for name, value in zip(order.vary, values, strict=True)).replace(
                "_", "-"
            )
            for values in itertools.product(*order.vary.values())
        ]

    def paint(self) -> Iterator[Progress]:
        """See `Work`."""
        before = 0.0
        for number, job in enumerate(self.jobs, start=1):
            if self._cell(number).exists() and number < len(self.jobs):
                continue
            for progress in job.paint():
                yield Several(progress, number, len(self.jobs), before)
            before += progress.seconds
            pictures.write(progress.picture(), self._cell(number), overwrite=True)

    def keep(self, progress: Progress) -> None:
        """See `Work`; finished pictures are kept anyway."""

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        from pinxit.styles.contact import sheet

        painted = [number for number in range(1, len(self.jobs) + 1) if self._cell(number).exists()]
        cells = [(self.labels[number - 1], pictures.read(self._cell(number))) for number in painted]
        if not whole and isinstance(progress, Several) and progress.number not in painted:
            cells.append((self.labels[progress.number - 1], progress.picture()))
        columns = len(list(self.order.vary.values())[-1])
        drawn = sheet(cells, _CELL, columns if columns > 1 else 5)
        recipe = self.order.to_data()
        made = picture_file("picture", title_of(self.order), drawn, self.folder)
        return Delivery([made], recipe, [self.sources.told(note) for note in self.jobs[0].notes])

    def _cell(self, number: int) -> Path:
        return self.folder / f"cell_{number:02}.png"


class Filmed:
    """A film. What is painted of it outlives a crash beside its target."""

    seconds_between_previews = 1.5

    def __init__(self, order: VideoOrder, sources: Sources, folder: Path) -> None:
        from pinxit.video.making import OPTIONS, prepare

        own = {name: getattr(order, name) for name in OPTIONS if name in order.model_fields_set}
        film = prepare(
            sources.of(order.clip),
            [(sources.of(style), style.at) for style in order.styles],
            shares=[style.share for style in order.styles],
            **own,
            **options(order, sources),
        )
        self.film = dataclasses.replace(film, recipe=sources.named(film.recipe))
        self.order, self.sources, self.target = order, sources, folder / "film.mp4"
        self._notes: tuple[str, ...] = ()
        self._painted: Progress | None = None

    def paint(self) -> Iterator[Progress]:
        """See `Work`."""
        from pinxit.video.film import Progress as Painted

        if self.target.exists():  # whole, when there was no time left to deliver it
            count = max(1, self.film.source.count)
            yield Painted(count, count, self.film.recipe.size, "is painted", 0.0, 0.0)
            return
        for progress in self.film.paint(self.target):
            self._notes = progress.notes
            if progress.painted is not None:
                self._painted = progress
            yield progress

    def keep(self, progress: Progress) -> None:
        """See `Work`; painted frames are kept anyway."""

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`; of a film that is not whole there is its latest frame."""
        title, folder = title_of(self.order), self.target.parent
        recipe = json.loads(self.film.recipe.to_json())
        notes = [self.sources.told(note) for note in self._notes]
        if not whole:
            shown = (self._painted or progress).picture()
            return Delivery([picture_file("picture", title, shown, folder)], recipe, notes)
        height, width, cover = _first_frame(self.target)
        film = Made("film", f"{title}.mp4", "video/mp4", self.target, width, height, kind="clip")
        return Delivery([film, picture_file("cover", title, cover, folder, kind="WEBP")], recipe, notes)


class Themed:
    """A theme: its page, and an archive of all its files."""

    seconds_between_previews = 1.5

    def __init__(self, order: ThemeOrder, sources: Sources, folder: Path) -> None:
        from pinxit.design.theme import BACKGROUNDS, prepare

        theme = prepare(
            [sources.of(style) for style in order.styles],
            [style.share for style in order.styles],
            _icons(order, sources, folder),
            [sources.of(one) for one in order.avatars],
            order.backgrounds or BACKGROUNDS,
            options(order, sources),
        )
        self.theme = dataclasses.replace(theme, recipe=sources.named(theme.recipe))
        self.order, self.sources, self.folder = order, sources, folder
        self.assets: dict[str, Picture] = {}
        self.done: dict[str, tuple[int, ...] | None] = {}

    def paint(self) -> Iterator[Progress]:
        """See `Work`."""
        before, names = 0.0, self.theme.part_names
        for number, name in enumerate(names, start=1):
            part = self.theme.part(name)
            for progress in self.theme.job(part).paint():
                yield Several(progress, number, len(names), before)
            before += progress.seconds
            made = self.theme.assets(part, progress.picture())
            self.assets |= made
            self.done |= dict.fromkeys(made, progress.done or None)

    def keep(self, progress: Progress) -> None:
        """See `Work`; a theme begins anew, it is painted by the network as a rule."""

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`; of a theme that is not whole there is the picture that was being painted."""
        from pinxit.design import tokens
        from pinxit.design.page import page
        from pinxit.picture.writer import write_whole

        title, recipe = title_of(self.order), self.theme.recipe
        if not whole:
            made = picture_file("picture", title, progress.picture(), self.folder)
            return Delivery([made], json.loads(recipe.to_json()), [])
        text = page(self.theme, self.assets)
        path = self.folder / "theme.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("tokens.json", tokens.design_tokens(self.theme.scheme, recipe.to_json()))
            archive.writestr("theme.css", tokens.css(self.theme.scheme))
            archive.writestr("tailwind.preset.js", tokens.tailwind(self.theme.scheme))
            archive.writestr("index.html", text)
            for asset, one in self.assets.items():
                own = recipe.model_copy(update={"asset": asset, "done": self.done[asset]}).to_json()
                kind = "JPEG" if asset.startswith("backgrounds/") else "PNG"
                ending = {"JPEG": "jpg", "PNG": "png"}[kind]
                archive.writestr(f"{asset}.{ending}", pictures.to_bytes(one, kind=kind, recipe=own))
        html = self.folder / "index.html.out"
        write_whole(text.encode(), html, overwrite=True)
        width, height = recipe.backgrounds[0]
        cover = self.assets[f"backgrounds/painted-{width}x{height}"]
        files = [
            picture_file("picture", title, cover, self.folder, kind="JPEG"),
            Made("page", f"{title}.html", "text/html", html, kind="page"),
            Made("archive", f"{title}.zip", "application/zip", path, kind="archive"),
        ]
        notes = [self.sources.told(note) for one in self.theme.pictures for note in one.notes]
        return Delivery(files, json.loads(recipe.to_json()), notes)


class Taught:
    """A network of one manner; learning that was broken off goes on by itself."""

    seconds_between_previews = 20.0

    def __init__(self, order: TrainOrder, sources: Sources, folder: Path) -> None:
        self.order, self.folder = order, folder
        self._styles = [sources.of(style) for style in order.styles]

    def paint(self) -> Iterator[Progress]:
        """See `Work`."""
        from pinxit.training import train

        yield from train(self._styles, steps=self.order.steps, style_weight=self.order.style_weight)

    def keep(self, progress: Progress) -> None:
        """See `Work`; whoever closes the iterator has its state saved."""

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        from pinxit.training import save_network

        title = title_of(self.order)
        path = save_network(progress, self.folder / "network.pinxit", overwrite=True)  # type: ignore[arg-type]
        network = Made("network", f"{title}{path.suffix}", "application/octet-stream", path, kind="network")
        cover = picture_file("cover", title, progress.picture(), self.folder, kind="WEBP")
        return Delivery([network, cover], self.order.to_data(), [])


def _start(order: SweepOrder, sources: Sources, run: dict[str, Any]) -> dict[str, Any]:
    return {"init": sources.of(order.init_picture)} if run.get("init") == "picture" and order.init_picture else {}


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _first_frame(path: Path) -> tuple[int, int, Picture]:
    from pinxit.video.clip import Clip

    clip = Clip(path)
    frame = next(iter(clip.frames()))
    pixels = frame.picture(clip.height, clip.width)
    return clip.height, clip.width, pictures.from_array(np.ascontiguousarray(pixels))


def _icons(order: ThemeOrder, sources: Sources, folder: Path) -> list[Path]:
    """Icons under names of which nothing can come but a name, for their names go into the theme."""
    found: list[Path] = []
    for number, entry in enumerate(order.icons, start=1):
        stem = re.sub(r"[^a-z0-9]+", "-", Path(entry.name).stem.removesuffix(".9").lower()).strip("-")[:40]
        nine = ".9" if entry.name.lower().endswith(".9.png") else ""
        path = folder / "icons" / f"{stem or 'icon'}-{number}{nine}.png"
        source = sources.of(entry)
        path.parent.mkdir(exist_ok=True)
        if isinstance(source, Path):
            path.write_bytes(source.read_bytes())
        else:
            pictures.write(inputs.load(source, 256)[0], path, overwrite=True)
        found.append(path)
    return found
