"""A new picture in a style without a content image, from which textures and repeat patterns are made.

It starts from a quilt of the style images, which has their motifs but also the cuts between its patches, and the optimiser
paints over those with the style loss alone. With a picture to be like it is an ordinary job whose content image is that
picture.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, cover, fit, resize
from pinxit.image.picture import Pixels
from pinxit.image.wrap import WRAPS
from pinxit.job import Job
from pinxit.optimize.schedule import scales
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.progress import Progress
from pinxit.recipe.recipe import Input, Recipe, Settings
from pinxit.texture.quilting import quilt

# The entry that stands in a recipe for a content image that there is none of.
QUILT = Input(name="quilt")
# Few iterations at large sizes: the quilt has the motifs already, and only strokes remain to be painted there.
DEFAULTS: dict[str, Any] = {"coarsest": 128, "iterations": (100, 50, 25, 10, 4)}
# Deep layers mend the quilt's cuts. They count as much as the others, for there is no face that large motifs could hide.
STYLE_OF_GRAM: dict[str, Any] = {"style_layers": {f"relu{block}_1": 0.2 for block in range(1, 6)}}
# Share of a picture's side over which its end is blended into its beginning.
_BLEND = 1 / 8


Preparing = Callable[[float], object]
"""Is called with the share of the preparation that is done, 0 to 1."""


def ignore(share: float) -> None:
    """Take notice of nothing."""


@dataclass(frozen=True)
class Synthesis:
    """A work that paints one such job, and is driven as the job is.

    Attributes:
        job: the job.
    """

    job: Job

    @property
    def engine(self) -> str:
        """The engine that paints; see `Settings.engine`."""
        return self.job.engine

    @property
    def notes(self) -> list[str]:
        """See `Job.notes`."""
        return self.job.notes

    def paint(self) -> Iterator[Progress]:
        """See `Job.paint`."""
        return self.job.paint()

    def stopped(self, progress: Progress) -> Progress:
        """See `Job.stopped`."""
        return self.job.stopped(progress)


def prepare_synthesis(
    styles: Sequence[inputs.PictureLike | StyleImage],
    height: int,
    width: int,
    *,
    like: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    on_preparing: Preparing = ignore,
    **options: Unpack[SettingsOptions],
) -> Job:
    """Prepare a job that paints a new picture; `wrap` among the options says which of its borders meet.

    Args:
        styles: the style images, which also provide the motifs.
        height: px; where borders meet, rounded to a size at which they can.
        width: the same.
        like: a picture that guides the structure.
        encoder_weights: a local checkpoint of the encoder.
        on_preparing: called while the quilt is made, with the share that is done, 0 to 1.
        **options: further settings.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    # A preset's own values take precedence.
    preset = PRESETS.get(chosen.get("preset", "standard"), PRESETS["standard"]).settings
    defaults = {**DEFAULTS, **STYLE_OF_GRAM} if chosen.get("objective") == "gram" else DEFAULTS
    chosen = {**{name: value for name, value in defaults.items() if name not in preset}, **chosen}
    if like is None:
        for name in ("content_weight", "color", "keep"):
            if chosen.get(name) is not None:
                raise PinxitError(f"--{name.replace('_', '-')} needs a content image: name one by --like.")
        chosen["content_weight"] = 0
        chosen.setdefault("match", "off")  # a quilt shows no objects to match
    wrap = WRAPS[Settings.choose(chosen).wrap]
    height, width = wrap.even(height, width)
    blank = Picture(np.full((3, height, width), 0.5, np.float32))
    job = prepare(blank, list(styles), encoder_weights=encoder_weights, **{**chosen, "size": max(height, width)})
    if like is None:
        return _with_start(job, QUILT, height, width, None, on_preparing)
    picture, entry = inputs.load(like, job.recipe.size)
    return _with_start(job, entry, height, width, picture)


def synthesis_from_recipe(
    recipe: Recipe,
    height: int,
    width: int,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> Job:
    """Return the job that such a recipe describes; see `pinxit.job_from_recipe`.

    Args:
        recipe: the recipe.
        height: px; where borders meet, rounded to a size at which they can.
        width: the same.
        look_in: folders to search for the pictures, with their subfolders.
        encoder_weights: the local checkpoint of the encoder that it was painted with.
        **changes: settings to change.
    """
    folders = list(look_in)
    height, width = WRAPS[recipe.wrap].even(height, width)
    if max(height, width) != recipe.size:
        changes = {**changes, "size": max(height, width)}
    like = None if recipe.content == QUILT else inputs.find(recipe.content, recipe.size, folders)
    blank = Picture(np.full((3, height, width), 0.5, np.float32))
    job = job_from_recipe(recipe, look_in=folders, encoder_weights=encoder_weights, content=blank, **changes)
    return _with_start(job, recipe.content, height, width, like)


def _with_start(
    job: Job, entry: Input, height: int, width: int, like: Picture | None, on_preparing: Preparing = ignore
) -> Job:
    recipe = job.recipe.model_copy(update={"content": entry})
    if like is None:
        start = _quilted(recipe, job.ingredients, height, width, on_preparing)
    else:
        start = _wrapped(like, recipe, height, width)
    ingredients = dataclasses.replace(job.ingredients, content=Picture(start))
    # The same recipe paints canvases of several shapes.
    return dataclasses.replace(job, recipe=recipe, ingredients=ingredients, kind=f"{width}×{height}")


def _quilted(recipe: Recipe, ingredients: JobInputs, height: int, width: int, on_preparing: Preparing) -> Pixels:
    """Quilt the style images at the size of the first scale, and enlarge the quilt to the size of the result."""
    wrap = WRAPS[recipe.wrap]
    coarsest = recipe.coarsest if recipe.engine == "optimizer" else recipe.size
    first = scales(height, width, coarsest, recipe.iterations, wrap)[0]
    size = max(16, round(first.longer_side * recipe.style_scale))
    pictures = [
        fit(style.picture, min(size, max(style.picture.height, style.picture.width))).pixels
        for style in ingredients.styles
    ]
    shares = [style.share for style in ingredients.styles]
    quilted = quilt(pictures, shares, first.height, first.width, wrap, recipe.seed, on_preparing)
    return resize(Picture(quilted), height, width, wrap).pixels


def _wrapped(like: Picture, recipe: Recipe, height: int, width: int) -> Pixels:
    """Return a picture at a size; where borders meet, its end is blended into its beginning."""
    wrap = WRAPS[recipe.wrap]
    rows, columns = round(height * _BLEND) * wrap.rows, round(width * _BLEND) * wrap.columns
    large = cover(like, height + rows, width + columns).pixels
    across, down = (2, width, columns, wrap.drop), (1, height, rows, wrap.slide)
    # A side must have been blended before what follows on the other side can be shifted along it.
    for axis, size, blend, shifted in (down, across) if wrap.drop else (across, down):
        if not blend:
            continue
        large = np.moveaxis(large, axis, 0)
        beyond = large[size:]
        if shifted:
            # The neighbour lies half a side away: blend into what will be there.
            beyond = np.roll(beyond, beyond.shape[2] // 2, axis=2)
        share = np.linspace(0, 1, blend, dtype=np.float32)[:, None, None]
        large = np.concatenate([share * large[:blend] + (1 - share) * beyond, large[blend:size]])
        large = np.moveaxis(large, 0, axis)
    return np.ascontiguousarray(large)
