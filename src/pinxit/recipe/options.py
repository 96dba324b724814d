"""The settings as typed keyword arguments, so that editors and type checkers know them."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Literal, TypeAlias, TypedDict, Union

from pinxit.image import Picture
from pinxit.image.wrap import WrapName
from pinxit.recipe.choices import Device, LossForm, Pooling, Precision, Solver

if TYPE_CHECKING:
    import os

    import numpy as np
    import PIL.Image
    import torch

PictureLike: TypeAlias = Union[
    str,
    "os.PathLike[str]",
    bytes,
    "IO[bytes]",
    Picture,
    "PIL.Image.Image",
    "np.ndarray[tuple[int, ...], np.dtype[np.generic]]",
    "torch.Tensor",
]
"""Any kind of picture: a path, `house:NAME`, `sample:NAME`, a file's bytes, a file opened for reading bytes, a `Picture`,
a PIL picture, an array `(H, W[, C])` or a tensor `([1, ]3, H, W)` with values in [0, 1]."""


class SettingsOptions(TypedDict, total=False):
    """Keyword arguments for `pinxit.Settings`, one for each field; None stands for the preset's value.

    Three accept more than the field holds: `size` may be `original`, the content image's own; `iterations` may be one number
    for all scales; and `init` may be a picture to start from.
    """

    preset: Literal["draft", "standard", "fine", "instant", "gatys"] | None
    size: int | Literal["original"] | None
    content_weight: float | None
    style_weight: float | None
    style_scale: float | None
    engine: Literal["optimizer", "network"] | None
    wrap: WrapName | None
    seed: int | None
    iterations: tuple[int, ...] | int | None
    coarsest: int | None
    seconds: float | None
    tolerance: float | None
    solver: Solver | None
    init: Literal["content", "noise", "style", "network", "picture"] | PictureLike | None
    memory: float | None
    color: Literal["style", "keep", "match"] | None
    color_strength: float | None
    objective: Literal["neighbors", "gram"] | None
    faces: Literal["gentle", "style", "keep"] | None
    match: Literal["soft", "regions", "off"] | None
    match_by: Literal["auto", "dino", "vgg"] | None
    assignment: tuple[tuple[int, ...], ...] | None
    smoothness: float | None
    content_layers: dict[str, float] | None
    style_layers: dict[str, float] | None
    style_moments: float | None
    content_statistics: Literal["style", "content"] | None
    content_similarity: float | None
    form: LossForm | None
    network: Literal["fine", "live"] | None
    strength: float | None
    encoder: Literal["vgg16", "vgg16-torchvision", "vgg19"] | None
    pooling: Pooling | None
    device: Device | None
    precision: Precision | None
