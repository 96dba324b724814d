"""A whole sphere in the manner of others: a job whose content image is a panorama, or the six sides of a cube map."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.job import ORIGINAL, Job, StyleImage, prepare, prepare_again
from pinxit.picture import Picture, resize
from pinxit.picture.finish import colored, finish
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Input, Recipe, Settings
from pinxit.surface import gpano, looking
from pinxit.surface.sphere import FACES, Look, whole_side

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.optimize import paint as optimize
    from pinxit.optimize.state import State
    from pinxit.picture.progress import Progress

# Faces of 32 px: less would be too little for the encoder.
LEAST_WIDTH = 128
# How far the network's views go on beyond their faces, px: at an edge nothing is left of where a view ends, and both views have
# the network's cells of 4×4 px begin there. Where they do not, the step across the worst edge is half as large again.
_MARGIN = 64
# How far to either side of an edge two views are mixed, px: they paint alike, but not the same. On a smooth panorama 512 px
# wide the step across the worst edge is 2.2 times its neighbours without, 1.1 times with it.
_BAND = 12


class PanoramaRecipe(Recipe):
    """A recipe whose `size` is the width of a panorama.

    Attributes:
        sides: of the cube map that was the content image, in the order of `FACES`; `content` is the first of them.
        side: which side of a cube map the result is; None where that is a panorama.
    """

    work: Literal["panorama"] = "panorama"
    sides: tuple[Input, ...] = Field((), max_length=6)
    side: Literal["px", "nx", "py", "ny", "pz", "nz"] | None = None


@dataclass(frozen=True)
class PanoramaJob(Job):
    """See `Job`.

    Attributes:
        sides: of the cube map that is the content image, by name; empty where that is a panorama.
        view: see `gpano.view_of`.
        crop: which part of the sphere the content image shows, and so the result; None where it is the whole.
    """

    recipe: PanoramaRecipe
    sides: Mapping[str, Picture] = field(default_factory=dict)
    view: Mapping[str, float] = field(default_factory=dict)
    crop: gpano.Crop | None = None

    @property
    def notes(self) -> list[str]:
        """See `Job`."""
        transparent = self.ingredients.content.alpha is not None
        own = [f"{self.recipe.content.name} has transparency: it is painted as if it had none."] if transparent else []
        return own + super().notes

    @property
    def cubemap(self) -> bool:
        """Whether an item's picture is the six sides of one, below one another in the order of `FACES`."""
        return self.recipe.side is not None

    def result(self, progress: Progress) -> tuple[Picture, PanoramaRecipe]:
        """The panorama, or the recipe's side of the cube map, and the recipe that makes exactly it again."""
        picture, recipe = super().result(progress)
        assert isinstance(recipe, PanoramaRecipe)  # noqa: S101 - for the type checker
        if recipe.side is None:
            return self._cropped(picture, recipe.size), recipe
        side = np.split(picture.pixels, len(FACES), 1)[list(FACES).index(recipe.side)]
        return picture.with_pixels(np.ascontiguousarray(side)), recipe

    def _cropped(self, picture: Picture, width: int) -> Picture:
        """Of a whole panorama what the content image shows of it, with the properties that say so."""
        if self.crop is None or picture.width != width:
            return picture
        left, top, across, down = window = self.crop.window(width)
        pixels = np.ascontiguousarray(picture.pixels[:, top : top + down, left : left + across])
        return replace(picture, pixels=pixels, xmp=gpano.packet(width, width // 2, self.view, window))

    def of_side(self, name: str) -> PanoramaJob:
        """The same job, of whose cube map another side is the result."""
        return replace(self, recipe=self.recipe.model_copy(update={"side": name}))

    @functools.cached_property
    def look(self) -> Look:
        """The content image to look at."""
        width = self.recipe.size
        return looking.cube(self.sides, width) if self.sides else looking.panorama(self.ingredients.content, width)

    def _by_network(self, recipe: Recipe, ingredients: Ingredients) -> Iterator[Progress]:
        """One picture of six views that overlap, so that the same statistics normalise them all, then mixed at the edges."""
        side = whole_side(recipe.size)
        height = len(FACES) * (side + 2 * _MARGIN)
        # What is to be done about colours is done once, to the whole.
        as_strip = {"size": height, "style_scale": 2 * side * recipe.style_scale / height, "color": "style"}
        unfolded = colored(recipe, self._unfolded(ingredients, side, _MARGIN))
        for progress in super()._by_network(recipe.model_copy(update=as_strip), unfolded):

            def seen(progress: Progress = progress) -> Picture:
                views = np.stack(np.split(progress.picture().pixels, len(FACES), 1))
                return self._flat(recipe, looking.views(views, _MARGIN, _BAND), recipe.size)

            yield dataclasses.replace(progress, size=recipe.size, _finish=seen)  # type: ignore[type-var]

    def _descend(
        self, recipe: Recipe, encoder: Encoder, ingredients: Ingredients, state: State | None
    ) -> Iterator[optimize.Progress]:
        from pinxit.surface.painting import paint

        unfolded = functools.partial(self._unfolded, ingredients)
        return paint(recipe, encoder, unfolded, functools.partial(self._flat, recipe), state)

    def _start(self) -> Ingredients:
        if not self.cubemap:
            return super()._start()
        # To start from, it takes a panorama, whatever the result is to be.
        return replace(self, recipe=self.recipe.model_copy(update={"side": None}))._start()

    def _unfolded(self, ingredients: Ingredients, side: int, margin: int = 0) -> Ingredients:
        """The ingredients with all that belongs to the content image as strips of faces with their margins."""

        def strip(picture: Picture) -> Pixels:
            return looking.as_strip(looking.panorama(picture, 4 * side), side, margin)

        def mask(plane: Pixels | None) -> Pixels | None:
            return None if plane is None else strip(_grey(plane))[0]

        return Ingredients(
            Picture(looking.as_strip(self.look, side, margin)),
            tuple(replace(style, region=mask(style.region)) for style in ingredients.styles),
            None if ingredients.start is None else Picture(strip(ingredients.start)),
            mask(ingredients.keep),
        )

    def _flat(self, recipe: Recipe, look: Look, width: int) -> Picture:
        """What is seen all round as the kind of picture that is wanted, with the colours and pixels that are kept."""
        content, keep = self.ingredients.content, self.ingredients.keep
        here = Picture(self._rolled_out(self.look, width), exif=content.exif)
        if self.cubemap and keep is not None:
            keep = self._rolled_out(looking.panorama(_grey(keep), width), width)[0]
        elif not self.cubemap and not self.sides:
            # Its own pixels, so that what is kept is kept bit for bit.
            here = here.with_pixels(looking.shrunk_panorama(content.pixels, width))
        painted = finish(recipe, here, keep, self._rolled_out(look, width))
        return painted if self.cubemap else replace(painted, xmp=gpano.packet(width, width // 2, self.view))

    def _rolled_out(self, look: Look, width: int) -> Pixels:
        if self.cubemap:
            return np.concatenate(list(looking.as_cube(look, width // 4).values()), 1)
        return looking.as_panorama(look, width)


def prepare_panorama(
    content: inputs.PictureLike | Mapping[str, inputs.PictureLike],
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    cubemap: bool = False,
    **options: Any,
) -> PanoramaJob:
    """Check the options, read the panorama and the styles, write the recipe; see `pinxit.prepare`.

    Args:
        content: an equirectangular panorama, or the sides of a cube map by name: px, nx, py, ny, pz, nz.
        style: as for `prepare`.
        cubemap: whether the result is to be a cube map.
        options: as for `prepare`; `size` is the width of the panorama, twice the preset's where left out.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if options.get("size") == ORIGINAL:
        options["size"] = _own_width(content)
    if options.get("size") is None:
        options["size"] = 2 * _usual_size(style, options)
    side = "px" if cubemap else None
    if not isinstance(content, Mapping):
        job = prepare(content, style, **options)
        return _job(job, PanoramaRecipe.make(job.recipe, side=side), {}, _properties(content))
    regions = [one.region for one in _several(style) if isinstance(one, StyleImage)]
    if any(mask is not None for mask in (options.get("keep"), *regions)):
        raise PinxitError("masks are for a panorama in one picture: make one of the six sides first.")
    sides = {name: inputs.load(content[name], 0) for name in FACES}
    job = prepare(content["px"], style, **options)
    recipe = PanoramaRecipe.make(job.recipe, sides=[entry.model_dump() for _, entry in sides.values()], side=side)
    return _job(job, recipe, {name: picture for name, (picture, _) in sides.items()}, {})


def prepare_panorama_again(recipe: PanoramaRecipe, *, look_in: Sequence[Path] = (), **changes: Any) -> PanoramaJob:
    """The job that a recipe describes; see `pinxit.prepare_again`."""
    job = prepare_again(recipe, look_in=look_in, **changes)
    sides = {
        name: inputs.find(entry, 0, look_in) for name, entry in zip(FACES, recipe.sides, strict=bool(recipe.sides))
    }
    is_file = recipe.content.bytes > 0 and not sides
    properties = gpano.read_properties(inputs.locate(recipe.content, look_in)) if is_file else {}
    return _job(job, PanoramaRecipe.make(job.recipe), sides, properties)


def _job(job: Job, recipe: PanoramaRecipe, sides: Mapping[str, Picture], properties: Mapping[str, str]) -> PanoramaJob:
    """The job with everything about it checked that is not checked for a flat picture."""
    content, name = job.ingredients.content, recipe.content.name
    shapes = sorted({(side.width, side.height) for side in sides.values()})
    if len(shapes) > 1 or any(width != height for width, height in shapes):
        found = ", ".join(f"{width}×{height}" for width, height in shapes)
        raise PinxitError(f"the sides of a cube map are square and of one size, not {found} px.")
    crop = None if sides else gpano.crop_of(properties, name, content.width, content.height)
    ingredients = job.ingredients
    if crop is not None:
        if recipe.side is not None:
            raise PinxitError(
                f"{name} shows only a part of the sphere, of which no cube map can be made: leave out --cubemap."
            )
        ingredients = _placed(ingredients, crop)
        content = ingredients.content
    if not sides and abs(content.width - 2 * content.height) > 1:
        raise PinxitError(
            f"{name} has {content.width}×{content.height} px: a panorama of the whole sphere is twice as wide as high."
        )
    if recipe.size < LEAST_WIDTH or recipe.size % 4:
        raise PinxitError(
            f"a panorama is painted {LEAST_WIDTH} px wide or wider, in a number that 4 divides, not {recipe.size}."
        )
    if recipe.wrap != "none":
        raise PinxitError("a panorama meets itself by nature: leave --wrap out.")
    view = gpano.view_of(properties)
    return PanoramaJob(recipe, ingredients, job.encoder_file, job.networks, sides=sides, view=view, crop=crop)


def _placed(ingredients: Ingredients, crop: gpano.Crop) -> Ingredients:
    """The ingredients with all that belongs to a part of the sphere where it is on the whole.

    What is not shown takes the colour of the nearest shown: it is painted too, but neither seen nor given out.
    """
    content = ingredients.content
    width = 2 * round(max(content.width / crop.width, 2 * content.height / crop.height) / 2)
    left, top, across, down = crop.window(width)

    def whole(pixels: Pixels) -> Pixels:
        fitted = resize(Picture(pixels), down, across).pixels
        right, below = width - left - across, width // 2 - top - down
        return _around(np.pad(fitted, ((0, 0), (top, below), (0, 0)), mode="edge"), left, right)

    def mask(plane: Pixels | None) -> Pixels | None:
        return None if plane is None else np.ascontiguousarray(whole(_grey(plane).pixels.copy())[0])

    def picture(part: Picture | None) -> Picture | None:
        same = part is not None and (part.width, part.height) == (content.width, content.height)
        return replace(part, pixels=whole(part.pixels), alpha=None) if part is not None and same else part

    return Ingredients(
        replace(content, pixels=whole(content.pixels), alpha=None),
        tuple(replace(style, region=mask(style.region)) for style in ingredients.styles),
        picture(ingredients.start),
        mask(ingredients.keep),
    )


def _around(pixels: Pixels, left: int, right: int) -> Pixels:
    """A band of the sphere all the way round: from its right edge its colours turn into those of its left one."""
    missing = left + right
    if not missing:
        return pixels
    share = ((np.arange(missing, dtype=np.float32) + 0.5) / missing)[None, None]
    gap = pixels[..., -1:] * (1 - share) + pixels[..., :1] * share
    return np.ascontiguousarray(np.concatenate([gap[..., missing - left :], pixels, gap[..., :right]], 2))


def _properties(content: inputs.PictureLike) -> dict[str, str]:
    if not isinstance(content, str | Path) or str(content).startswith((inputs.SAMPLE, inputs.HOUSE)):
        return {}
    return gpano.read_properties(Path(content).expanduser())


def _own_width(content: inputs.PictureLike | Mapping[str, inputs.PictureLike]) -> int:
    """Of the whole panorama that a content image is, or is a part of, px, down to a number that 4 divides."""
    if isinstance(content, Mapping):
        return 4 * inputs.load(content["px"], 0)[0].width
    picture, entry = inputs.load(content, 0)
    crop = gpano.crop_of(_properties(content), entry.name, picture.width, picture.height)
    return round(picture.width / (1.0 if crop is None else crop.width)) // 4 * 4


def _usual_size(style: Any, options: Mapping[str, Any]) -> int:
    """The size of a flat picture with those options."""
    network = any(inputs.is_network(one.picture if isinstance(one, StyleImage) else one) for one in _several(style))
    preset = options.get("preset") or ("instant" if network and not options.get("engine") else None)
    return Settings.choose({"preset": preset}).size


def _several(style: Any) -> list[Any]:
    return list(style) if isinstance(style, list | tuple) else [style]


def _grey(plane: Pixels) -> Picture:
    """A mask as a picture, to be looked at like one."""
    return Picture(np.broadcast_to(plane, (3, *plane.shape)))
