"""Style transfer for a sphere: a job whose content image is a panorama, or the six sides of a cube map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.job import Job
from pinxit.preparation import ORIGINAL, StyleImage, job_from_recipe, prepare
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Input, Recipe, Settings
from pinxit.surface import gpano
from pinxit.surface.sphere import FACES
from pinxit.surface.sphere_layout import SphereLayout, gray

if TYPE_CHECKING:
    from pinxit.recipe.progress import Progress

# px: faces then have 32 px; less is too small for the encoder.
LEAST_WIDTH = 128


class PanoramaRecipe(Recipe):
    """A recipe whose `size` is the width of a panorama.

    Attributes:
        sides: sides of the cube map that was the content image, in the order of `FACES`; `content` is the first of them.
        side: the side of a cube map that is the result; None where the result is a panorama.
    """

    work: Literal["panorama"] = "panorama"
    sides: tuple[Input, ...] = Field((), max_length=6)
    side: Literal["px", "nx", "py", "ny", "pz", "nz"] | None = None


@dataclass(frozen=True)
class PanoramaJob(Job):
    """A job that paints a sphere; see `Job`.

    Attributes:
        crop: the part of the sphere that the content image, and so the result, shows; None where it is the whole.
    """

    recipe: PanoramaRecipe
    crop: gpano.Crop | None = None

    @property
    def notes(self) -> list[str]:
        """Notes for the person, see `Job`."""
        transparent = self.ingredients.content.alpha is not None
        own = [f"{self.recipe.content.name} has transparency: it is painted as if it had none."] if transparent else []
        return own + super().notes

    @property
    def cubemap(self) -> bool:
        """Whether a progress item's picture is six sides, one below the other in the order of `FACES`."""
        return self.recipe.side is not None

    def result(self, progress: Progress) -> tuple[Picture, PanoramaRecipe]:
        """Return the panorama, or the recipe's side of the cube map, and the recipe that makes exactly this picture again."""
        picture, recipe = super().result(progress)
        assert isinstance(recipe, PanoramaRecipe)  # noqa: S101 - for the type checker
        if recipe.side is None:
            return self._cropped(picture, recipe.size), recipe
        side = np.split(picture.pixels, len(FACES), 1)[list(FACES).index(recipe.side)]
        return picture.with_pixels(np.ascontiguousarray(side)), recipe

    def _cropped(self, picture: Picture, width: int) -> Picture:
        """Crop a whole panorama to the part that the content image shows, and store that in its properties."""
        if self.crop is None or picture.width != width:
            return picture
        left, top, across, down = window = self.crop.window(width)
        pixels = np.ascontiguousarray(picture.pixels[:, top : top + down, left : left + across])
        assert isinstance(self.layout, SphereLayout)  # noqa: S101 - for the type checker
        return replace(picture, pixels=pixels, xmp=gpano.packet(width, width // 2, self.layout.view, window))

    def of_side(self, name: str) -> PanoramaJob:
        """Return the same job with another side of the cube map as the result."""
        return replace(self, recipe=self.recipe.model_copy(update={"side": name}))


def prepare_panorama(
    content: inputs.PictureLike | Mapping[str, inputs.PictureLike],
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    cubemap: bool = False,
    keep: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> PanoramaJob:
    """Check the options, read the panorama and the styles, and make the recipe; see `pinxit.prepare`.

    Args:
        content: an equirectangular panorama, or the sides of a cube map by name: px, nx, py, ny, pz, nz.
        style: as for `prepare`.
        cubemap: whether the result is a cube map.
        keep: as for `prepare`.
        encoder_weights: as for `prepare`.
        options: as for `prepare`; `size` is the width of the panorama, by default twice the preset's.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if options.get("size") == ORIGINAL:
        options["size"] = _own_width(content)
    if options.get("size") is None:
        options["size"] = 2 * _usual_size(style, options)
    side = "px" if cubemap else None
    if not isinstance(content, Mapping):
        job = prepare(content, style, keep=keep, encoder_weights=encoder_weights, **options)
        return _job(job, PanoramaRecipe.make(job.recipe, side=side), {}, _properties(content))
    regions = [one.region for one in _several(style) if isinstance(one, StyleImage)]
    if any(mask is not None for mask in (keep, *regions)):
        raise PinxitError("masks need a panorama in one picture: make one of the six sides first.")
    sides = {name: inputs.load(content[name], 0) for name in FACES}
    job = prepare(content["px"], style, encoder_weights=encoder_weights, **options)
    recipe = PanoramaRecipe.make(job.recipe, sides=[entry.model_dump() for _, entry in sides.values()], side=side)
    return _job(job, recipe, {name: picture for name, (picture, _) in sides.items()}, {})


def panorama_from_recipe(
    recipe: PanoramaRecipe, *, look_in: Sequence[Path] = (), **changes: Unpack[SettingsOptions]
) -> PanoramaJob:
    """Prepare the job that a recipe describes; see `pinxit.job_from_recipe`.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.
        changes: changed settings.
    """
    job = job_from_recipe(recipe, look_in=look_in, **changes)
    sides = {
        name: inputs.find(entry, 0, look_in) for name, entry in zip(FACES, recipe.sides, strict=bool(recipe.sides))
    }
    is_file = recipe.content.bytes > 0 and not sides
    properties = gpano.read_properties(inputs.locate(recipe.content, look_in)) if is_file else {}
    return _job(job, PanoramaRecipe.make(job.recipe), sides, properties)


def _job(job: Job, recipe: PanoramaRecipe, sides: Mapping[str, Picture], properties: Mapping[str, str]) -> PanoramaJob:
    """Make the job after the checks that a flat picture does not need."""
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
                f"{name} shows only a part of the sphere, which cannot become a cube map: leave out --cubemap."
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
        raise PinxitError("the borders of a panorama always meet: leave --wrap out.")
    if recipe.assignment is not None:
        raise PinxitError(
            "an assignment is for the regions of a flat picture, and a panorama has other regions: leave it out."
        )
    view, cubemap = gpano.view_of(properties), recipe.side is not None
    layout = SphereLayout(recipe.size, content, sides, ingredients.keep, view, cubemap=cubemap)
    return PanoramaJob(recipe, ingredients, job.encoder_file, job.networks, layout=layout, crop=crop)


def _placed(ingredients: JobInputs, crop: gpano.Crop) -> JobInputs:
    """Place the inputs, which show a part of the sphere, on the whole of it.

    The rest takes the nearest colours: it is painted too, but neither shown nor returned.
    """
    content = ingredients.content
    width = 2 * round(max(content.width / crop.width, 2 * content.height / crop.height) / 2)
    left, top, across, down = crop.window(width)

    def whole(pixels: Pixels) -> Pixels:
        fitted = resize(Picture(pixels), down, across).pixels
        right, below = width - left - across, width // 2 - top - down
        return _around(np.pad(fitted, ((0, 0), (top, below), (0, 0)), mode="edge"), left, right)

    def mask(plane: Pixels | None) -> Pixels | None:
        return None if plane is None else np.ascontiguousarray(whole(gray(plane).pixels.copy())[0])

    def picture(part: Picture | None) -> Picture | None:
        same = part is not None and (part.width, part.height) == (content.width, content.height)
        return replace(part, pixels=whole(part.pixels), alpha=None) if part is not None and same else part

    return JobInputs(
        replace(content, pixels=whole(content.pixels), alpha=None),
        tuple(replace(style, region=mask(style.region)) for style in ingredients.styles),
        picture(ingredients.start),
        mask(ingredients.keep),
    )


def _around(pixels: Pixels, left: int, right: int) -> Pixels:
    """Extend a band of the sphere all the way round, with a gradient from its right edge to its left one."""
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
    """Return the width, px, of the panorama that a content image is or is a part of, rounded down to a multiple of 4."""
    if isinstance(content, Mapping):
        return 4 * inputs.load(content["px"], 0)[0].width
    picture, entry = inputs.load(content, 0)
    crop = gpano.crop_of(_properties(content), entry.name, picture.width, picture.height)
    return round(picture.width / (1.0 if crop is None else crop.width)) // 4 * 4


def _usual_size(style: Any, options: Mapping[str, Any]) -> int:
    """Return the default size of a flat picture with those options."""
    network = any(inputs.is_network(one.picture if isinstance(one, StyleImage) else one) for one in _several(style))
    preset = options.get("preset") or ("instant" if network and not options.get("engine") else None)
    return Settings.choose({"preset": preset}).size


def _several(style: Any) -> list[Any]:
    return list(style) if isinstance(style, list | tuple) else [style]
