"""Read VGG's convolutions from the three kinds of file they come in, without trusting any of them.

All readers return the same thing, `conv1_1.weight`, `conv1_1.bias`, …, as float32 tensors, checked for names, shapes and
numbers. None of them runs code from the file: ONNX and safetensors are plain data, and PyTorch's checkpoints are read by
`torch.load(weights_only=True)`, which refuses a pickle that calls anything.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from pinxit.encoder.vgg import Architecture, convolutions, kernel_shapes
from pinxit.errors import PinxitError

Parameters = dict[str, Tensor]


def read_onnx(path: Path) -> Parameters:
    """Return the convolutions of a Keras VGG exported to ONNX, whose initializers are called `…/block1_conv1_1/…`."""
    import onnx
    from onnx import numpy_helper

    # External tensors would be read from paths named in the file; a genuine file has none.
    model = onnx.load(str(path), load_external_data=False)
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    parameters: Parameters = {}
    for name in convolutions("vgg16"):
        node = f"functional_1/block{name[4]}_conv{name[6]}_1"
        parameters[f"{name}.weight"] = torch.from_numpy(arrays[f"{node}/convolution/ReadVariableOp:0"].copy())
        parameters[f"{name}.bias"] = torch.from_numpy(arrays[f"{node}/Squeeze:0"].copy())
    return parameters


def _torchvision_names(architecture: Architecture) -> dict[str, str]:
    """Map names: `conv1_1` → `features.0`. Torchvision numbers convolutions, ReLUs and poolings together."""
    names = {}
    index = 0
    for name in convolutions(architecture):
        if name.endswith("_1") and name != "conv1_1":
            index += 1  # the pooling before this block
        names[name] = f"features.{index}"
        index += 2  # the convolution and its ReLU
    return names


def read_torchvision(path: Path, architecture: Architecture) -> Parameters:
    """Return the convolutions of a torchvision checkpoint (`vgg19-dcbb9e9d.pth`), or of a safetensors file with the same names.

    Raises:
        PinxitError: when the file is not such a checkpoint, would run code, or has wrong names, shapes or numbers.
    """
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # a hostile file can make either reader raise nearly anything
        raise PinxitError(
            f"{path} is not a checkpoint that can be read safely ({type(error).__name__}): give torchvision's "
            f"{architecture} state dict as .pth or .safetensors."
        ) from error
    if not isinstance(state, dict):
        raise PinxitError(f"{path} holds no state dict: give torchvision's {architecture} checkpoint.")
    parameters: Parameters = {}
    for name, theirs in _torchvision_names(architecture).items():
        for kind in ("weight", "bias"):
            # Files written by pinxit use the canonical names.
            value = state.get(f"{theirs}.{kind}", state.get(f"{name}.{kind}"))
            if not isinstance(value, Tensor):
                raise PinxitError(
                    f"{path} has no {theirs}.{kind}: give torchvision's {architecture} checkpoint, not another network's."
                )
            parameters[f"{name}.{kind}"] = value.detach().to(torch.float32).contiguous()
    check(parameters, architecture, str(path))
    return parameters


def check(parameters: Parameters, architecture: Architecture, origin: str) -> None:
    """Check that every parameter has the architecture's shape and finite numbers.

    Args:
        parameters: the parameters by name.
        architecture: the architecture they must fit.
        origin: where they come from, for the error message.

    Raises:
        PinxitError: when a shape differs or a number is not finite.
    """
    for name, shape in kernel_shapes(architecture).items():
        for key, expected in ((f"{name}.weight", shape), (f"{name}.bias", shape[:1])):
            value = parameters[key]
            if tuple(value.shape) != expected:
                raise PinxitError(
                    f"{origin} has {key} of shape {tuple(value.shape)} where {architecture} has {expected}: "
                    "it belongs to another network."
                )
            if not bool(torch.isfinite(value).all()):
                raise PinxitError(
                    f"{origin} has NaN or infinite numbers in {key}: the file is damaged, download it again."
                )
