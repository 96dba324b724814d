"""Detail by its size and direction: how lively a picture is along and across its strokes, and giving that to another picture.

A steerable pyramid (Simoncelli and Freeman, 1995) has bands of one octave and one direction each; that textures look alike
where these do is from Portilla and Simoncelli ("A Parametric Texture Model", 2000). In the Fourier domain a band is a share of
each frequency, and what is done to all bands one map of colours for each frequency: two transforms do for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import spreading

OCTAVES, DIRECTIONS = 6, 4
BANDS = OCTAVES * DIRECTIONS
MOST_TIMES = 4.0
"""As lively as it was a band becomes."""
AROUND = 24
"""From a border to the opposite one, px: a Fourier transform takes them for neighbours, so they are led into each other."""
ROWS = 64
"""Of a spectrum, that are looked at together: all bands of a poster would fill the memory."""

Covariances = NDArray[np.float64]
"""Of the colours of each band, `(BANDS, 3, 3)`."""
Maps = NDArray[np.float32]
"""What each band's colours are mapped by, `(BANDS, 3, 3)`."""


def directions_of(pixels: Pixels) -> Covariances:
    """Those of a picture `(3, H, W)`."""
    return _covariances(*_spectrum(pixels))


def steer(pixels: Pixels, wanted: Covariances, strength: float) -> tuple[Pixels, Maps]:
    """A picture `(3, H, W)` whose bands have those covariances, as far as strength, 0 to 1, says, and what did it.

    Neighbouring bands overlap, so they come near to them only. It may overshoot [0, 1].
    """
    spectrum, shape = _spectrum(pixels)
    pairs = zip(_covariances(spectrum, shape), wanted, strict=True)
    maps = np.stack([spreading(*pair, strength, MOST_TIMES) for pair in pairs])
    return _mapped(spectrum, shape, maps), maps


def steered(pixels: Pixels, maps: Maps) -> Pixels:
    """A picture `(3, H, W)` to which is done what was done to another one."""
    return _mapped(*_spectrum(pixels), maps)


def masks(down: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Which share of each frequency the bands have, `(BANDS, …)`, finest octave first; at most 1 in all.

    Args:
        down, right: the frequency, in cycles a pixel.
    """
    radius = np.maximum(np.hypot(down, right), 1e-6)
    octave = -1 - np.log2(radius)  # 0 for what alternates
    rings = [
        0.5 + 0.5 * np.cos(np.pi * np.clip(octave - number - 0.5, -1 if number else 0, 1)) for number in range(OCTAVES)
    ]
    turns = np.pi * np.arange(DIRECTIONS, dtype=np.float32) / DIRECTIONS
    squares = [np.square((right * np.cos(turn) + down * np.sin(turn)) / radius) for turn in turns]
    # The sixth powers of four cosines add up to 1.25.
    sectors = [square * square * square / np.float32(1.25) for square in squares]
    return np.stack([ring * sector for ring in rings for sector in sectors])


def frequencies(shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Down `(H, 1)` and right `(1, W // 2 + 1)`, of the spectrum of real values `(H, W)`."""
    down, right = np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1])
    return down[:, None].astype(np.float32), right[None].astype(np.float32)


def weights(shape: tuple[int, int]) -> NDArray[np.float32]:
    """What squares in the columns of a spectrum `(H, W // 2 + 1)` count in the mean square (Parseval): most stand for two."""
    height, width = shape
    counts = np.full(width // 2 + 1, 2 / (height * width) ** 2, np.float32)
    counts[0] /= 2
    if width % 2 == 0:
        counts[-1] /= 2
    return counts


def _spectrum(pixels: Pixels) -> tuple[NDArray[np.complex64], tuple[int, int]]:
    """That of a picture whose opposite borders meet, and its shape then."""
    part = np.linspace(0, 1, AROUND + 2, dtype=np.float32)[1:-1]
    down = pixels[:, -1:] + part[:, None] * (pixels[:, :1] - pixels[:, -1:])
    meeting = np.concatenate([pixels, down], 1)
    right = meeting[:, :, -1:] + part * (meeting[:, :, :1] - meeting[:, :, -1:])
    _, height, width = (meeting := np.concatenate([meeting, right], 2)).shape
    return np.fft.rfft2(meeting).astype(np.complex64, copy=False), (height, width)


def _blocks(spectrum: NDArray[np.complex64], shape: tuple[int, int]) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Some rows after others, and the masks of all bands there, `(BANDS, F)`."""
    down, right = frequencies(shape)
    for top in range(0, shape[0], ROWS):
        rows = slice(top, min(top + ROWS, shape[0]))
        yield rows, masks(down[rows], right).reshape(BANDS, -1)


def _covariances(spectrum: NDArray[np.complex64], shape: tuple[int, int]) -> Covariances:
    found, counts = np.zeros((BANDS, 9)), np.sqrt(weights(shape))
    for rows, shares in _blocks(spectrum, shape):
        block = (spectrum[:, rows] * counts).reshape(3, -1)
        parts = np.stack([block.real, block.imag])
        products = np.stack(
            [np.einsum("cf,cf->f", parts[:, one], parts[:, other]) for one in range(3) for other in range(3)]
        )
        found += np.square(shares) @ products.T
    return found.reshape(BANDS, 3, 3)


def _mapped(spectrum: NDArray[np.complex64], shape: tuple[int, int], maps: Maps) -> Pixels:
    """A picture again, without what was added; what no band has stays as it is."""
    changes = (maps - np.eye(3, dtype=np.float32)).reshape(BANDS, 9)
    for rows, shares in _blocks(spectrum, shape):
        block = spectrum[:, rows].reshape(3, -1)
        change = ((changes.T @ shares).reshape(3, 3, -1) * block).sum(1)
        spectrum[:, rows] += change.reshape(spectrum[:, rows].shape)
    whole = np.fft.irfft2(spectrum, s=shape, axes=(1, 2))
    return np.ascontiguousarray(whole[:, :-AROUND, :-AROUND], dtype=np.float32)


def mix_directions(several: Sequence[Covariances], shares: Sequence[float]) -> Covariances:
    """What lies between those of several pictures; the shares add up to 1."""
    mixed: Covariances = np.tensordot(shares, np.stack(several), 1)
    return mixed
