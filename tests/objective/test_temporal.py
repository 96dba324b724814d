"""The temporal loss, by itself and in the objective."""

from __future__ import annotations

import pytest
import torch

from pinxit.encoder.vgg import Encoder
from pinxit.objective.guided import Region, Style
from pinxit.objective.objective import Objective, Weights
from pinxit.objective.temporal import Earlier, temporal_loss
from pinxit.picture import Picture
from tests.conftest import as_tensor


def test_equation() -> None:
    """Ruder et al. (2016), equation 7: one of four pixels counts, threefold, and differs by a half in one of three colours."""
    picture = torch.zeros(1, 3, 2, 2)
    other, weight = picture.clone(), torch.zeros(1, 1, 2, 2)
    other[0, 1, 0, 0], weight[0, 0, 0, 0] = 0.5, 3.0
    other[0, :, 1, 1] = 9.0
    assert float(temporal_loss(picture, [Earlier(other, weight)])) == pytest.approx(3 * 0.25 / 12)
    assert float(temporal_loss(picture, [Earlier(other, weight)] * 2)) == pytest.approx(2 * 3 * 0.25 / 12)


@pytest.mark.parametrize("side", [2**31, 64])
def test_in_the_objective(encoder: Encoder, cat: Picture, coffee: Picture, side: int) -> None:
    """It adds itself to the total and its gradient to the gradient, whether the picture is seen whole or in tiles."""
    weights = Weights(1.0, 10.0, 1.0, {"relu2_1": 1.0}, {"relu1_1": 1.0}, "relative")
    content, regions = as_tensor(cat), [Region([Style(as_tensor(coffee), 1.0, None)], None)]
    earlier = Earlier(content.flip(3), torch.full((1, 1, *content.shape[2:]), 7.0))
    plain, gradient = Objective(encoder, weights, content, regions, side)(content)
    held, pulled = Objective(encoder, weights, content, regions, side, earlier=[earlier])(content)
    added = 7 * (content - content.flip(3)).square().mean()
    assert float(held.total - plain.total) == pytest.approx(float(added), rel=1e-4)
    expected = 2 * 7 * (content - content.flip(3)) / content.numel()
    assert torch.allclose(pulled - gradient, expected, atol=1e-7)
