"""The canvas that the optimiser starts from: by default the content image in the style images' colours.

From the content image's own colours, L-BFGS reaches those of a painting only where features pull it there. A plain background
stays between the two, and a pale border is left around what stands before it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pinxit.image import cover, resize
from pinxit.image.picture import Picture, Pixels
from pinxit.image.wrap import WRAPS
from pinxit.optimize.loss_weights import loss_weights
from pinxit.optimize.regions import to_tensor
from pinxit.recipe.inputs import JobInputs, StyleInput, normalized_shares
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.recipe import Settings
from pinxit.recipe.regions import region_styles
from pinxit.texture.color_transfer import Colors, apply_unclipped, colors_of, mix_colors, recoloring

KNEE = 0.05
"""Distance from 0 and from 1 at which colours that would leave [0, 1] begin to be compressed."""

_NOISE = 1 / 255
"""Deviation of the noise that a picture starts from, as in the program that Gatys published. The losses hardly see fine noise:
with 0.1 it is still there after 500 iterations."""


def starting_canvas(settings: Settings, content: Picture, inputs: JobInputs) -> Tensor:
    """Return the canvas of the first scale, `(1, 3, H, W)`, as `Settings.init` says.

    Args:
        settings: the settings.
        content: the content image at the size of the scale.
        inputs: the styles, their regions, and the picture to start from, if any.
    """
    size = (content.height, content.width)
    if settings.init == "noise":
        # Gray and white noise; drawn on the CPU, so that a seed gives the same picture everywhere.
        generator = torch.Generator().manual_seed(settings.seed)
        return 0.5 + _NOISE * torch.randn(1, 3, *size, generator=generator)
    if settings.init == "style":
        return to_tensor(cover(inputs.styles[0].picture, *size))
    if inputs.start is not None:
        return to_tensor(resize(inputs.start, *size, WRAPS[settings.wrap]))
    return start_from_content(settings, content, inputs)


def start_from_content(settings: Settings, content: Picture, inputs: JobInputs) -> Tensor:
    """Return the content image, `(1, 3, H, W)`, in the style images' colours if the objective has nearest neighbours.

    Args:
        settings: the settings.
        content: the content image at the size of the scale.
        inputs: the styles and their regions.
    """
    if loss_weights(settings).neighbors == 0:
        return to_tensor(content)
    return to_tensor(in_style_colors(content, inputs, settings.strength))


def in_style_colors(content: Picture, inputs: JobInputs, strength: float) -> Picture:
    """Return the content image with the mean colour and the colour covariance of the style images, region by region.

    Args:
        content: the content image at the size that is painted.
        inputs: the styles and their regions.
        strength: 0 leaves the content image as it is, 1 maps it fully.
    """
    own, pixels = colors_of(content.pixels), content.pixels.copy()
    for region in region_styles(inputs, content.height, content.width):
        shares = normalized_shares(style.share for style in region.styles)
        wanted = mix_colors([_masked_colors(style) for style in region.styles], shares)
        recolored = _compressed(apply_unclipped(content.pixels, recoloring(own, wanted, strength)), KNEE * strength)
        change = recolored - content.pixels
        pixels += change if region.mask is None else region.mask * change
    return content.with_pixels(pixels)


def _compressed(pixels: Pixels, knee: float) -> Pixels:
    """Return pixels brought into [0, 1] by curves that begin `knee` before its ends.

    Clipping would erase the forms in shadows, and among equal pixels rounding would decide which one a maximum is taken from.
    """
    if not knee:
        return pixels
    dark, bright = np.minimum(pixels, knee), np.maximum(pixels, 1 - knee)
    held = np.clip(pixels, knee, 1 - knee)
    held += knee * (np.exp(dark / knee - 1) - 1) + knee * (1 - np.exp((1 - knee - bright) / knee))
    return held


def _masked_colors(style: StyleInput) -> Colors:
    """Return the colours of a style image within its mask, or of all of it where the mask is empty."""
    if style.mask is None:
        return colors_of(style.picture.pixels)
    inside = resize_mask(style.mask, style.picture.height, style.picture.width) >= 0.5
    return colors_of(style.picture.pixels[:, inside] if np.count_nonzero(inside) > 1 else style.picture.pixels)
