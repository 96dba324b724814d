"""The layers of a painting for other programs: the photograph, the painting and its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture, resize
from pinxit.image.layers import PAINTING, Layer
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.recipe import Recipe
from pinxit.recipe.regions import region_styles

PHOTOGRAPH, COLOR, DARKER, LIGHTER, KEPT = "Photograph", "Colour", "Strokes, darker", "Strokes, lighter", "Kept"
# Radius of the filter that separates colour from strokes, as a share of the longer side, and the contrast below which it takes
# an edge for a stroke, squared. Chosen by looking at paintings of 640 px: the colour layer keeps the objects' outlines.
_RADIUS, _CONTRAST = 1 / 64, 0.1**2
_LEVELS = 255
_MOST_REGION_LETTERS = 120


def job_layers(recipe: Recipe, ingredients: JobInputs, painting: Picture) -> list[Layer]:
    """Return a painting's layers, from the lowest to the topmost.

    All visible layers together are the painting. The colour and the two layers of strokes on it, switched on in its place, are
    the painting as well, up to the rounding of each layer. Each region and the kept part is the painting there, switched off.

    Args:
        recipe: what was painted.
        ingredients: the pictures that it was painted from.
        painting: the result.
    """
    photograph = replace(
        resize(ingredients.content, painting.height, painting.width), alpha=painting.alpha, exif=None, notes=()
    )
    color, darker, lighter = separated(painting)
    # Below a transparent painting the photograph would show through, and the picture would not be the painting.
    layers = [
        Layer(PHOTOGRAPH, photograph, visible=painting.alpha is None),
        Layer(COLOR, color, visible=False),
        Layer(DARKER, darker, "multiply", visible=False),
        Layer(LIGHTER, lighter, "screen", visible=False),
        Layer(PAINTING, painting),
    ]
    parts = [
        (_region_name(recipe, ingredients, region.styles), region.mask)
        for region in region_styles(ingredients, painting.height, painting.width)
        if region.mask is not None
    ]
    if ingredients.keep is not None:
        parts.append((KEPT, resize_mask(ingredients.keep, painting.height, painting.width)))
    for name, mask in parts:
        alpha = mask if painting.alpha is None else mask * painting.alpha
        layers.append(Layer(name, replace(painting, alpha=alpha.astype(np.float32)), visible=False))
    return layers


def separated(painting: Picture) -> tuple[Picture, Picture, Picture]:
    """Separate a painting into its colours and its strokes.

    Returns:
        The colours without the strokes; what multiplied with them darkens them to the painting; and what screened over that
            lightens them to the painting.
    """
    import cv2

    pixels = painting.pixels
    radius = max(2, round(_RADIUS * max(painting.height, painting.width)))
    image = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    smooth = cv2.ximgproc.guidedFilter(image, image, radius, _CONTRAST).transpose(2, 0, 1)
    color = (smooth.clip(0, 1) * _LEVELS).round().astype(np.float32) / _LEVELS  # as an 8-bit layer will hold it
    darker = np.where(pixels < color, pixels / np.maximum(color, 1 / _LEVELS), 1)
    lighter = np.where(pixels > color, 1 - (1 - pixels) / np.maximum(1 - color, 1 / _LEVELS), 0)
    return _like(painting, color), _like(painting, darker), _like(painting, lighter)


def _like(painting: Picture, pixels: NDArray[np.floating]) -> Picture:
    return painting.with_pixels(np.ascontiguousarray(pixels.clip(0, 1), dtype=np.float32))


def _region_name(recipe: Recipe, ingredients: JobInputs, styles: tuple[StyleInput, ...]) -> str:
    """Return the name of a region's layer: the names of its styles."""
    names = [
        entry.name
        for entry, style in zip(recipe.styles, ingredients.styles, strict=True)
        if any(style is one for one in styles)
    ]
    return f"Region: {', '.join(names)[:_MOST_REGION_LETTERS]}"
