"""Local style: how far each place of a result is from the style image's places, and each of those from the result's."""

from __future__ import annotations

import torch.nn.functional as F

from pinxit.metrics.features import Features


def local_style(result: Features, style: Features) -> tuple[float, float]:
    """Compare patches with their nearest patches: a muddy area, which an average hides, is far from all.

    Both pictures' tokens are centred by the mean of the style's; distances are 1 − cosine, means over patches, blocks and
    scales.

    Returns:
        Coherence, the mean distance of the result's patches to their nearest ones in the style image, and completeness,
        the same from the style image's to the result's. Each is 0 to 2; 0 where every patch has an equal; less is better.
    """
    coherence = completeness = 0.0
    for ours, theirs in zip(result.tokens, style.tokens, strict=True):
        mean = theirs.mean(dim=0)
        cosines = F.normalize(ours - mean, dim=1) @ F.normalize(theirs - mean, dim=1).T
        coherence += float(1 - cosines.amax(dim=1).mean())
        completeness += float(1 - cosines.amax(dim=0).mean())
    return coherence / len(style.tokens), completeness / len(style.tokens)
