"""Judge local style and structure by DINOv2-small, beside two controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pinxit.encoder.dino import Dino
from pinxit.image import Picture, resize
from pinxit.metrics.features import Features, read_features
from pinxit.metrics.local_style import local_style
from pinxit.metrics.structure import structure_distance


@dataclass(frozen=True)
class PatchJudgement:
    """Distances of a picture by DINO; less is better.

    Attributes:
        coherence: the distance of its patches from their nearest in the style image, see `local_style`.
        completeness: the distance of the style image's patches from their nearest in it.
        structure: distance from the photograph's composition, see `structure_distance`.
    """

    coherence: float
    completeness: float
    structure: float

    @property
    def local_style(self) -> float:
        """The sum of coherence and completeness."""
        return self.coherence + self.completeness


class PatchJudge:
    """Judges results of one photograph and its style images, which it reads once; with several, by the means of distances.

    Args:
        dino: computes the features.
        content: the photograph.
        styles: the style images; at least one.

    Attributes:
        photograph: the first control: the photograph itself, judged as a result.
        style_images: the second control: each style image in the photograph's shape, judged as a result.
    """

    def __init__(self, dino: Dino, content: Picture, styles: Sequence[Picture]) -> None:
        if not styles:
            raise ValueError("no style image")
        self._dino = dino
        self._content = read_features(dino, content)
        self._styles = [read_features(dino, style) for style in styles]
        self.photograph = self._judge(self._content)
        self.style_images = [self(resize(style, content.height, content.width)) for style in styles]

    def __call__(self, result: Picture) -> PatchJudgement:
        """Judge a picture; it takes half a second on a core."""
        return self._judge(read_features(self._dino, result))

    def valid(self, judgement: PatchJudgement) -> bool:
        """Tell whether a result is nearer to the style than the photograph, and to the photograph than the style images."""
        return judgement.local_style < self.photograph.local_style and all(
            judgement.structure < style.structure for style in self.style_images
        )

    def _judge(self, features: Features) -> PatchJudgement:
        found = [local_style(features, style) for style in self._styles]
        coherence, completeness = (sum(values) / len(found) for values in zip(*found, strict=True))
        return PatchJudgement(coherence, completeness, structure_distance(features, self._content))
