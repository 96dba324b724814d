"""A 3×3 convolution with replicate or wrapped padding, by Winograd's algorithm where it is available.

Zero padding puts a black frame round a picture: feature maps darken towards the border, and the optimiser paints a frame in
response. Replicate padding, which repeats the outermost pixels, avoids that, but padding every layer's input copies every
feature map once more, about a sixth of the encoder's time. Only the outermost outputs ever see the padding. So large maps are
convolved with zero padding, and the contribution of the repeated pixels is added to those four lines. Where borders meet,
only that contribution differs.

On a CPU, PyTorch convolves directly, near the processor's arithmetic limit. NNPACK, which most builds of PyTorch contain,
computes the same from 8×8 tiles with a fifth of the multiplications (Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks", 2016), in half the time (benchmarks/encoder.py).
"""

from __future__ import annotations

import functools
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import give, take
from pinxit.image.wrap import NONE, Window, Wrap

SMALL = 1024  # positions (32×32): below this, copying costs nothing and Winograd's kernel transforms cost more than they save
LEAST_CHANNELS = 16  # with fewer, Winograd's transforms of the maps cost more than they save


def has_winograd(device: torch.device, dtype: torch.dtype) -> bool:
    """Return whether NNPACK can be used on the device in that precision; asking also initialises it."""
    return device.type == "cpu" and dtype == torch.float32 and torch._nnpack_available()


class ReplicateConvolution:
    """A 3×3 convolution with one pixel of replicate or wrapped padding.

    Gradients go to its input only, the weights being fixed.

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
        """The kernels of the gradient, which is a convolution too: kernels rotated by 180°, inputs and outputs exchanged."""
        return self.weight.flip(2, 3).transpose(0, 1).contiguous()

    @functools.cached_property
    def _sides(self) -> list[Tensor]:
        """The kernels' upper, lower, left and right sides as matrices `(D, 3C)`, which act on the pixels beyond each border."""
        rows, columns = self.weight.unbind(2), self.weight.unbind(3)
        return [side.transpose(1, 2).flatten(1).contiguous() for side in (rows[0], rows[2], columns[0], columns[2])]

    def __call__(self, features: Tensor, wrap: Wrap = NONE) -> Tensor:
        """Return feature maps `(N, D, H, W)` of `(N, C, H, W)`: `conv2d(pad(features, 1, mode="replicate"), weight, bias)`.

        Where borders meet (`wrap`), the padding is what lies across them instead: mode "circular", or shifted by half a side.
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
        """Compute the convolution without a graph."""
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
        """Compute the gradient by the input from the gradient by the output."""
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
    # One by one: for several pictures at once, NNPACK's algorithm is half as fast for each.
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
    """Add to `output`, in place, the contribution of the repeated border of `features`."""
    above, below, left, right = sides
    # Above and below, with corners: one line, its ends repeated, under one row of the kernel.
    for line, side in ((0, above), (-1, below)):
        output[:, :, line, :] += side @ _windows(F.pad(features[:, :, line, :], (1, 1), mode="replicate"))
    # Left and right, without the corners, which are already added.
    for line, side in ((0, left), (-1, right)):
        output[..., line] += side @ _windows(F.pad(features[..., line], (1, 1)))


def _add_border_gradient(grad_input: Tensor, grad_output: Tensor, sides: list[Tensor]) -> None:
    """Add to `grad_input`, in place, the gradient through the repeated border: the transpose of `_add_border`."""
    above, below, left, right = sides
    for line, side in ((0, above), (-1, below)):
        repeated = _add_windows(side.T @ grad_output[:, :, line, :])
        repeated[..., 1] += repeated[..., 0]
        repeated[..., -2] += repeated[..., -1]
        grad_input[:, :, line, :] += repeated[..., 1:-1]
    for line, side in ((0, left), (-1, right)):
        grad_input[..., line] += _add_windows(side.T @ grad_output[..., line])[..., 1:-1]


def _lines(maps: Tensor) -> tuple[Window, Window, Window, Window]:
    """Return the lines just beyond the border: above and below with corners, left and right without."""
    height, width = maps.shape[2:]
    long, tall = slice(-1, width + 1), slice(0, height)
    return (
        (slice(-1, 0), long),
        (slice(height, height + 1), long),
        (tall, slice(-1, 0)),
        (tall, slice(width, width + 1)),
    )


def _add_wrapped_border(output: Tensor, features: Tensor, sides: list[Tensor], wrap: Wrap) -> None:
    """Add to `output`, in place, the contribution of the lines beyond borders that meet."""
    above, below, left, right = (take(features, line, wrap) for line in _lines(features))
    output[:, :, 0, :] += sides[0] @ _windows(above[:, :, 0, :])
    output[:, :, -1, :] += sides[1] @ _windows(below[:, :, 0, :])
    output[..., 0] += sides[2] @ _windows(F.pad(left[..., 0], (1, 1)))
    output[..., -1] += sides[3] @ _windows(F.pad(right[..., 0], (1, 1)))


def _add_wrapped_border_gradient(grad_input: Tensor, grad_output: Tensor, sides: list[Tensor], wrap: Wrap) -> None:
    """Add to `grad_input`, in place, the gradient through the wrapped border: the transpose of `_add_wrapped_border`."""
    above, below, left, right = _lines(grad_input)
    give(grad_input, above, _add_windows(sides[0].T @ grad_output[:, :, 0, :])[:, :, None, :], wrap)
    give(grad_input, below, _add_windows(sides[1].T @ grad_output[:, :, -1, :])[:, :, None, :], wrap)
    give(grad_input, left, _add_windows(sides[2].T @ grad_output[..., 0])[..., 1:-1, None], wrap)
    give(grad_input, right, _add_windows(sides[3].T @ grad_output[..., -1])[..., 1:-1, None], wrap)


def _windows(line: Tensor) -> Tensor:
    """Stack the three neighbours of each position of a line `(N, C, L + 2)`: `(N, 3C, L)`."""
    return torch.cat([line[..., :-2], line[..., 1:-1], line[..., 2:]], dim=1)


def _add_windows(windows: Tensor) -> Tensor:
    """Add up windows `(N, 3C, L)` into a line `(N, C, L + 2)`: the transpose of `_windows`."""
    first, second, third = windows.chunk(3, dim=1)
    line = F.pad(second, (1, 1))
    line[..., :-2] += first
    line[..., 2:] += third
    return line
