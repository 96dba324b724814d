"""A 3×3 convolution whose picture goes on past its border, by Winograd's algorithm wherever that is at hand.

Zeros round a picture are a black frame that is not in it: feature maps darken towards the border, and the optimiser
paints a frame to answer them. Repeating the outermost pixels (replicate padding) avoids that, but padding every layer's
input copies every feature map once more, about a sixth of the encoder's time. Only the outermost outputs ever see the
padding, so large maps are convolved on zeros, and what the repeated pixels contribute is added to those four lines. A picture
that meets itself at its border differs in nothing but what is added.

On a CPU, PyTorch convolves directly, near the processor's arithmetic limit. NNPACK, which most builds of PyTorch carry
along, computes the same from 8×8 tiles with a fifth of the multiplications (Lavin and Gray, "Fast Algorithms for
Convolutional Neural Networks", 2016), in half the time (benchmarks/encoder.py).
"""

from __future__ import annotations

import functools
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import give, take
from pinxit.picture.wrap import NONE, Window, Wrap

# Maps of fewer positions (32×32) are small: copying them costs nothing, and transforming the kernels, as Winograd's
# algorithm must, costs more than the products it saves. With fewer channels transforming the maps does.
SMALL = 1024
LEAST_CHANNELS = 16


def has_winograd(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether NNPACK can be used there; asking also prepares it."""
    return device.type == "cpu" and dtype == torch.float32 and torch._nnpack_available()


class ReplicateConvolution:
    """Convolve feature maps padded by one repeated pixel, or by what stands at the border they meet; the gradient goes to
    them alone, the weights being fixed.

    Args:
        weight: kernels `(D, C, 3, 3)`.
        bias: `(D,)`.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias
        self._winograd = has_winograd(weight.device, weight.dtype) and min(weight.shape[:2]) >= LEAST_CHANNELS

    @functools.cached_property
    def _turned(self) -> Tensor:
        """The gradient of a convolution is one too, with every kernel turned about and inputs and outputs exchanged."""
        return self.weight.flip(2, 3).transpose(0, 1).contiguous()

    @functools.cached_property
    def _sides(self) -> list[Tensor]:
        """The kernels' sides as matrices `(D, 3C)`: what is above, below, left and right of the picture falls on them."""
        rows, columns = self.weight.unbind(2), self.weight.unbind(3)
        return [side.transpose(1, 2).flatten(1).contiguous() for side in (rows[0], rows[2], columns[0], columns[2])]

    def __call__(self, features: Tensor, wrap: Wrap = NONE) -> Tensor:
        """Feature maps `(N, D, H, W)` of `(N, C, H, W)`: `conv2d(pad(features, 1, mode="replicate"), weight, bias)`.

        Where borders meet (`wrap`), the padding is what stands there instead: mode "circular", or shifted by half a side.
        """
        height, width = features.shape[2:]
        if height * width < SMALL:
            if wrap:
                padded = take(features, (slice(-1, height + 1), slice(-1, width + 1)), wrap)
            else:
                padded = F.pad(features, (1, 1, 1, 1), mode="replicate")
            return F.conv2d(padded, self.weight, self.bias)
        output: Tensor = _Convolve.apply(features, self, wrap)  # type: ignore[no-untyped-call]
        return output

    def forward(self, features: Tensor, wrap: Wrap = NONE) -> Tensor:
        """The convolution itself, without a graph."""
        if self._winograd:
            output = _winograd(features, self.weight, self.bias)
        else:
            output = F.conv2d(features, self.weight, self.bias, padding=1)
        if wrap:
            _add_wrapped_border(output, features, self._sides, wrap)
        else:
            _add_border(output, features, self._sides)
        return output

    def backward(self, gradient: Tensor, wrap: Wrap = NONE) -> Tensor:
        """The gradient by the input, of the gradient by the output."""
        if self._winograd:
            result = _winograd(gradient, self._turned, None)
        else:
            result = F.conv_transpose2d(gradient, self.weight, padding=1)
        if wrap:
            _add_wrapped_border_gradient(result, gradient, self._sides, wrap)
        else:
            _add_border_gradient(result, gradient, self._sides)
        return result


def _winograd(features: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if len(features) == 1:
        return torch._nnpack_spatial_convolution(features, weight, bias, padding=1)
    # One by one: for several pictures at once, NNPACK takes a way that is half as fast for each.
    return torch.cat(
        [torch._nnpack_spatial_convolution(one, weight, bias, padding=1) for one in torch.split(features, 1)]
    )


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, convolution: ReplicateConvolution, wrap: Wrap) -> Tensor:
        ctx.convolution, ctx.wrap = convolution, wrap
        return convolution.forward(features, wrap)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.convolution.backward(gradient, ctx.wrap), None, None


def _add_border(output: Tensor, features: Tensor, sides: list[Tensor]) -> None:
    """Add to `output`, in place, what the repeated border of `features` contributes."""
    above, below, left, right = sides
    # Above and below, corners included: one line, itself repeated at both ends, under one row of the kernel.
    for line, side in ((0, above), (-1, below)):
        output[:, :, line, :] += side @ _windows(F.pad(features[:, :, line, :], (1, 1), mode="replicate"))
    # Left and right, without the corners, which are done.
    for line, side in ((0, left), (-1, right)):
        output[..., line] += side @ _windows(F.pad(features[..., line], (1, 1)))


def _add_border_gradient(grad_input: Tensor, grad_output: Tensor, sides: list[Tensor]) -> None:
    """The transpose of `_add_border`: add to `grad_input`, in place, the gradient through the repeated border."""
    above, below, left, right = sides
    for line, side in ((0, above), (-1, below)):
        repeated = _add_windows(side.T @ grad_output[:, :, line, :])
        repeated[..., 1] += repeated[..., 0]
        repeated[..., -2] += repeated[..., -1]
        grad_input[:, :, line, :] += repeated[..., 1:-1]
    for line, side in ((0, left), (-1, right)):
        grad_input[..., line] += _add_windows(side.T @ grad_output[..., line])[..., 1:-1]


def _lines(maps: Tensor) -> tuple[Window, Window, Window, Window]:
    """The lines just beyond the border: above and below with corners, left and right without."""
    height, width = maps.shape[2:]
    long, tall = slice(-1, width + 1), slice(0, height)
    return (
        (slice(-1, 0), long),
        (slice(height, height + 1), long),
        (tall, slice(-1, 0)),
        (tall, slice(width, width + 1)),
    )


def _add_wrapped_border(output: Tensor, features: Tensor, sides: list[Tensor], wrap: Wrap) -> None:
    """Add to `output`, in place, what the lines beyond the border contribute where borders meet."""
    above, below, left, right = (take(features, line, wrap) for line in _lines(features))
    output[:, :, 0, :] += sides[0] @ _windows(above[:, :, 0, :])
    output[:, :, -1, :] += sides[1] @ _windows(below[:, :, 0, :])
    output[..., 0] += sides[2] @ _windows(F.pad(left[..., 0], (1, 1)))
    output[..., -1] += sides[3] @ _windows(F.pad(right[..., 0], (1, 1)))


def _add_wrapped_border_gradient(grad_input: Tensor, grad_output: Tensor, sides: list[Tensor], wrap: Wrap) -> None:
    """The transpose of `_add_wrapped_border`."""
    above, below, left, right = _lines(grad_input)
    give(grad_input, above, _add_windows(sides[0].T @ grad_output[:, :, 0, :])[:, :, None, :], wrap)
    give(grad_input, below, _add_windows(sides[1].T @ grad_output[:, :, -1, :])[:, :, None, :], wrap)
    give(grad_input, left, _add_windows(sides[2].T @ grad_output[..., 0])[..., 1:-1, None], wrap)
    give(grad_input, right, _add_windows(sides[3].T @ grad_output[..., -1])[..., 1:-1, None], wrap)


def _windows(line: Tensor) -> Tensor:
    """Three neighbours of each position of a line `(N, C, L + 2)` below one another: `(N, 3C, L)`."""
    return torch.cat([line[..., :-2], line[..., 1:-1], line[..., 2:]], dim=1)


def _add_windows(windows: Tensor) -> Tensor:
    """The transpose of `_windows`: `(N, C, L + 2)` of `(N, 3C, L)`."""
    first, second, third = windows.chunk(3, dim=1)
    line = F.pad(second, (1, 1))
    line[..., :-2] += first
    line[..., 2:] += third
    return line
