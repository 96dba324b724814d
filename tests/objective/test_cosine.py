from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from pinxit.objective.cosine import cosine_distance

WEIGHTS = (0.5, 2.0, 0.1)


def columns(seed: int) -> list[torch.Tensor]:
    """Of three taps at seven positions."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(7, channels, dtype=torch.float64, generator=generator) for channels in (3, 5, 8)]


def weighted(parts: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([part * weight**0.5 for part, weight in zip(parts, WEIGHTS, strict=True)], 1)


def test_is_one_less_the_cosine_of_the_weighted_columns() -> None:
    ours, theirs, positions = columns(0), columns(1), torch.linspace(0, 1, 7, dtype=torch.float64)
    expected = 1 - F.cosine_similarity(weighted(ours), weighted(theirs))
    torch.testing.assert_close(cosine_distance(ours, theirs, WEIGHTS), expected.sum())
    torch.testing.assert_close(cosine_distance(ours, theirs, WEIGHTS, positions), (expected * positions).sum())
    assert float(cosine_distance(ours, [3 * part for part in ours], WEIGHTS)) < 1e-9


def test_gradient_against_finite_differences() -> None:
    theirs, positions = columns(1), torch.linspace(0, 1, 7, dtype=torch.float64)
    ours = [part.requires_grad_() for part in columns(0)]
    for counted in (None, positions):
        assert torch.autograd.gradcheck(lambda *parts: cosine_distance(parts, theirs, WEIGHTS, counted), ours)  # noqa: B023


def test_columns_of_nothing_are_far_from_all_and_pull_nowhere() -> None:
    ours = [torch.zeros_like(part).requires_grad_() for part in columns(0)]
    distance = cosine_distance(ours, columns(1), WEIGHTS)
    distance.backward()  # type: ignore[no-untyped-call]
    assert float(distance.detach()) == 7
    assert all(part.grad is not None and torch.isfinite(part.grad).all() for part in ours)


def test_targets_of_nothing_are_as_far_from_all() -> None:
    nothing = [torch.zeros_like(part) for part in columns(0)]
    assert float(cosine_distance(columns(1), nothing, WEIGHTS)) == 7


def test_of_one_tap() -> None:
    ours, theirs = columns(0)[:1], columns(1)[:1]
    expected = 1 - F.cosine_similarity(ours[0], theirs[0])
    torch.testing.assert_close(cosine_distance(ours, theirs, [1.0]), expected.sum())


@pytest.mark.parametrize(("taps", "weights"), [(2, 3), (3, 2)])
def test_every_tap_has_a_target_and_a_weight(taps: int, weights: int) -> None:
    with pytest.raises(ValueError, match="zip"):
        cosine_distance(columns(0), columns(1)[:taps], WEIGHTS[:weights])
