"""A new picture in a style's manner, without a content image: what textures and repeat patterns are painted as.

It starts from a quilt of the style images, which has their motifs but also its own cuts, and the optimiser, minding the style
loss alone, paints over those. With a picture to be like, it is an ordinary job: that picture is the content image.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.job import Job, StyleImage, prepare, prepare_again
from pinxit.optimize.schedule import scales
from pinxit.picture import Picture, cover, fit, resize
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.picture import Pixels
from pinxit.picture.presets import PRESETS
from pinxit.picture.progress import Progress
from pinxit.picture.quilt import quilt
from pinxit.picture.recipe import Input, Recipe, Settings
from pinxit.picture.wrap import WRAPS

# What a recipe calls the content image that is none.
QUILT = Input(name="quilt")
# Few iterations at large sizes: the quilt has the motifs already, what is left to do there is strokes. There is no face to
# be drowned in large motifs, so that the deep layers, which mend the quilt's cuts, count as much as the others.
DEFAULTS: dict[str, Any] = {
    "coarsest": 128,
    "iterations": (100, 50, 25, 10, 4),
    "style_layers": {f"relu{block}_1": 0.2 for block in range(1, 6)},
}
# How much of a picture's side goes into the crossing over from its end to its beginning.
_CROSSING = 1 / 8


@dataclass(frozen=True)
class Synthesis:
    """Work on such a job, which is driven as the job itself is.

    Attributes:
        job: what paints.
    """

    job: Job

    @property
    def engine(self) -> str:
        """What paints."""
        return self.job.engine

    @property
    def notes(self) -> list[str]:
        """See `Job.notes`."""
        return self.job.notes

    def paint(self) -> Iterator[Progress]:
        """See `Job.paint`."""
        return self.job.paint()


def prepare_synthesis(
    styles: Sequence[inputs.PictureLike | StyleImage],
    height: int,
    width: int,
    *,
    like: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Any,
) -> Job:
    """A job that paints a new picture; `wrap` among the options says which of its borders meet.

    Args:
        styles: whose manner it has, and whose motifs.
        height, width: px; where borders meet, the nearest size at which they do so evenly.
        like: a picture to guide its structure.
        encoder_weights: a local checkpoint of the encoder.
        options: further settings.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = {name: value for name, value in options.items() if value is not None}
    # A preset knows better where it says something.
    preset = PRESETS.get(chosen.get("preset", "standard"), PRESETS["standard"]).settings
    chosen = {**{name: value for name, value in DEFAULTS.items() if name not in preset}, **chosen}
    if like is None:
        for name in ("content_weight", "color", "keep"):
            if chosen.get(name) is not None:
                raise PinxitError(f"--{name.replace('_', '-')} is about a content image: name one by --like.")
        chosen["content_weight"] = 0
    wrap = WRAPS[Settings.choose(chosen).wrap]
    height, width = wrap.even(height, width)
    blank = Picture(np.full((3, height, width), 0.5, np.float32))
    job = prepare(blank, list(styles), encoder_weights=encoder_weights, **{**chosen, "size": max(height, width)})
    if like is None:
        return _with_ground(job, QUILT, height, width, None)
    picture, entry = inputs.load(like, job.recipe.size)
    return _with_ground(job, entry, height, width, picture)


def prepare_synthesis_again(
    recipe: Recipe,
    height: int,
    width: int,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Any,
) -> Job:
    """The job that such a recipe describes; see `pinxit.job.prepare_again`."""
    folders = list(look_in)
    height, width = WRAPS[recipe.wrap].even(height, width)
    changes = {**changes, "size": max(height, width)} if max(height, width) != recipe.size else changes
    like = None if recipe.content == QUILT else inputs.find(recipe.content, recipe.size, folders)
    blank = Picture(np.full((3, height, width), 0.5, np.float32))
    job = prepare_again(recipe, look_in=folders, encoder_weights=encoder_weights, content=blank, **changes)
    return _with_ground(job, recipe.content, height, width, like)


def _with_ground(job: Job, entry: Input, height: int, width: int, like: Picture | None) -> Job:
    recipe = job.recipe.model_copy(update={"content": entry})
    ground = _quilted(recipe, job.ingredients, height, width) if like is None else _met(like, recipe, height, width)
    ingredients = dataclasses.replace(job.ingredients, content=Picture(ground))
    # Of the same recipe there are canvases of several shapes.
    return dataclasses.replace(job, recipe=recipe, ingredients=ingredients, kind=f"{width}×{height}")


def _quilted(recipe: Recipe, ingredients: Ingredients, height: int, width: int) -> Pixels:
    """A quilt as the first scale needs it, enlarged to the size of the result; the network paints on all of it."""
    wrap = WRAPS[recipe.wrap]
    coarsest = recipe.coarsest if recipe.engine == "optimizer" else recipe.size
    first = scales(height, width, coarsest, recipe.iterations, wrap)[0]
    size = max(16, round(first.longer_side * recipe.style_scale))
    pictures = [
        fit(style.picture, min(size, max(style.picture.height, style.picture.width))).pixels
        for style in ingredients.styles
    ]
    shares = [style.share for style in ingredients.styles]
    ground = quilt(pictures, shares, first.height, first.width, wrap, recipe.seed)
    return resize(Picture(ground), height, width, wrap).pixels


def _met(like: Picture, recipe: Recipe, height: int, width: int) -> Pixels:
    """A picture as large as wanted; where borders meet, its end crosses over into its beginning."""
    wrap = WRAPS[recipe.wrap]
    rows, columns = round(height * _CROSSING) * wrap.rows, round(width * _CROSSING) * wrap.columns
    large = cover(like, height + rows, width + columns).pixels
    across, down = (2, width, columns, wrap.drop), (1, height, rows, wrap.slide)
    # A side must have met itself before what follows on the other can be shifted along it.
    for axis, size, crossing, shifted in (down, across) if wrap.drop else (across, down):
        if not crossing:
            continue
        large = np.moveaxis(large, axis, 0)
        beyond = large[size:]
        if shifted:
            # What follows stands half a side away; the crossing over goes to what will be there.
            beyond = np.roll(beyond, beyond.shape[2] // 2, axis=2)
        share = np.linspace(0, 1, crossing, dtype=np.float32)[:, None, None]
        large = np.concatenate([share * large[:crossing] + (1 - share) * beyond, large[crossing:size]])
        large = np.moveaxis(large, 0, axis)
    return np.ascontiguousarray(large)
