"""The weights of the losses, from the settings."""

from __future__ import annotations

from pinxit.objective.objective import LossWeights
from pinxit.recipe.recipe import Settings

NEIGHBORS = 0.8
"""Weight of the distance from the nearest neighbours, relative to the style's statistics."""


def loss_weights(settings: Settings) -> LossWeights:
    """Return the weights of the losses that the settings ask for.

    At strength 0 every loss that would change the content image is off. The layers of a loss with weight 0 are left out, so
    that the encoder need not compute them.
    """
    by_neighbors = settings.objective == "neighbors" and settings.style_weight
    return LossWeights(
        content=settings.content_weight,
        style=settings.style_weight,
        smoothness=settings.smoothness * settings.strength,
        content_layers=settings.content_layers if settings.content_weight else {},
        style_layers=settings.style_layers,
        form=settings.form,
        adain=_adain(settings) * settings.strength,
        moments=settings.style_moments,
        similarity=settings.content_similarity,
        neighbors=NEIGHBORS * settings.strength if by_neighbors else 0.0,
        strength=settings.strength,
    )


def _adain(settings: Settings) -> float:
    """Return how far the content's feature maps take on the style's moments: as far as the style counts."""
    if settings.content_statistics == "content":
        return 0.0
    return settings.style_weight / (settings.content_weight + settings.style_weight)
