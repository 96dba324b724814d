from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pinxit.objective import content
from pinxit.objective.gram import gram_matrix, moment_sums, relative_moments_loss, relative_style_loss, style_loss
from pinxit.objective.smoothness import total_variation


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
