"""Contrast and colour of detail, by octave and direction: measured in one picture and transferred to another.

Each band of a steerable pyramid (Simoncelli and Freeman, 1995) holds one octave and one direction. Textures look alike where
the statistics of their bands agree (Portilla and Simoncelli, "A Parametric Texture Model", 2000). In the Fourier domain a band
is a share of each frequency, and changing all bands amounts to one map of colours for each frequency, so that two transforms
suffice for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels
from pinxit.texture.color_transfer import limited_map

OCTAVES, DIRECTIONS = 6, 4
BANDS = OCTAVES * DIRECTIONS
MAX_GAIN = 4.0
"""Largest gain applied to a band."""
PADDING = 24
"""Pixels of a ramp between opposite borders, which a Fourier transform treats as neighbours."""
ROWS = 64
"""Spectrum rows processed at once, to bound memory: all bands of a poster would fill it."""

Covariances = NDArray[np.float64]
"""Covariance of the colours of each band, `(BANDS, 3, 3)`."""
Maps = NDArray[np.float32]
"""Linear map of the colours of each band, `(BANDS, 3, 3)`."""


def band_covariances(pixels: Pixels) -> Covariances:
    """Return the colour covariance of each band of a picture `(3, H, W)`."""
    return _covariances(*_spectrum(pixels))


def match_bands(pixels: Pixels, wanted: Covariances, strength: float) -> tuple[Pixels, Maps]:
    """Give the bands of a picture the wanted covariances.

    Neighbouring bands overlap, so the result only comes near to them.

    Args:
        pixels: `(3, H, W)`.
        wanted: the covariances to reach.
        strength: how far to go, 0 to 1.

    Returns:
        The picture, which may overshoot [0, 1], and the maps that made it.
    """
    spectrum, shape = _spectrum(pixels)
    pairs = zip(_covariances(spectrum, shape), wanted, strict=True)
    maps = np.stack([limited_map(*pair, strength, MAX_GAIN) for pair in pairs])
    return _mapped(spectrum, shape, maps), maps


def apply_maps(pixels: Pixels, maps: Maps) -> Pixels:
    """Apply to a picture `(3, H, W)` the maps computed for another one."""
    return _mapped(*_spectrum(pixels), maps)


def band_masks(down: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each band's share of each frequency.

    Args:
        down: vertical frequency, in cycles a pixel.
        right: horizontal frequency, in cycles a pixel.

    Returns:
        `(BANDS, …)`, finest octave first; the shares of a frequency add up to at most 1.
    """
    radius = np.maximum(np.hypot(down, right), 1e-6)
    octave = -1 - np.log2(radius)  # 0 at the Nyquist frequency
    rings = [
        0.5 + 0.5 * np.cos(np.pi * np.clip(octave - number - 0.5, -1 if number else 0, 1)) for number in range(OCTAVES)
    ]
    turns = np.pi * np.arange(DIRECTIONS, dtype=np.float32) / DIRECTIONS
    squares = [np.square((right * np.cos(turn) + down * np.sin(turn)) / radius) for turn in turns]
    # The sixth powers of four cosines add up to 1.25.
    sectors = [square * square * square / np.float32(1.25) for square in squares]
    return np.stack([ring * sector for ring in rings for sector in sectors])


def frequencies(shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the vertical `(H, 1)` and horizontal `(1, W // 2 + 1)` frequencies in the spectrum of real values `(H, W)`."""
    down, right = np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1])
    return down[:, None].astype(np.float32), right[None].astype(np.float32)


def parseval_weights(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return the weights of a spectrum's columns in the mean square (Parseval).

    Most columns of `(H, W // 2 + 1)` stand for two of the full spectrum.
    """
    height, width = shape
    counts = np.full(width // 2 + 1, 2 / (height * width) ** 2, np.float32)
    counts[0] /= 2
    if width % 2 == 0:
        counts[-1] /= 2
    return counts


def _spectrum(pixels: Pixels) -> tuple[NDArray[np.complex64], tuple[int, int]]:
    """Return the spectrum of a picture padded so that opposite borders meet, and the shape of the padded picture."""
    part = np.linspace(0, 1, PADDING + 2, dtype=np.float32)[1:-1]
    down = pixels[:, -1:] + part[:, None] * (pixels[:, :1] - pixels[:, -1:])
    meeting = np.concatenate([pixels, down], 1)
    right = meeting[:, :, -1:] + part * (meeting[:, :, :1] - meeting[:, :, -1:])
    _, height, width = (meeting := np.concatenate([meeting, right], 2)).shape
    return np.fft.rfft2(meeting).astype(np.complex64, copy=False), (height, width)


def _blocks(spectrum: NDArray[np.complex64], shape: tuple[int, int]) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield blocks of rows, each with the masks of all bands there, `(BANDS, F)`."""
    down, right = frequencies(shape)
    for top in range(0, shape[0], ROWS):
        rows = slice(top, min(top + ROWS, shape[0]))
        yield rows, band_masks(down[rows], right).reshape(BANDS, -1)


def _covariances(spectrum: NDArray[np.complex64], shape: tuple[int, int]) -> Covariances:
    found, counts = np.zeros((BANDS, 9)), np.sqrt(parseval_weights(shape))
    for rows, shares in _blocks(spectrum, shape):
        block = (spectrum[:, rows] * counts).reshape(3, -1)
        parts = np.stack([block.real, block.imag])
        products = np.stack(
            [np.einsum("cf,cf->f", parts[:, one], parts[:, other]) for one in range(3) for other in range(3)]
        )
        found += np.square(shares) @ products.T
    return found.reshape(BANDS, 3, 3)


def _mapped(spectrum: NDArray[np.complex64], shape: tuple[int, int], maps: Maps) -> Pixels:
    """Return the picture with mapped bands and without padding; frequencies outside all bands stay as they are."""
    changes = (maps - np.eye(3, dtype=np.float32)).reshape(BANDS, 9)
    for rows, shares in _blocks(spectrum, shape):
        block = spectrum[:, rows].reshape(3, -1)
        change = ((changes.T @ shares).reshape(3, 3, -1) * block).sum(1)
        spectrum[:, rows] += change.reshape(spectrum[:, rows].shape)
    whole = np.fft.irfft2(spectrum, s=shape, axes=(1, 2))
    return np.ascontiguousarray(whole[:, :-PADDING, :-PADDING], dtype=np.float32)


def mix_covariances(several: Sequence[Covariances], shares: Sequence[float]) -> Covariances:
    """Average the covariances of several pictures, weighted by shares that add up to 1."""
    mixed: Covariances = np.tensordot(shares, np.stack(several), 1)
    return mixed
