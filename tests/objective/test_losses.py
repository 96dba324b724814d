from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pinxit.image.wrap import Wrap
from pinxit.objective import content
from pinxit.objective.gram import gram_matrix, moment_sums, relative_moments_loss, relative_style_loss, style_loss
from pinxit.objective.total_variation import total_variation


def features(seed: int, channels: int, height: int, width: int) -> Tensor:
    return torch.randn(1, channels, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def content_loss(F: Tensor, P: Tensor) -> Tensor:
    return content.content_loss(content.squared_error(F, P))


def relative_content_loss(F: Tensor, P: Tensor) -> Tensor:
    return content.relative_content_loss(content.squared_error(F, P), float(P.square().sum()))


def averages(F: Tensor) -> Tensor:
    return moment_sums(F) / (F.shape[2] * F.shape[3])


shapes = {"channels": st.integers(1, 6), "height": st.integers(1, 6), "width": st.integers(1, 6)}


@given(seed=st.integers(0, 10**6), **shapes)
def test_gram_matrices_are_symmetric_and_positive(seed: int, channels: int, height: int, width: int) -> None:
    gram = gram_matrix(features(seed, channels, height, width))
    torch.testing.assert_close(gram, gram.T)
    assert float(torch.linalg.eigvalsh(gram).min()) > -1e-9


def test_gram_matrix_is_the_papers() -> None:
    F = features(0, 3, 2, 4)
    N, M = 3, 8
    rows = F.reshape(N, M)
    expected = torch.tensor([[sum(rows[i, k] * rows[j, k] for k in range(M)) for j in range(N)] for i in range(N)])
    torch.testing.assert_close(gram_matrix(F) * M, expected.double())


def test_a_guide_weighs_positions_in_the_sum_and_in_their_number() -> None:
    F = features(0, 3, 2, 4)
    guide = torch.tensor([[[[1.0, 0.5, 0.0, 0.0], [1.0, 0.0, 0.25, 0.0]]]], dtype=torch.float64)
    rows, weights = F.reshape(3, 8), guide.reshape(8)
    expected = sum(weights[k] * torch.outer(rows[:, k], rows[:, k]) for k in range(8)) / 2.75
    torch.testing.assert_close(gram_matrix(F, guide), expected)


def test_gram_matrix_forgets_where() -> None:
    F = features(0, 3, 4, 4)
    shuffled = F.reshape(1, 3, 16)[:, :, torch.randperm(16)].reshape(1, 3, 4, 4)
    torch.testing.assert_close(gram_matrix(F), gram_matrix(shuffled))


def test_the_moments_loss_compares_means_and_deviations() -> None:
    F, P = features(1, 3, 2, 4), features(2, 3, 2, 4)
    (m, s), (m_P, s_P) = ((x.mean((0, 2, 3)), x.std((0, 2, 3), correction=0)) for x in (F, P))
    expected = ((m - m_P).square().sum() + (s - s_P).square().sum()) / (m_P.square().sum() + s_P.square().sum())
    assert float(relative_moments_loss(averages(F), averages(P))) == pytest.approx(float(expected))


def test_losses_are_the_papers() -> None:
    F, P = features(1, 3, 2, 4), features(2, 3, 2, 4)
    assert float(content_loss(F, P)) == pytest.approx(0.5 * float(((F - P) ** 2).sum()))
    N, M = 3, 8
    G, A = gram_matrix(F) * M, gram_matrix(P) * M
    assert float(style_loss(G / M, A / M)) == pytest.approx(float(((G - A) ** 2).sum()) / (4 * N**2 * M**2))


@given(seed=st.integers(0, 10**6), **shapes)
def test_losses_are_zero_at_the_target_and_positive_elsewhere(
    seed: int, channels: int, height: int, width: int
) -> None:
    F, P = features(seed, channels, height, width), features(seed + 1, channels, height, width)
    for loss in (content_loss, relative_content_loss):
        assert float(loss(P, P)) == 0
        assert float(loss(F, P)) > 0
    G, A = gram_matrix(F), gram_matrix(P)
    if height * width > 1:
        assert float(relative_moments_loss(averages(P), averages(P))) == 0
        assert float(relative_moments_loss(averages(F), averages(P))) > 0
    for of_grams in (style_loss, relative_style_loss):
        assert float(of_grams(A, A)) == 0
        assert float(of_grams(G, A)) > 0


def test_relative_losses_mean_the_same_at_every_scale_and_are_one_for_silence() -> None:
    F, P = features(1, 3, 4, 4), features(2, 3, 4, 4)
    assert float(relative_content_loss(7 * F, 7 * P)) == pytest.approx(float(relative_content_loss(F, P)))
    assert float(relative_content_loss(0 * F, P)) == pytest.approx(1)
    G, A = gram_matrix(F), gram_matrix(P)
    assert float(relative_style_loss(49 * G, 49 * A)) == pytest.approx(float(relative_style_loss(G, A)))
    assert float(relative_style_loss(0 * G, A)) == pytest.approx(1)


def test_a_silent_target_gives_no_nan() -> None:
    nothing = torch.zeros(1, 3, 4, 4)
    assert float(relative_content_loss(nothing, nothing)) == 0
    assert float(relative_style_loss(gram_matrix(nothing), gram_matrix(nothing))) == 0
    assert float(relative_moments_loss(averages(nothing), averages(nothing))) == 0


@pytest.mark.parametrize(
    "of_features",
    [
        lambda F: content_loss(F, features(9, 3, 4, 5)),
        lambda F: relative_content_loss(F, features(9, 3, 4, 5)),
        lambda F: style_loss(gram_matrix(F), gram_matrix(features(9, 3, 7, 2))),
        lambda F: relative_style_loss(gram_matrix(F), gram_matrix(features(9, 3, 7, 2))),
        lambda F: relative_moments_loss(averages(F), averages(features(9, 3, 7, 2))),
        lambda F: moment_sums(F, features(8, 1, 4, 5).abs()),
        total_variation,
    ],
)
def test_gradients_against_finite_differences(of_features: Callable[[Tensor], Tensor]) -> None:
    assert torch.autograd.gradcheck(of_features, features(3, 3, 4, 5).requires_grad_())


def test_total_variation() -> None:
    flat = torch.full((1, 3, 5, 5), 0.3)
    assert float(total_variation(flat)) == 0
    step = torch.zeros(1, 1, 2, 2)
    step[..., 1] = 0.5  # one step of ½ across in each of two rows, none down, over four pixels
    assert float(total_variation(step)) == pytest.approx(2 * 0.25 / 4)
    assert float(total_variation(torch.rand(1, 3, 1, 1))) == 0


@pytest.mark.parametrize(("wrap", "pairs"), [(Wrap(rows=True), 2), (Wrap(columns=True), 1), (Wrap(True, True), 2)])
def test_total_variation_across_borders_that_meet(wrap: Wrap, pairs: int) -> None:
    """A bright pixel in the first row and column of 3 × 4 has a neighbour on each side that is there, or meets."""
    picture = torch.zeros(1, 1, 3, 4, dtype=torch.float64)
    picture[0, 0, 0, 0] = 1
    neighbours = 2 + wrap.rows + wrap.columns
    assert float(total_variation(picture, wrap)) == pytest.approx(neighbours / 12)
    F = features(5, 2, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: total_variation(x, wrap), F)
    other = torch.roll(F.detach(), (pairs * wrap.rows, wrap.columns), (2, 3))
    assert float(total_variation(other, wrap)) == pytest.approx(float(total_variation(F.detach(), wrap)))


def test_the_weight_of_a_position_counts_in_the_squared_error_and_its_gradient() -> None:
    F, P = (features(seed, 2, 1, 2).requires_grad_() for seed in (1, 2))
    emphasis = torch.tensor([[[[3.0, 0.5]]]])
    error = content.squared_error(F, P.detach(), emphasis)
    wanted = (emphasis.double() * (F - P).square()).sum()
    assert float(error.detach()) == pytest.approx(float(wanted.detach()))
    (found,) = torch.autograd.grad(error, F)
    torch.testing.assert_close(found, torch.autograd.grad(wanted, F)[0])


def test_squared_errors_of_bfloat16_are_summed_in_single_precision_and_their_gradient_keeps_the_maps() -> None:
    F = torch.ones(1, 1, 20, 20, dtype=torch.bfloat16, requires_grad=True)
    for emphasis, weight in ((None, 1.0), (torch.full((1, 1, 20, 20), 0.5), 0.5)):
        error = content.squared_error(F, torch.zeros_like(F), emphasis)
        assert (error.dtype, float(error.detach())) == (torch.float32, 400 * weight)
        (gradient,) = torch.autograd.grad(error * 2, F)
        assert gradient.dtype == torch.bfloat16
        assert set(gradient.flatten().tolist()) == {4 * weight}


def test_what_is_painted_over_a_silent_content_image_costs_more_than_nothing() -> None:
    tiny = torch.finfo(torch.float32).tiny
    error = torch.tensor(2 * tiny, dtype=torch.float64)
    assert float(content.relative_content_loss(error, 0.0)) == pytest.approx(2)


def test_what_is_painted_in_a_silent_style_costs_more_than_nothing() -> None:
    nothing, little = torch.zeros(1, 1, dtype=torch.float64), torch.full((1, 1), 1e-19, dtype=torch.float64)
    wanted = 1e-38 / torch.finfo(torch.float32).tiny
    assert float(relative_style_loss(little, nothing)) == pytest.approx(wanted)
    # Of a channel that never varies the deviation counts as 0.001.
    still, moved = torch.tensor([[0.0], [0.0]], dtype=torch.float64), torch.tensor([[4.0], [2.0]], dtype=torch.float64)
    assert float(relative_moments_loss(moved, still)) == pytest.approx(4 / 1e-6)


def test_a_guide_takes_the_precision_of_the_maps() -> None:
    F, guide = features(3, 2, 5, 4).to(torch.bfloat16), torch.full((1, 1, 5, 4), 0.5)
    torch.testing.assert_close(moment_sums(F, guide), 0.5 * moment_sums(F))


@pytest.mark.parametrize("guided", [False, True])
def test_sums_of_bfloat16_are_nearly_those_of_double_precision(guided: bool) -> None:
    F = features(3, 8, 259, 131).abs().to(torch.bfloat16)
    guide = features(4, 1, 259, 131).abs().clamp_max(1).to(torch.bfloat16) if guided else None
    found, exact = (leaf.clone().requires_grad_() for leaf in (F, F.double()))
    sums = moment_sums(found, guide)
    wanted = moment_sums(exact, None if guide is None else guide.double())
    assert sums.dtype == torch.float32
    # Sums in one piece, rounded to 8 bits, would be off by three times as much.
    assert float(((sums.double() - wanted).norm() / wanted.norm()).detach()) < 6e-4
    by = torch.randn(9, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    (sums * by.float()).sum().backward()  # type: ignore[no-untyped-call]
    (wanted * by).sum().backward()  # type: ignore[no-untyped-call]
    assert found.grad is not None
    assert exact.grad is not None
    assert float((found.grad.double() - exact.grad).norm() / exact.grad.norm()) < 0.01
