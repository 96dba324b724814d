"""The losses for batches are the optimiser's own, pair by pair."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from pinxit.encoder.vgg import Encoder
from pinxit.network.teacher import CONTENT_LAYERS, STYLE_LAYERS, Teacher
from pinxit.objective.guided import Region, Style
from pinxit.objective.objective import Objective, Weights
from pinxit.picture import Picture, resize
from pinxit.picture.recipe import Settings
from tests.conftest import as_tensor


@torch.no_grad()
def test_a_batch_is_judged_as_the_optimiser_judges_each_pair(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    photographs = torch.cat([as_tensor(resize(cat, 64, 64)), as_tensor(resize(coffee, 64, 64))])
    paintings = photographs.flip(0)
    painted = (0.7 * photographs + 0.3 * paintings.flip(3)).clamp(0, 1)
    verdict = Teacher(encoder)(painted, photographs, paintings)
    weights = Weights(1, 1, 0, CONTENT_LAYERS, STYLE_LAYERS, "relative", 1.0, Settings().style_moments)
    for number in range(2):
        photograph, painting, result = (one[number : number + 1] for one in (photographs, paintings, painted))
        with torch.enable_grad():
            losses, _ = Objective(encoder, weights, photograph, [Region([Style(painting)])])(result)
        assert float(verdict.content[number]) == pytest.approx(float(losses.content), rel=1e-2)
        assert float(verdict.style[number]) == pytest.approx(float(losses.style), rel=1e-2)
    assert float(verdict.overshoot.max()) == 0


@torch.no_grad()
def test_from_afar_the_style_counts_at_both_sizes(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    photograph, painting = as_tensor(resize(cat, 64, 64)), as_tensor(resize(coffee, 64, 64))
    painted = (0.7 * photograph + 0.3 * painting.flip(3)).clamp(0, 1)
    verdict = Teacher(encoder, distance=2)(painted, photograph, painting)
    near = {tap: weight for tap, weight in STYLE_LAYERS.items() if tap < "relu4"}
    expected = 0.0
    for layers, distance in ((near, 1), (STYLE_LAYERS, 2)):
        weights = Weights(1, 1, 0, CONTENT_LAYERS, layers, "relative", 1.0, Settings().style_moments)
        seen = [F.avg_pool2d(picture, distance) for picture in (photograph, painting, painted)]
        with torch.enable_grad():
            losses, _ = Objective(encoder, weights, seen[0], [Region([Style(seen[1])])])(seen[2])
        expected += float(losses.style)
    whole = sum(near.values()) + sum(STYLE_LAYERS.values())
    assert float(verdict.style) == pytest.approx(expected / whole, rel=1e-2)
