"""Judge a result beside its content and style images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, fit, resize
from pinxit.metrics.patches import PatchJudge, PatchJudgement


@dataclass(frozen=True)
class Judgement:
    """The measurements of a result; the eye has the last word.

    Attributes:
        patches: local style and structure, the most telling ones; None where they were not asked for.
        valid: whether those are better than both controls', see `PatchJudge.valid`; None likewise.
        color: distance from the style images' colours, see `color_distance`; less is better.
        style: distance from the style images on the whole, see `style_distance`; less is better.
        content: distance from the content image, see `content_distance`; less is better.
        edges: agreement with its edges, at most 1; more is better.
    """

    patches: PatchJudgement | None
    valid: bool | None
    color: float
    style: float
    content: float
    edges: float


def judge(
    encoder: Encoder,
    result: Picture,
    content: Picture,
    styles: Sequence[Picture],
    size: int,
    patches: PatchJudge | None = None,
) -> Judgement:
    """Judge at a longer side of `size` px; with several style images, by the mean of their distances.

    Args:
        encoder: VGG-16, of which the metrics use taps that its objective leaves unused.
        result: the stylised picture.
        content: the content image, of the same shape.
        styles: the style images.
        size: px, at least 64 on the shorter side; `patches` uses a size of its own.
        patches: a judge made for the same photograph and style images; None leaves its distances out.
    """
    from pinxit.metrics.color_distance import color_distance
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
    measured = None if patches is None else patches(result)
    return Judgement(
        patches=measured,
        valid=None if patches is None or measured is None else patches.valid(measured),
        color=sum(color_distance(result, style) for style in styles) / len(styles),
        style=sum(distances) / len(distances),
        content=content_distance(encoder, ours, theirs),
        edges=edge_agreement(ours, theirs),
    )
