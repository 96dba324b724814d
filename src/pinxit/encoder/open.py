"""Open an encoder by its name."""

from __future__ import annotations

import functools
from pathlib import Path

from pinxit.encoder import weights
from pinxit.encoder.device import choose_device, choose_dtype
from pinxit.encoder.normalization import normalize
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.recipe.choices import Device, Pooling, Precision
from pinxit.recipe.recipe import Recipe


def open_encoder(
    name: str,
    *,
    file: Path | None = None,
    pooling: Pooling = "max",
    device: Device = "auto",
    precision: Precision = "float32",
    normalized: bool = False,
) -> tuple[Encoder, str]:
    """Load an encoder's weights and put it on a device.

    Args:
        name: one of `weights.SOURCES`.
        file: a local checkpoint to use instead of the cache.
        pooling: the kind of pooling between VGG's blocks.
        device: the device to compute on.
        precision: the precision to compute in; measurements and comparisons need float32.
        normalized: rescale the filters to a mean activation of one.

    Returns:
        The encoder, and the SHA-256 of `file`, empty without one.

    Raises:
        PinxitError: when the weights are missing or damaged, or there is no such device.
    """
    if file is None:
        parameters, sha256 = weights.load(name), ""
    else:
        parameters, sha256 = weights.load_file(file, name)
    architecture = weights.source(name).architecture
    if normalized:
        parameters = normalize(architecture, parameters, pooling)
    chosen = choose_device(device)
    encoder = Encoder(
        architecture,
        parameters,
        pooling=pooling,
        device=chosen,
        dtype=choose_dtype(precision, chosen),
    )
    return encoder, sha256


def encoder_of(recipe: Recipe, file: Path | None) -> Encoder:
    """Return the encoder that a recipe names; the last one opened stays open for the next job.

    Args:
        recipe: its encoder settings.
        file: a weights file given by hand.

    Raises:
        PinxitError: when the weights are not the recipe's.
    """
    encoder, sha256 = _last_opened(
        recipe.encoder,
        file,
        recipe.encoder_sha256,
        recipe.pooling,
        recipe.device,
        recipe.precision,
        recipe.form == "gatys",
    )
    if sha256 != recipe.encoder_sha256:
        raise PinxitError(
            "this was painted with a weights file of its own "
            f"(SHA-256 {recipe.encoder_sha256[:12]}…): give that file by --encoder-weights."
        )
    return encoder


@functools.lru_cache(maxsize=1)
def _last_opened(
    name: str, file: Path | None, _sha256: str, pooling: Pooling, device: Device, precision: Precision, normalized: bool
) -> tuple[Encoder, str]:
    # `_sha256` is part of the key alone: another file of the same name is opened anew.
    return open_encoder(name, file=file, pooling=pooling, device=device, precision=precision, normalized=normalized)
