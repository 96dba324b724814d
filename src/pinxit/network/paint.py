"""The networks as an iterator of progress, like the optimiser: tile by tile, any size."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.lively import Detail, detail_of, make_lively, mix_detail
from pinxit.network.painter import MOST_MEASURED, SIDE, Measured, Painter, Reader, Tile, opened
from pinxit.network.weights import Array, Weights
from pinxit.picture import Picture, fit
from pinxit.picture.finish import colored, finish, style_at
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.picture import Pixels
from pinxit.picture.placing import Place, places
from pinxit.picture.recipe import Settings
from pinxit.picture.recolor import Colors, colors_of, mix_colors, recolor, recolored, toward

# Below this a picture has too few positions at a quarter of its resolution for statistics to mean anything.
SMALLEST_SIDE = 16
# The longer side at which a picture is painted: strokes are as large, against it, as in what the network learnt from. A larger
# result is enlarged, with so much of the photograph's finest detail.
PAINTED, LEAST_PAINTED = 480, 128
DETAIL = 0.5
# Style images are read at the size they are wanted, but no larger: strokes wider than a hundred pixels are more than the
# network can see at once.
MOST_READ = 1024


@dataclass(frozen=True)
class Progress:
    """See `pinxit.picture.progress`."""

    size: int
    tile: int
    tiles: int
    seconds: float
    seconds_left: float
    _finish: functools.partial[Picture]
    done: tuple[int, ...] = ()
    memory: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)

    @property
    def facts(self) -> str:
        """One line for a person."""
        return f"{self.size} px  tile {self.tile}/{self.tiles}"

    def picture(self) -> Picture:
        """The picture as far as it is painted by now, the rest as it was."""
        return self._finish()


def paint(
    recipe: Settings, ingredients: Ingredients, networks: Mapping[str, Weights], most: float = math.inf
) -> Iterator[Progress]:
    """Paint the content image in the manner of the style images, yielding after every tile.

    Args:
        recipe: the settings.
        ingredients: the pictures, of any size.
        networks: those that were taught one style alone, by what its `LoadedStyle` says.
        most: the longer side of what is painted, px, and then enlarged to the result; see `painted_at`.

    Raises:
        PinxitError: when a picture is too small, or styles are to be mixed that no one network can paint.
    """
    start = time.perf_counter()
    ingredients = colored(recipe, ingredients)
    full = fit(ingredients.content, recipe.size)
    if min(full.height, full.width) < SMALLEST_SIDE:
        raise PinxitError(
            f"the result would have {full.width}×{full.height} px, the network needs {SMALLEST_SIDE} px "
            "on the shorter side: give a less narrow picture, or raise --size."
        )
    shorter, longer = sorted((full.height, full.width))
    ground = fit(full, round(min(longer, max(most, LEAST_PAINTED * longer / shorter))))
    size = max(ground.height, ground.width) * recipe.style_scale
    canvas = ground.pixels.copy()
    parts = places(ingredients, ground.height, ground.width)
    tiles = 1 if _at_once(ground) else -(-ground.height // SIDE) * -(-ground.width // SIDE)
    done, total = 0, len(parts) * tiles
    for place in parts:
        network = _network(place, networks, recipe.network)
        reader, painter = opened(network)
        manner = _manner(recipe, reader, painter, ground, place.styles, size)
        share = np.float32(min(1.0, 2 * recipe.strength)) * (1 if place.mask is None else place.mask)
        share = np.broadcast_to(share, ground.pixels.shape[1:])
        strokes = np.empty_like(ground.pixels)
        for tile, painted in _strokes(recipe, painter, manner, ground):
            inner = (slice(None), tile.rows, tile.columns)
            strokes[inner] = painted
            canvas[inner] += (painted - ground.pixels[inner]) * share[inner[1:]]
            done += 1
            if done % tiles == 0:
                canvas += (_lively(recipe, manner, ground, strokes) - strokes) * share
            seconds = time.perf_counter() - start
            yield Progress(
                size=max(full.height, full.width),
                tile=done,
                tiles=total,
                seconds=seconds,
                seconds_left=seconds / done * (total - done),
                _finish=functools.partial(_finish, recipe, full, ground, ingredients.keep, canvas),
            )


def read_at(style: Picture, size: float) -> Picture:
    """The style image as a network reads it: with a longer side of `size` px.

    Smaller ones are enlarged, but to no more than what a network usually paints: strokes are to be as large against the picture
    as they are against the style image.

    Raises:
        PinxitError: when it is too small.
    """
    size = min(size, MOST_READ)
    found = style_at(style, size, SMALLEST_SIDE, "network")
    return fit(found, max(found.height, found.width, round(min(size, PAINTED))))


def painted_at(recipe: Settings) -> float:
    """The longer side at which strokes have the size that the recipe wants, px."""
    return PAINTED / recipe.style_scale


@dataclass(frozen=True)
class _Manner:
    """What the network needs to know to paint one picture in a mixture of styles.

    Attributes:
        affine: scales and shifts of its normalisations.
        measured: what these are applied to.
        own, colors: the colours of the content image and those it is to have.
        detail: how lively that is to be.
        small: what was measured, painted, its colours not corrected yet.
    """

    affine: Array
    measured: Measured
    own: Colors
    colors: Colors
    detail: Detail
    small: Pixels


def _network(place: Place, networks: Mapping[str, Weights], usual: str) -> Weights:
    """The one that can paint all styles of a place."""
    names = {style.network for style in place.styles}
    if len(names) > 1:
        raise PinxitError(
            "a network that was trained on one style cannot mix it with others: give each a --region, "
            "train one on both, or paint with --engine optimizer."
        )
    (name,) = names
    return networks[name] if name else weights.shipped(usual)


def _manner(
    recipe: Settings, reader: Reader, painter: Painter, ground: Picture, styles: Sequence[LoadedStyle], size: float
) -> _Manner:
    whole = sum(style.share for style in styles)
    shares = [style.share / whole for style in styles]
    manners = [read_at(style.picture, size) for style in styles]
    # Aside: nothing of it is needed before all is painted.
    with ThreadPoolExecutor(1) as aside:
        detail = aside.submit(lambda: mix_detail([detail_of(picture.pixels) for picture in manners], shares))
        colors = mix_colors([colors_of(picture.pixels) for picture in manners], shares)
        share = 1.0 if _at_once(ground) else (MOST_MEASURED / (ground.height * ground.width)) ** 0.5
        small = fit(ground, round(max(ground.height, ground.width) * share))
        own = colors_of(small.pixels)
        codes = np.stack([reader.read(picture.pixels) for picture in manners])
        code = np.tensordot(np.array(shares, np.float32), codes, 1)
        affine = painter.affine(reader.between(small.pixels, code, recipe.strength))
        dressed = recolor(small.pixels, own, colors, recipe.strength)
        measured, painted = painter.measure(dressed, affine, toward(own, colors, recipe.strength))
    return _Manner(affine, measured, own, colors, detail.result(), painted)


def _strokes(recipe: Settings, painter: Painter, manner: _Manner, ground: Picture) -> Iterator[tuple[Tile, Pixels]]:
    """What is painted, tile by tile."""
    if _at_once(ground):
        # What was measured is the whole: it need not be painted twice.
        rows, columns = slice(0, ground.height), slice(0, ground.width)
        yield Tile(rows, columns, rows, columns), recolored(manner.small, manner.measured.correction)
        return
    session = painter.session(manner.affine, manner.measured)
    for tile in painter.tiles(ground.height, ground.width):
        outer = ground.pixels[:, tile.outer_rows, tile.outer_columns]
        yield tile, painter.paint(session, recolor(outer, manner.own, manner.colors, recipe.strength), tile)


def _lively(recipe: Settings, manner: _Manner, ground: Picture, strokes: Pixels) -> Pixels:
    """What is painted, livelier."""
    dressed = recolor(ground.pixels, manner.own, manner.colors, recipe.strength)
    return make_lively(strokes, dressed, manner.detail, manner.measured.wanted, recipe.strength)[0]


def _at_once(ground: Picture) -> bool:
    """Whether a picture is so small that all of it is measured."""
    return ground.height * ground.width <= MOST_MEASURED


def _finish(recipe: Settings, full: Picture, ground: Picture, keep: Pixels | None, canvas: Pixels) -> Picture:
    """The result, from what was painted of a `ground` no larger than it."""
    if ground is not full:
        detail = DETAIL + (1 - DETAIL) * (1 - min(1.0, 2 * recipe.strength))  # where nothing is painted, all of it
        canvas = _enlarged(canvas - np.float32(detail) * ground.pixels, full) + np.float32(detail) * full.pixels
    return finish(recipe, full, keep, canvas.clip(0, 1))


def _enlarged(pixels: Pixels, like: Picture) -> Pixels:
    """Pixels, of any range, as large as a picture."""
    import cv2

    large = cv2.resize(np.moveaxis(pixels, 0, 2), (like.width, like.height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.moveaxis(large, 2, 0), np.float32)
