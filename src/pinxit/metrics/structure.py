"""The distance of a result's composition from the photograph's (Tumanyan et al., "Splicing ViT Features", 2022)."""

from __future__ import annotations

from pinxit.metrics.features import Features


def structure_distance(result: Features, photograph: Features) -> float:
    """Measure the mean absolute difference of the self-similarities of DINO's keys.

    Returns:
        The difference, 0 for the same picture; less is better. Two unrelated pictures are about 0.2 apart.
    """
    return float((result.similarity - photograph.similarity).abs().mean())
