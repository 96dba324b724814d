"""The runner of a set of sprites."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.files.names import unused_name
from pinxit.image import Picture
from pinxit.image.writer import kind_of, target_name
from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.single_job import SingleJobRunner
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.base import InputSpec
from pinxit.jobs.specs.sprites import SpritesSpec
from pinxit.recipe.progress import Progress
from pinxit.recipe.recipe import Input
from pinxit.surface.sprites import Sprite, SpritesJob, prepare_sprites, read_sprite

_GAP = 8  # px: between two sprites of the overview
_SHAPE = 1.5  # width of the overview as a multiple of its height, about


class SpritesRunner(SingleJobRunner[SpritesJob]):
    """Paint a set of sprites: an archive of all of them, and an overview."""

    def __init__(self, spec: SpritesSpec, inputs: InputResolver, folder: Path) -> None:
        self.sprites = [_read(entry, inputs) for entry in spec.sprites]
        visible = [sprite for sprite in self.sprites if not sprite.empty]
        if not visible:
            raise PinxitError("these sprites are transparent all over: there is nothing to paint.")
        styles = [inputs.style(style) for style in spec.styles]
        job = prepare_sprites(visible, styles, grid=spec.grid, **inputs.settings(spec))
        super().__init__(job, title_of(spec), inputs, folder)

    def files(self, progress: Progress) -> RunOutput:
        """See `SingleJobRunner`."""
        painted = {sprite.entry.sha256: (picture, recipe) for sprite, picture, recipe in self.job.results(progress)}
        shown = [painted[one.entry.sha256][0] if one.entry.sha256 in painted else one.picture for one in self.sprites]
        archive, folder = self.folder / "sprites.zip", self.folder / "painted"
        folder.mkdir(exist_ok=True)
        taken: set[str] = set()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
            for sprite in self.sprites:
                name = _plain_name(sprite.entry.name)
                if sprite.entry.sha256 not in painted:
                    file.writestr(_free_name(name, taken), sprite.path.read_bytes())
                    continue
                picture, recipe = painted[sprite.entry.sha256]
                name = _free_name(_painted_name(name, sprite), taken)
                path = folder / name
                pictures.write(picture, path, recipe=recipe.to_json(), overwrite=True, bits=sprite.bits)
                file.write(path, name)
        _, recipe = self.job.result(progress)
        files = [
            picture_file("picture", self.title, _overview(shown), self.folder),
            picture_file(
                "original", f"{self.title}-original", _overview([s.picture for s in self.sprites]), self.folder
            ),
            OutputFile("archive", f"{self.title}.zip", "application/zip", archive, kind="archive"),
        ]
        members = [sprite.entry.model_dump() for sprite in self.sprites]
        return RunOutput(files, {**json.loads(recipe.to_json()), "members": members}, self.notes())


def _read(entry: InputSpec, inputs: InputResolver) -> Sprite:
    """Read a stored sprite under the name by which the person knows it."""
    path = Path(inputs.resolve(entry))
    known = Input(name=entry.name, sha256=entry.sha256, bytes=path.stat().st_size)
    return dataclasses.replace(read_sprite(path, entry.name), entry=known)


def _plain_name(name: str) -> str:
    """Return a file's name, which comes from a client, without folders and control characters."""
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return plain.lstrip(".") or "sprite.png"


def _painted_name(name: str, sprite: Sprite) -> str:
    """Return the name under which a sprite is written: of a kind that holds its transparency and its depth."""
    name = target_name(name)
    needs = {"PNG", "TIFF"} | ({"WEBP"} if sprite.bits == 8 else set())
    is_plain = sprite.bits == 8 and sprite.picture.alpha is None
    return name if is_plain or kind_of(name) in needs else f"{name}.png"


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name for the archive that no other sprite has; the number stands before all endings, as of `.9.png`."""
    stem, dot, ending = name.partition(".")
    return unused_name(stem, dot + ending, taken, "-")


def _overview(sprites: Sequence[Picture]) -> Picture:
    """Lay sprites out in rows on a transparent ground, each at its own size."""
    area = sum((sprite.width + _GAP) * (sprite.height + _GAP) for sprite in sprites)
    width = max(round((_SHAPE * area) ** 0.5), *(sprite.width for sprite in sprites))
    places, left, top, high, wide = [], 0, 0, 0, 0
    for sprite in sprites:
        if left and left + sprite.width > width:
            left, top, high = 0, top + high + _GAP, 0
        places.append((top, left))
        left += sprite.width + _GAP
        high, wide = max(high, sprite.height), max(wide, left - _GAP)
    pixels = np.zeros((3, top + high, wide), np.float32)
    alpha = np.zeros(pixels.shape[1:], np.float32)
    for sprite, (top, left) in zip(sprites, places, strict=True):
        window = slice(top, top + sprite.height), slice(left, left + sprite.width)
        pixels[:, *window] = sprite.pixels
        alpha[window] = 1 if sprite.alpha is None else sprite.alpha
    return Picture(pixels, alpha)
