"""The runner of an interface's theme."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pinxit import image as pictures
from pinxit import inputs as readers
from pinxit.design import tokens
from pinxit.design.page import page
from pinxit.design.theme import BACKGROUNDS, prepare_theme
from pinxit.files.atomic import write_atomic
from pinxit.image import Picture
from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.multi_job import MultiJobProgress
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.theme import ThemeSpec
from pinxit.recipe.progress import Progress


class ThemeRunner:
    """Make a theme: its page, and an archive of all its files."""

    seconds_between_previews = 1.5

    def __init__(self, spec: ThemeSpec, inputs: InputResolver, folder: Path) -> None:
        theme = prepare_theme(
            [inputs.resolve(style) for style in spec.styles],
            [style.share for style in spec.styles],
            _icons(spec, inputs, folder),
            [inputs.resolve(one) for one in spec.avatars],
            spec.backgrounds or BACKGROUNDS,
            inputs.settings(spec),
        )
        self.theme = dataclasses.replace(theme, recipe=inputs.with_names(theme.recipe))
        self.spec, self.inputs, self.folder = spec, inputs, folder
        self.assets: dict[str, Picture] = {}
        self.done: dict[str, tuple[int, ...] | None] = {}

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        before, names = 0.0, self.theme.part_names
        for number, name in enumerate(names, start=1):
            part = self.theme.part(name)
            for progress in self.theme.job(part).paint():
                yield MultiJobProgress(progress, number, len(names), before)
            before += progress.seconds
            assets = self.theme.assets(part, progress.picture())
            self.assets |= assets
            self.done |= dict.fromkeys(assets, progress.done or None)

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; a theme starts over, because the network paints it in seconds as a rule."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`; an unfinished theme is represented by the picture that was being painted."""
        title, recipe = title_of(self.spec), json.loads(self.theme.recipe.to_json())
        if not whole:
            return RunOutput([picture_file("picture", title, progress.picture(), self.folder)], recipe, [])
        text = page(self.theme, self.assets)
        html, archive = self.folder / "index.html.out", self.folder / "theme.zip"
        self._write_archive(archive, text)
        write_atomic(text.encode(), html, overwrite=True)
        width, height = self.theme.recipe.backgrounds[0]
        cover = self.assets[f"backgrounds/painted-{width}x{height}"]
        files = [
            picture_file("picture", title, cover, self.folder, kind="JPEG"),
            OutputFile("page", f"{title}.html", "text/html", html, kind="page"),
            OutputFile("archive", f"{title}.zip", "application/zip", archive, kind="archive"),
        ]
        notes = [self.inputs.hide_paths(note) for one in self.theme.pictures for note in one.notes]
        return RunOutput(files, recipe, notes)

    def _write_archive(self, path: Path, text: str) -> None:
        recipe, scheme = self.theme.recipe, self.theme.scheme
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("tokens.json", tokens.design_tokens(scheme, recipe.to_json()))
            archive.writestr("theme.css", tokens.css(scheme))
            archive.writestr("tailwind.preset.js", tokens.tailwind(scheme))
            archive.writestr("index.html", text)
            for asset, picture in self.assets.items():
                own = recipe.model_copy(update={"asset": asset, "done": self.done[asset]}).to_json()
                kind = "JPEG" if asset.startswith("backgrounds/") else "PNG"
                ending = {"JPEG": "jpg", "PNG": "png"}[kind]
                archive.writestr(f"{asset}.{ending}", pictures.to_bytes(picture, kind=kind, recipe=own))


def _icons(spec: ThemeSpec, inputs: InputResolver, folder: Path) -> list[Path]:
    """Copy icons under sanitised names, because the names end up in the theme."""
    found: list[Path] = []
    for number, entry in enumerate(spec.icons, start=1):
        stem = re.sub(r"[^a-z0-9]+", "-", Path(entry.name).stem.removesuffix(".9").lower()).strip("-")[:40]
        nine = ".9" if entry.name.lower().endswith(".9.png") else ""
        path = folder / "icons" / f"{stem or 'icon'}-{number}{nine}.png"
        source = inputs.resolve(entry)
        path.parent.mkdir(exist_ok=True)
        if isinstance(source, Path):
            path.write_bytes(source.read_bytes())
        else:
            pictures.write(readers.load(source, 256)[0], path, overwrite=True)
        found.append(path)
    return found
