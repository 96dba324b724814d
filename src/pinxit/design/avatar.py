"""Avatars: a person cut out of a photograph, painted, square, with transparency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, Unpack

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, resize, to_array
from pinxit.image.alpha import bleed
from pinxit.job import Job
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.progress import Progress
from pinxit.recipe.recipe import MAX_SIZE, Recipe

LEAST_SIDE = 16  # px
USUAL_SIDE = 512  # px: at which an avatar is painted, unless --size says otherwise
_LEAST_SEEN = 0.05  # of the square: less than this is no person
_SOLID = 0.9  # opacity from which a pixel shows the person alone
# A square around a face, in heights of its box: hair above it, shoulders below.
_ABOVE, _SQUARE = 0.8, 2.8


class AvatarRecipe(Recipe):
    """A recipe whose `content` is a photograph of a person, and whose result is an avatar.

    Attributes:
        side: of the avatar, px.
    """

    work: Literal["avatar"] = "avatar"
    side: int = Field(ge=LEAST_SIDE, le=MAX_SIZE)


@dataclass(frozen=True, kw_only=True)
class AvatarJob(Job):
    """A job that paints an avatar; see `Job`."""

    recipe: AvatarRecipe

    def result(self, progress: Progress) -> tuple[Picture, AvatarRecipe]:
        """Return the avatar at its size, and the recipe that makes it again."""
        picture, recipe = super().result(progress)
        assert isinstance(recipe, AvatarRecipe)  # noqa: S101 - for the type checker
        return resize(picture, recipe.side, recipe.side), recipe

    def of(self, side: int) -> AvatarJob:
        """Return the same job with an avatar of another size as the result."""
        return replace(self, recipe=self.recipe.model_copy(update={"side": side}))


def prepare_avatar(
    photo: inputs.PictureLike,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    side: int = USUAL_SIDE,
    *,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> AvatarJob:
    """Cut out the person, check the options, read the styles, and make the recipe; see `pinxit.prepare`.

    Args:
        photo: a photograph of a person.
        style: as for `prepare`.
        side: of the avatar, px.
        encoder_weights: as for `prepare`.
        options: as for `prepare`; `size` is the side at which the avatar is painted, by default 512 px or its own side.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if options.get("preset") is None and options.get("engine") is None:
        options["preset"] = "instant"
    if options.get("size") is None:
        options["size"] = max(USUAL_SIDE, side)
    picture, entry = inputs.load(photo, side)
    cut = cut_out(picture, entry.name)
    job = prepare(cut, style, encoder_weights=encoder_weights, **options)
    return _job(job, AvatarRecipe.make(job.recipe, side=side, content=entry.model_dump()))


def avatar_from_recipe(
    recipe: AvatarRecipe,
    *,
    look_in: Sequence[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> AvatarJob:
    """Prepare the job that a recipe describes; see `pinxit.job_from_recipe`.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.
        encoder_weights: as for `prepare`.
        changes: changed settings.
    """
    cut = cut_out(inputs.find(recipe.content, recipe.size, look_in), recipe.content.name)
    job = job_from_recipe(recipe, look_in=look_in, encoder_weights=encoder_weights, content=cut, **changes)
    return _job(job, AvatarRecipe.make(job.recipe))


def cut_out(photo: Picture, name: str) -> Picture:
    """Return the head and shoulders around the largest face in a photograph, square, the rest transparent.

    Args:
        photo: the photograph.
        name: what to call it.

    Raises:
        PinxitError: when there is no face in it.
    """
    from pinxit.faces import find  # imports PyTorch
    from pinxit.matting.person import PersonMatte

    boxes = [face.box for face in find(replace(photo, alpha=None))]
    if not boxes:
        raise PinxitError(f"there is no face in {name}: give a portrait.")
    left, top, right, bottom = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    face = (bottom - top) * photo.height
    middle, upper, side = (left + right) / 2 * photo.width, top * photo.height - _ABOVE * face, _SQUARE * face
    # The square stays within the photograph, so that no side of it is empty.
    length = round(min(side, photo.height, photo.width))
    first_row, first_column = (
        min(max(0, round(start)), whole - length)
        for start, whole in ((upper, photo.height), (middle - length / 2, photo.width))
    )
    window = (slice(first_row, first_row + length), slice(first_column, first_column + length))
    square = Picture(np.ascontiguousarray(photo.pixels[:, *window]))
    alpha = PersonMatte()(np.ascontiguousarray(to_array(square)))
    if photo.alpha is not None:
        alpha = alpha * photo.alpha[window]
    if (alpha > _SOLID).mean() < _LEAST_SEEN:
        raise PinxitError(f"nothing is left of {name} when the person is cut out: give a portrait.")
    # Half transparent pixels show the background as well: they get the colour of the person beside them.
    return Picture(bleed(square.pixels, (alpha > _SOLID).astype(np.float32)), alpha)


def _job(job: Job, recipe: AvatarRecipe) -> AvatarJob:
    own = {field.name: getattr(job, field.name) for field in fields(Job)}
    return AvatarJob(**{**own, "recipe": recipe})
