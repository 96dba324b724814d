from __future__ import annotations

import pytest
import torch

from pinxit.objective.pca import SAMPLES, normalized, principal


def test_normalized_channels_have_mean_0_and_deviation_1() -> None:
    columns = torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 50.0]])
    found = normalized(columns, columns.mean(0), columns.std(0, correction=0))
    torch.testing.assert_close(found.mean(0), torch.zeros(2))
    torch.testing.assert_close(found.std(0, correction=0), torch.ones(2), rtol=0.02, atol=0)


def test_a_channel_that_varies_only_by_rounding_stays_near_zero() -> None:
    """The least deviation is a thousandth of the root mean square of all values."""
    mean, deviation = torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0])
    # The root of (3² + 0² + 0² + 4²) / 2 is √12.5.
    least = 1e-3 * 12.5**0.5
    found = normalized(torch.tensor([[3.0 + least, 4.0 + least]]), mean, deviation)
    assert found[0].tolist() == pytest.approx([1.0, 1.0], rel=1e-3)


def test_nothing_but_zeros_is_no_division_by_zero() -> None:
    zeros = torch.zeros(2)
    assert normalized(torch.zeros(3, 2), zeros, zeros).tolist() == [[0.0, 0.0]] * 3
    assert normalized(torch.full((1, 2), 1e-12), zeros, zeros)[0].tolist() == pytest.approx([1.0, 1.0])


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    generator = torch.Generator().manual_seed(1)
    strengths = torch.tensor([9.0, 5.0, 0.2, 0.1, 0.05])
    turn = torch.linalg.qr(torch.randn(5, 5, generator=generator))[0]
    columns = torch.randn(400, 5, generator=generator) * strengths @ turn
    basis = principal(columns, 2)
    torch.testing.assert_close(basis.T @ basis, torch.eye(2), rtol=0, atol=1e-5)
    wanted = torch.linalg.svd(columns, full_matrices=False).Vh[:2].T
    torch.testing.assert_close(basis @ basis.T, wanted @ wanted.T, rtol=0, atol=1e-4)
    assert torch.equal(basis, principal(columns, 2)), "the same every time"


def test_of_many_columns_evenly_spaced_ones_are_looked_at() -> None:
    """Every other one of twice as many: what the others show does not count."""
    columns = torch.zeros(2 * SAMPLES, 2)
    columns[::2, 0] = 1.0
    columns[1::2, 1] = 100.0
    assert principal(columns, 1)[:, 0].abs().tolist() == pytest.approx([1.0, 0.0])
    # Of fewer than twice as many, all.
    assert principal(columns[: 2 * SAMPLES - 1], 1)[:, 0].abs().tolist() == pytest.approx([0.0, 1.0], abs=1e-3)


def test_has_the_precision_of_the_columns() -> None:
    columns = torch.randn(20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    basis = principal(columns, 2)
    torch.testing.assert_close(basis.T @ basis, torch.eye(2, dtype=torch.float64), rtol=0, atol=1e-12)
