"""The temporal loss, by itself and in the objective."""

from __future__ import annotations

import pytest
import torch

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.objective.temporal import TemporalTarget, temporal_loss
from tests.conftest import as_tensor


def test_equation() -> None:
    """Ruder et al. (2016), equation 7: one of four pixels counts, threefold, and differs by a half in one of three colours."""
    picture = torch.zeros(1, 3, 2, 2)
    other, weight = picture.clone(), torch.zeros(1, 1, 2, 2)
    other[0, 1, 0, 0], weight[0, 0, 0, 0] = 0.5, 3.0
    other[0, :, 1, 1] = 9.0
    assert float(temporal_loss(picture, [TemporalTarget(other, weight)])) == pytest.approx(3 * 0.25 / 12)
    assert float(temporal_loss(picture, [TemporalTarget(other, weight)] * 2)) == pytest.approx(2 * 3 * 0.25 / 12)


def test_a_target_goes_to_a_device_whole() -> None:
    moved = TemporalTarget(torch.zeros(1, 3, 2, 2), torch.zeros(1, 1, 2, 2)).to(torch.device("meta"))
    assert (moved.picture.device.type, moved.weight.device.type) == ("meta", "meta")


@pytest.mark.parametrize("side", [2**31, 64])
def test_in_the_objective(encoder: Encoder, cat: Picture, coffee: Picture, side: int) -> None:
    """It adds itself to the total and its gradient to the gradient, whether the picture is seen whole or in tiles."""
    weights = LossWeights(1.0, 10.0, 1.0, {"relu2_1": 1.0}, {"relu1_1": 1.0}, "relative")
    content, regions = as_tensor(cat), [Region([StyleTarget(as_tensor(coffee), 1.0, None)], None)]
    target = TemporalTarget(content.flip(3), torch.full((1, 1, *content.shape[2:]), 7.0))
    plain, gradient = Objective(encoder, weights, content, regions, side)(content)
    held, pulled = Objective(encoder, weights, content, regions, side, temporal_targets=[target])(content)
    added = 7 * (content - content.flip(3)).square().mean()
    assert float(held.total - plain.total) == pytest.approx(float(added), rel=1e-4)
    expected = 2 * 7 * (content - content.flip(3)) / content.numel()
    assert torch.allclose(pulled - gradient, expected, atol=1e-7)
