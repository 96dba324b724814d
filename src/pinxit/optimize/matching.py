"""Match parts of the style images to parts of the content image, as the settings say.

It is done once for all scales, from the pictures at the result's size.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import take
from pinxit.encoder.semantics import Kind, available, semantic_features
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image.picture import Picture
from pinxit.image.wrap import NONE, Wrap
from pinxit.objective.correspondence import Assignment, Correspondence, Labels, Meanings, find_regions, soft_meanings
from pinxit.optimize.regions import style_pictures, to_tensor
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.recipe import Settings
from pinxit.recipe.style_cache import digest

_MAP_SIDE = 256  # cells: longer side of a region map that the caller gives; finer ones make no difference that is seen
AROUND = 0.125
"""How far features extend beyond borders that meet, in heights and widths of the picture."""


def meanings_of(
    settings: Settings, encoder: Encoder, content: Picture, inputs: JobInputs, wrap: Wrap = NONE
) -> Meanings | None:
    """Return what the nearest-neighbour search knows of what stands where; None where the settings do not match parts.

    Args:
        settings: how parts are matched.
        encoder: computes features, or names the device to compute them on.
        content: the content image at the result's size.
        inputs: the styles to match, in the colours in which they are painted.
        wrap: which borders of the content image meet.

    Raises:
        PinxitError: when the weights for the features are missing, or the assignment names regions that do not exist.
    """
    if not settings.matched:
        return None
    return meanings_from(settings, encoder, _content_features(settings, encoder, content, wrap), inputs, wrap)


def meanings_from(
    settings: Settings, encoder: Encoder, content: Tensor, inputs: JobInputs, wrap: Wrap = NONE
) -> Meanings:
    """Return the same as `meanings_of`, from known deep features of the content image.

    Args:
        settings: how parts are matched.
        encoder: see `meanings_of`.
        content: deep features `(1, C, h, w)` of the content image, which extend by `AROUND` beyond borders that meet.
        inputs: see `meanings_of`.
        wrap: which borders meet.
    """
    around = AROUND if wrap else 0.0
    if settings.match == "soft":
        return soft_meanings(content, _style_features(settings, encoder, inputs), around)
    return _regions(settings, encoder, content, inputs, wrap).meanings(around)


def correspondence(
    settings: Settings, encoder: Encoder, content: Picture, inputs: JobInputs, wrap: Wrap = NONE
) -> Correspondence:
    """Return the regions of the pictures and which are painted as which, to be shown and edited; see `Settings.assignment`.

    Args:
        settings: which features and which assignment.
        encoder: see `meanings_of`.
        content: the content image at the result's size.
        inputs: see `meanings_of`.
        wrap: which borders of the content image meet.

    Raises:
        PinxitError: see `meanings_of`.
    """
    found = _regions(settings, encoder, _content_features(settings, encoder, content, wrap), inputs, wrap)
    if not wrap:
        return found
    rows, columns = (
        slice(beyond := round(count * AROUND / (1 + 2 * AROUND)), count - beyond) for count in found.content.shape
    )
    return replace(found, content=found.content[rows, columns])


def kind_of(settings: Settings) -> Kind:
    """Return which network's features the settings match by."""
    return available() if settings.match_by == "auto" else settings.match_by


def _content_features(settings: Settings, encoder: Encoder, content: Picture, wrap: Wrap) -> Tensor:
    """Return deep features of the content image; where borders meet they extend beyond them by `AROUND`."""
    return semantic_features(_extended(to_tensor(content), wrap), kind_of(settings), encoder)


def _extended(picture: Tensor, wrap: Wrap) -> Tensor:
    """Extend `(1, C, H, W)` by `AROUND` beyond borders that meet."""
    if not wrap:
        return picture
    height, width = picture.shape[2:]
    rows, columns = round(AROUND * height), round(AROUND * width)
    return take(picture, (slice(-rows, height + rows), slice(-columns, width + columns)), wrap)


def _given_labels(inputs: JobInputs, wrap: Wrap) -> Labels | None:
    """Return the content image's regions where the inputs say them, at most `_MAP_SIDE` cells a side."""
    if inputs.regions is None:
        return None
    factor = min(1.0, _MAP_SIDE / max(inputs.regions.shape))
    height, width = (max(1, round(factor * side)) for side in inputs.regions.shape)
    labels = torch.from_numpy(inputs.regions)[None, None].float()
    resized = F.interpolate(labels, (height, width), mode="nearest-exact")
    given: Labels = _extended(resized, wrap)[0, 0].long().numpy()
    return given


def _regions(settings: Settings, encoder: Encoder, content: Tensor, inputs: JobInputs, wrap: Wrap) -> Correspondence:
    masks = [None if style.mask is None else torch.from_numpy(style.mask)[None, None] for style in inputs.styles]
    found = find_regions(content, _style_features(settings, encoder, inputs), masks, _given_labels(inputs, wrap))
    if settings.assignment is None:
        return found
    _check(settings.assignment, found)
    return replace(found, assignment=settings.assignment)


def _check(assignment: Assignment, found: Correspondence) -> None:
    if len(assignment) != len(found.assignment):
        raise PinxitError(
            f"--assignment names style regions for {len(assignment)} regions of the content image, which has "
            f"{len(found.assignment)}: give one for each, as 2,0,1+3."
        )
    last = int(found.styles[-1].max())
    wrong = [number for regions in assignment for number in regions if number > last]
    if wrong:
        raise PinxitError(
            f"--assignment names the style region {wrong[0]}, but the last one is {last}: name regions from 0 to {last}."
        )


def _style_features(settings: Settings, encoder: Encoder, inputs: JobInputs) -> list[Tensor]:
    size = settings.size * settings.style_scale
    pictures = style_pictures(inputs, size)
    kind = kind_of(settings)

    def features(picture: Tensor) -> list[Tensor]:
        return [semantic_features(picture, kind, encoder)]

    found = []
    for picture in map(to_tensor, pictures):
        make = functools.partial(features, picture)
        found += make() if inputs.cache is None else inputs.cache.get((kind, digest(picture)), make)
    return found
