"""The layout of a sphere: the engines see overlapping views of it, or its sides, instead of a picture with borders."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.layout import Layout
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.postprocess import colored, finish
from pinxit.recipe.recipe import Recipe
from pinxit.surface import gpano, projection
from pinxit.surface.sphere import FACES, Look, whole_side

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.network.weights import NetworkWeights
    from pinxit.optimize.progress import OptimizerProgress
    from pinxit.optimize.state import State
    from pinxit.recipe.progress import Progress

# px: margin of the network's views beyond their faces. At an edge the end of a view has no effect any more, and the network's
# cells of 4×4 px begin there in both views. Otherwise the step across the worst edge is half as large again.
_MARGIN = 64
# px: on either side of an edge two views are mixed, since they are painted similarly but not identically. On a smooth panorama
# 512 px wide the step across the worst edge is 2.2 times its neighbours without mixing, 1.1 times with it.
_BAND = 12


@dataclass(frozen=True)
class SphereLayout(Layout):
    """The layout of a panorama, or of the six sides of a cube map.

    Attributes:
        width: of the sphere as a panorama, px.
        content: the panorama; unused where `sides` are given.
        sides: sides of the cube map that is the content image, by name; empty where that is a panorama.
        keep: where the content image is kept, `(H, W)`; None for nowhere.
        view: pose and initial view, see `gpano.view_of`.
        cubemap: whether the painted picture is six sides, one below the other in the order of `FACES`, not a panorama.
    """

    width: int
    content: Picture
    sides: Mapping[str, Picture]
    keep: Pixels | None
    view: Mapping[str, float]
    cubemap: bool

    def paint_by_network(
        self, recipe: Recipe, ingredients: JobInputs, networks: Mapping[str, NetworkWeights]
    ) -> Iterator[Progress]:
        """Paint six overlapping views as one picture, so that the same statistics normalise them, and mix them at the edges."""
        from pinxit.network.paint import paint, painted_at

        side = whole_side(recipe.size)
        height = len(FACES) * (side + 2 * _MARGIN)
        # Colours are processed once, on the whole sphere.
        as_strip = {"size": height, "style_scale": 2 * side * recipe.style_scale / height, "color": "style"}
        unfolded = colored(recipe, self._unfolded(ingredients, side, _MARGIN))
        strip = recipe.model_copy(update=as_strip)
        for progress in paint(strip, unfolded, networks, painted_at(strip)):
            yield replace(progress, size=recipe.size, _finish=functools.partial(self._mixed, recipe, progress))

    def _mixed(self, recipe: Recipe, progress: Progress) -> Picture:
        """Return the sphere that the painted views show."""
        views = np.stack(np.split(progress.picture().pixels, len(FACES), 1))
        return self._finished(recipe, projection.views(views, _MARGIN, _BAND), recipe.size)

    def paint_by_optimizer(
        self, recipe: Recipe, encoder: Encoder, ingredients: JobInputs, state: State | None
    ) -> Iterator[OptimizerProgress]:
        """Paint all sides at once; see `pinxit.surface.sphere_optimizer`."""
        from pinxit.surface.sphere_optimizer import paint

        unfolded = functools.partial(self._unfolded, ingredients)
        return paint(recipe, encoder, unfolded, functools.partial(self._finished, recipe), state)

    def for_start(self) -> SphereLayout:
        """Return the layout of a panorama: the optimiser starts from one, also where the result is a cube map."""
        return replace(self, cubemap=False)

    @functools.cached_property
    def look(self) -> Look:
        """The content image as a sphere."""
        return projection.cube(self.sides, self.width) if self.sides else projection.panorama(self.content, self.width)

    def _unfolded(self, ingredients: JobInputs, side: int, margin: int = 0) -> JobInputs:
        """Return the inputs with everything that belongs to the content image as strips of faces with margins."""

        def strip(picture: Picture) -> Pixels:
            return projection.as_strip(projection.panorama(picture, 4 * side), side, margin)

        def mask(plane: Pixels | None) -> Pixels | None:
            return None if plane is None else strip(gray(plane))[0]

        return JobInputs(
            Picture(projection.as_strip(self.look, side, margin)),
            tuple(replace(style, region=mask(style.region)) for style in ingredients.styles),
            None if ingredients.start is None else Picture(strip(ingredients.start)),
            mask(ingredients.keep),
        )

    def _finished(self, recipe: Recipe, look: Look, width: int) -> Picture:
        """Return a painted sphere as the kind of picture that is asked for, with kept colours and pixels."""
        keep = self.keep
        here = Picture(self._rolled_out(self.look, width), exif=self.content.exif)
        if self.cubemap and keep is not None:
            keep = self._rolled_out(projection.panorama(gray(keep), width), width)[0]
        elif not self.cubemap and not self.sides:
            # The content image's own pixels are used, so that kept parts stay bit for bit.
            here = here.with_pixels(projection.shrunk_panorama(self.content.pixels, width))
        painted = finish(recipe, here, keep, self._rolled_out(look, width))
        return painted if self.cubemap else replace(painted, xmp=gpano.packet(width, width // 2, self.view))

    def _rolled_out(self, look: Look, width: int) -> Pixels:
        if self.cubemap:
            return np.concatenate(list(projection.as_cube(look, width // 4).values()), 1)
        return projection.as_panorama(look, width)


def gray(plane: Pixels) -> Picture:
    """Return a mask, `(H, W)`, as a picture, so that it can be projected."""
    return Picture(np.broadcast_to(plane, (3, *plane.shape)))
