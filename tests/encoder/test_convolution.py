from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from pinxit.encoder.convolution import replicate_convolution


@given(height=st.integers(1, 7), width=st.integers(1, 7), channels=st.integers(1, 3), seed=st.integers(0, 1000))
def test_equals_padding_by_repetition_forward_and_backward(height: int, width: int, channels: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    features, weight, bias = draw(1, channels, height, width).requires_grad_(), draw(4, channels, 3, 3), draw(4)
    ours = replicate_convolution(features, weight, bias)
    theirs = F.conv2d(F.pad(features, (1, 1, 1, 1), mode="replicate"), weight, bias)
    gradient = draw(*ours.shape)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, features, gradient), torch.autograd.grad(theirs, features, gradient)
    )


def test_keeps_channels_last() -> None:
    features = torch.rand(1, 8, 6, 6).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.rand(8, 8, 3, 3).to(memory_format=torch.channels_last)
    output = replicate_convolution(features, weight, torch.zeros(8))
    assert output.is_contiguous(memory_format=torch.channels_last)
