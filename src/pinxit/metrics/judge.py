"""A judgement of a result beside its content and style images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinxit.encoder.vgg import Encoder
from pinxit.picture import Picture, fit, resize


@dataclass(frozen=True)
class Judgement:
    """What can be measured of a result; the eye has the last word.

    Attributes:
        style: distance from the style images, see `style_distance`; less is better.
        content: distance from the content image, see `content_distance`; less is better.
        edges: agreement with its edges, at most 1; more is better.
    """

    style: float
    content: float
    edges: float


def judge(encoder: Encoder, result: Picture, content: Picture, styles: Sequence[Picture], size: int) -> Judgement:
    """Judge at a longer side of `size` px; with several style images, their distances' mean.

    Args:
        encoder: VGG-16: the taps of the metrics are those that its objective leaves unused.
        result: the stylised picture.
        content: what it was painted from, of the same shape.
        styles: in whose manner.
        size: px, at least 64 on the shorter side.
    """
    from pinxit.metrics.content_distance import content_distance, edge_agreement
    from pinxit.metrics.style_distance import style_distance

    small = fit(result, size)
    ours, theirs = (
        torch.from_numpy(picture.pixels)[None].to(encoder.device)
        for picture in (small, resize(content, small.height, small.width))
    )
    distances = [
        style_distance(encoder, ours, torch.from_numpy(fit(style, size).pixels)[None].to(encoder.device))
        for style in styles
    ]
    return Judgement(
        sum(distances) / len(distances), content_distance(encoder, ours, theirs), edge_agreement(ours, theirs)
    )
