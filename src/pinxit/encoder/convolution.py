"""A 3×3 convolution whose picture goes on past its border, as fast as one that sees zeros there.

Zeros round a picture are a black frame that is not in it: feature maps darken towards the border, and the optimiser
paints a frame to answer them. Repeating the outermost pixels (replicate padding) avoids that, but padding every layer's
input copies every feature map once more, about a sixth of the encoder's time. Only the outermost outputs ever see the
padding, so the convolution here runs on zeros and then adds what the repeated pixels contribute to those four lines.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def _add_border(output: Tensor, features: Tensor, weight: Tensor) -> None:
    """Add to `output`, in place, what the repeated border of `features` contributes."""
    # Above and below, corners included: one line, itself repeated at both ends, under one row of the kernel.
    for line, row in ((0, 0), (-1, 2)):
        repeated = F.pad(features[:, :, line, :], (1, 1), mode="replicate")
        output[:, :, line, :] += F.conv1d(repeated, weight[:, :, row, :])
    # Left and right, without the corners, which are done.
    for line, column in ((0, 0), (-1, 2)):
        output[:, :, :, line] += F.conv1d(features[:, :, :, line], weight[:, :, :, column], padding=1)


def _add_border_gradient(grad_input: Tensor, grad_output: Tensor, weight: Tensor) -> None:
    """The transpose of `_add_border`: add to `grad_input`, in place, the gradient through the repeated border."""
    for line, row in ((0, 0), (-1, 2)):
        repeated = F.conv_transpose1d(grad_output[:, :, line, :], weight[:, :, row, :])
        inner = repeated[:, :, 1:-1].clone()
        inner[:, :, 0] += repeated[:, :, 0]
        inner[:, :, -1] += repeated[:, :, -1]
        grad_input[:, :, line, :] += inner
    for line, column in ((0, 0), (-1, 2)):
        grad_input[:, :, :, line] += F.conv_transpose1d(grad_output[:, :, :, line], weight[:, :, :, column], padding=1)


class _ReplicateConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(weight)
        output = F.conv2d(features, weight, bias, padding=1)
        _add_border(output, features, weight)
        return output

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None, None]:
        (weight,) = ctx.saved_tensors
        grad_input = F.conv_transpose2d(grad_output, weight, padding=1)
        _add_border_gradient(grad_input, grad_output, weight)
        return grad_input, None, None


def replicate_convolution(features: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Convolve `features` padded by one repeated pixel; the gradient goes to `features` alone, the weights being fixed.

    Args:
        features: feature maps `(N, C, H, W)`, any H and W of at least 1.
        weight: kernels `(D, C, 3, 3)`.
        bias: `(D,)`.

    Returns:
        Feature maps `(N, D, H, W)`, equal to `conv2d(pad(features, 1, mode="replicate"), weight, bias)`.
    """
    output: Tensor = _ReplicateConvolution.apply(features, weight, bias)  # type: ignore[no-untyped-call]
    return output
