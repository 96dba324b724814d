"""The sliced Wasserstein distance, on distributions for which it is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pinxit.objective.sliced import MOST, sliced_distance


def cloud(count: int, channels: int, seed: int) -> Tensor:
    """Normally distributed features."""
    return torch.randn(count, channels, generator=torch.Generator().manual_seed(seed))


def distance(features: Tensor, target: Tensor, seed: int = 0) -> float:
    return float(sliced_distance(features, target, torch.Generator().manual_seed(seed)))


def test_where_features_stand_does_not_count() -> None:
    features = cloud(500, 8, 0)
    assert distance(features, features) == 0
    assert distance(features[torch.randperm(500)], features) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_a_shift_is_its_square_as_a_share_of_the_variance(step: float) -> None:
    """Along a direction d, a shift by s in one channel moves all by s·d₁, and d₁² is 1/C on average."""
    target = 3 * cloud(800, 4, 0)
    shifted = target.clone()
    shifted[:, 0] += step
    found = sum(distance(shifted, target, seed) for seed in range(40)) / 40
    assert found == pytest.approx(step**2 / 4 / 9, rel=0.12)


def test_a_spread_counts_that_a_mean_does_not_see() -> None:
    target = cloud(1000, 6, 0)
    assert distance(2 * target, target) == pytest.approx(1, rel=0.1), "(2 − 1)²"


def test_many_features_are_compared_by_some() -> None:
    many, target = cloud(6 * MOST, 4, 0), cloud(5 * MOST, 4, 1)
    assert distance(many, target) < 0.05, "of the same distribution"
    assert distance(many + 3, target) > 1
    assert distance(many, target, 3) == distance(many, target, 3)
    assert distance(many, target, 3) != distance(many, target, 4)
    few = cloud(10, 4, 2)
    assert distance(few, target) > 0, "of few, all are compared with as many of the target"


def test_the_gradient_leads_to_the_target() -> None:
    target = cloud(200, 3, 0) + 2
    features = cloud(200, 3, 1).requires_grad_()
    sliced_distance(features, target, torch.Generator().manual_seed(0)).backward()  # type: ignore[no-untyped-call]
    assert features.grad is not None
    assert distance(features.detach() - 20 * features.grad, target) < distance(features.detach(), target)
    assert (features.grad.mean(0) < 0).all()
