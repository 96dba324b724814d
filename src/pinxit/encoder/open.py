"""From a name to an encoder that runs."""

from __future__ import annotations

from pathlib import Path

from pinxit.encoder import weights
from pinxit.encoder.device import Device, Precision, choose_device, choose_dtype
from pinxit.encoder.normalization import normalize
from pinxit.encoder.pooling import Pooling
from pinxit.encoder.vgg import Encoder


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
        precision: in what it computes; what measures or is compared needs float32.
        normalized: rescale the filters to a mean activation of one.

    Returns:
        The encoder, and the SHA-256 of `file`, empty where there was none.

    Raises:
        PinxitError: when the weights are missing or damaged, or the device is.
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
