"""VGG as a fixed feature extractor (Simonyan and Zisserman, "Very Deep Convolutional Networks", ICLR 2015)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.convolution import ReplicateConvolution, has_winograd
from pinxit.encoder.pooling import pool
from pinxit.errors import PinxitError
from pinxit.image.wrap import NONE, Wrap
from pinxit.recipe.choices import Pooling

Architecture = Literal["vgg16", "vgg19"]

# Convolutions in each of the five blocks, and their channels.
BLOCKS: dict[Architecture, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)


def convolutions(architecture: Architecture) -> tuple[str, ...]:
    """Return the names of the convolutions in order: `conv1_1`, `conv1_2`, `conv2_1`, …"""
    return tuple(
        f"conv{block}_{number}"
        for block, count in enumerate(BLOCKS[architecture], start=1)
        for number in range(1, count + 1)
    )


def layers(architecture: Architecture) -> tuple[str, ...]:
    """Return every layer that can be tapped, in the order of computation: `conv1_1`, `relu1_1`, …, `pool1`, `conv2_1`, …"""
    names: list[str] = []
    for name in convolutions(architecture):
        if name.endswith("_1") and name != "conv1_1":
            names.append(f"pool{int(name[4]) - 1}")
        names += [name, name.replace("conv", "relu")]
    return tuple(names)


def kernel_shapes(architecture: Architecture) -> dict[str, tuple[int, int, int, int]]:
    """Return the kernel shape `(D, C, 3, 3)` of every convolution."""
    shapes = {}
    channels = 3
    for name in convolutions(architecture):
        width = CHANNELS[int(name[4]) - 1]
        shapes[name] = (width, channels, 3, 3)
        channels = width
    return shapes


def check_taps(architecture: Architecture, taps: Iterable[str]) -> None:
    """Check that the architecture has every tap.

    Raises:
        PinxitError: when it lacks one; the message suggests the nearest name.
    """
    known = layers(architecture)
    for tap in taps:
        if tap not in known:
            near = difflib.get_close_matches(tap, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {known[0]}, {known[1]} … {known[-1]}."
            raise PinxitError(f"{architecture} has no layer {tap!r}: {hint}")


def stride(tap: str) -> int:
    """Return how many pixels of the picture one step in the feature map `tap` covers: 1 in block 1, 16 in block 5."""
    return 1 << (int(tap[4]) if tap.startswith("pool") else int(tap[4]) - 1)


class Encoder:
    """A VGG with fixed weights, which computes no more layers than it must.

    Args:
        architecture: `vgg16` or `vgg19`.
        parameters: `conv1_1.weight`, `conv1_1.bias`, …; the first layer takes RGB in [0, 1] (see `weights.fold_input`).
        pooling: the kind of pooling between the blocks.
        device: the device to compute on.
        dtype: the precision to compute in; feature maps have it too.
    """

    def __init__(
        self,
        architecture: Architecture,
        parameters: Mapping[str, Tensor],
        *,
        pooling: Pooling = "max",
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.architecture: Architecture = architecture
        self.pooling: Pooling = pooling
        self.device = torch.device(device)
        self.dtype = dtype
        # Winograd's algorithm reads channel by channel. Without it channels go last, which is twice as fast as the default
        # layout on a CPU, and the layout for a GPU's tensor cores.
        winograd = has_winograd(self.device, dtype)
        self._layout = torch.contiguous_format if winograd else torch.channels_last
        self._convolutions = {
            name: ReplicateConvolution(
                parameters[f"{name}.weight"].to(self.device, dtype, memory_format=self._layout),
                parameters[f"{name}.bias"].to(self.device, dtype),
            )
            for name in convolutions(architecture)
            if f"{name}.weight" in parameters
        }

    def __call__(self, picture: Tensor, taps: Iterable[str], wrap: Wrap = NONE) -> dict[str, Tensor]:
        """Compute feature maps.

        Args:
            picture: `(1, 3, H, W)`, RGB, range [0, 1] (values outside are fine), sRGB.
            taps: names of layers; the computation ends at the deepest.
            wrap: which of the picture's borders meet; its sides must then be multiples of `wrap.multiples` px.

        Returns:
            A feature map `(1, C, H / stride, W / stride)` for each tap, fractions of a pixel dropped.

        Raises:
            PinxitError: when the architecture has no such tap.
        """
        wanted = set(taps)
        check_taps(self.architecture, wanted)
        found: dict[str, Tensor] = {}
        features = picture.to(self.device, self.dtype, memory_format=self._layout)
        for layer in layers(self.architecture):
            if len(found) == len(wanted):
                break
            if layer.startswith("conv"):
                features = self._convolutions[layer](features, wrap)
            elif layer.startswith("relu"):
                # In place, unless the map before it is returned too.
                features = F.relu(features, inplace=layer.replace("relu", "conv") not in wanted)
            else:
                features = pool(features, self.pooling, int(layer[4]))
            if layer in wanted:
                found[layer] = features
        return found
