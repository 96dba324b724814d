"""The networks as an iterator of progress, like the optimiser: tile by tile, any size."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.painter import MOST_MEASURED, SIDE, Painter, Reader
from pinxit.network.weights import Array, Weights
from pinxit.picture import Picture, fit
from pinxit.picture.finish import colored, finish, style_at
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.picture import Pixels
from pinxit.picture.placing import Place, places
from pinxit.picture.recipe import Settings
from pinxit.picture.recolor import Colors, colors_of, mix_colors, recolor

# Below this a picture has too few positions at a quarter of its resolution for statistics to mean anything.
SMALLEST_SIDE = 16
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


def paint(recipe: Settings, ingredients: Ingredients, networks: Mapping[str, Weights]) -> Iterator[Progress]:
    """Paint the content image in the manner of the style images, yielding after every tile.

    Args:
        recipe: the settings.
        ingredients: the pictures, of any size.
        networks: those that were taught one style alone, by what its `LoadedStyle` says.

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
    canvas = full.pixels.copy()
    parts = places(ingredients, full.height, full.width)
    done, total = 0, len(parts) * -(-full.height // SIDE) * -(-full.width // SIDE)
    for place in parts:
        network = _network(place, networks, recipe.network)
        painter = Painter(network.transformer, network.shape)
        manner = _manner(recipe, Reader(network.reader), painter, full, place.styles)
        session = painter.session(manner.affine, manner.moments)
        for tile in painter.tiles(full.height, full.width):
            inner = (slice(None), tile.rows, tile.columns)
            outer = (slice(None), tile.outer_rows, tile.outer_columns)
            dressed = recolor(full.pixels[outer], manner.own, manner.colors, recipe.strength)
            painted = painter.paint(session, dressed, tile)
            before = full.pixels[inner]
            mask = 1.0 if place.mask is None else place.mask[tile.rows, tile.columns]
            canvas[inner] += (painted - before) * (mask * min(1.0, 2 * recipe.strength))
            done += 1
            seconds = time.perf_counter() - start
            yield Progress(
                size=max(full.height, full.width),
                tile=done,
                tiles=total,
                seconds=seconds,
                seconds_left=seconds / done * (total - done),
                _finish=functools.partial(_finish, recipe, full, ingredients.keep, canvas),
            )


@dataclass(frozen=True)
class _Manner:
    """What the network needs to know to paint one picture in a mixture of styles.

    Attributes:
        affine: scales and shifts of its normalisations.
        moments: what these are applied to.
        own, colors: the colours of the content image and those it is to have.
    """

    affine: Array
    moments: Array
    own: Colors
    colors: Colors


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
    recipe: Settings, reader: Reader, painter: Painter, full: Picture, styles: Sequence[LoadedStyle]
) -> _Manner:
    whole = sum(style.share for style in styles)
    shares = [style.share / whole for style in styles]
    size = min(recipe.size * recipe.style_scale, MOST_READ)
    manners = [style_at(style.picture, size, SMALLEST_SIDE, "network") for style in styles]
    colors = mix_colors([colors_of(picture.pixels) for picture in manners], shares)
    small = fit(
        full, round(max(full.height, full.width) * min(1.0, (MOST_MEASURED / (full.height * full.width)) ** 0.5))
    )
    own = colors_of(small.pixels)
    codes = np.stack([reader.read(picture.pixels) for picture in manners])
    code = np.tensordot(np.array(shares, np.float32), codes, 1)
    affine = painter.affine(reader.between(small.pixels, code, recipe.strength))
    dressed = recolor(small.pixels, own, colors, recipe.strength)
    return _Manner(affine, painter.measure(dressed, affine), own, colors)


def _finish(recipe: Settings, full: Picture, keep: Pixels | None, canvas: Pixels) -> Picture:
    return finish(recipe, full, keep, canvas.clip(0, 1))
