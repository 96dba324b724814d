from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from pinxit.encoder.convolution import LEAST_CHANNELS, SMALL, ReplicateConvolution, has_winograd

CPU = torch.device("cpu")


def check(channels: int, height: int, width: int, seed: int, dtype: torch.dtype, tolerance: float) -> None:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator)

    features, weight, bias = draw(2, channels, height, width).requires_grad_(), draw(20, channels, 3, 3), draw(20)
    ours = ReplicateConvolution(weight, bias)(features)
    theirs = F.conv2d(F.pad(features, (1, 1, 1, 1), mode="replicate"), weight, bias)
    gradient = draw(*ours.shape)
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)
    (ours_gradient,) = torch.autograd.grad(ours, features, gradient)
    (theirs_gradient,) = torch.autograd.grad(theirs, features, gradient)
    torch.testing.assert_close(ours_gradient, theirs_gradient, rtol=tolerance, atol=tolerance)


@given(height=st.integers(1, 7), width=st.integers(1, 7), seed=st.integers(0, 1000))
def test_a_small_map_equals_padding_by_repetition(height: int, width: int, seed: int) -> None:
    check(3, height, width, seed, torch.float64, 1e-9)


@given(height=st.integers(1, 70), channels=st.integers(1, 3), seed=st.integers(0, 1000))
def test_a_large_map_equals_padding_by_repetition(height: int, channels: int, seed: int) -> None:
    check(channels, height, SMALL // height + 1, seed, torch.float64, 1e-9)


@pytest.mark.skipif(not has_winograd(CPU, torch.float32), reason="this PyTorch has no NNPACK")
@given(height=st.integers(1, 70), seed=st.integers(0, 1000))
def test_by_winograds_algorithm_too(height: int, seed: int) -> None:
    check(LEAST_CHANNELS, height, SMALL // height + 1, seed, torch.float32, 2e-3)


def test_keeps_channels_last() -> None:
    features = torch.rand(1, 8, 32, 32).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.rand(8, 8, 3, 3).to(memory_format=torch.channels_last)
    output = ReplicateConvolution(weight, torch.zeros(8))(features)
    assert output.is_contiguous(memory_format=torch.channels_last)
