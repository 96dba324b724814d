"""Conversion of high dynamic range and wide gamut to ITU-R BT.709 in standard range, which every screen shows.

Light is measured relative to diffuse white, 203 cd/m² (ITU-R BT.2408). Up to `_KNEE` it stays unchanged. Brighter light is
compressed by the curve of Reinhard et al. (2002, "Photographic tone reproduction for digital images", equation 4), up to the
brightest value of the signal. The curve is applied to the largest of the three channels and the others are scaled with it, so
that greys stay grey and hues are kept. The result is coded for a display with a gamma of 2.4 (ITU-R BT.1886).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.video.optical_flow import Bytes

Light = NDArray[np.float32]

# ITU-T H.273: the transfer characteristics perceptual quantiser and hybrid log-gamma, and the primaries of ITU-R BT.2020.
PQ, HLG, BT2020 = 16, 18, 9
TRANSFER_NAMES = {PQ: "PQ", HLG: "HLG"}
_WHITE = 203.0  # cd/m², diffuse white
_BRIGHTEST = {PQ: 10_000.0, HLG: 1_000.0}  # cd/m²; for hybrid log-gamma, the peak of a nominal display
_KNEE = 0.7  # relative to diffuse white: below this, light stays unchanged
_GAMMA = 2.4  # of the display
# Weights of luminance for BT.2020 and BT.709, and the matrix from BT.2020's primaries to BT.709's (ITU-R BT.2087).
_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
_LUMA_709 = np.array([0.2126, 0.7152, 0.0722], np.float32)


def needs_conversion(frame: Any) -> bool:
    """Return whether a frame has high dynamic range or a wide gamut, and must be converted before it is painted."""
    return int(frame.color_trc) in TRANSFER_NAMES or int(frame.color_primaries) == BT2020


def to_standard(signal: NDArray[np.uint16], transfer: int) -> Bytes:
    """Convert a picture with BT.2020's primaries, 16 bits a channel, to BT.709, 8 bits a channel.

    Args:
        signal: the coded values `(H, W, 3)`, full range.
        transfer: the transfer characteristics, as numbered in H.273.
    """
    light: Light = _light_table(transfer)[signal]
    if transfer == HLG:
        # From scene light to display light (ITU-R BT.2100, table 5): a system gamma of 1.2 at 1000 cd/m².
        scene = np.maximum(light @ _LUMA, 1e-6)[..., None]
        light = light * np.power(scene, np.float32(0.2)) * np.float32(_BRIGHTEST[HLG] / _WHITE)
    light = _into_gamut(light @ _TO_709.T)
    if transfer in TRANSFER_NAMES:
        light = _tone_map(light, _BRIGHTEST[transfer] / _WHITE)
    coded = np.power(light.clip(0, 1), np.float32(1 / _GAMMA))
    return np.asarray(coded * 255 + np.float32(0.5), np.uint8)


@functools.cache
def _light_table(transfer: int) -> Light:
    """Return the light of each 16-bit signal, relative to diffuse white; for hybrid log-gamma, relative to the brightest."""
    signal = np.arange(65_536) / 65_535
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = np.power(signal, 1 / m2)
        light = 10_000 / _WHITE * np.power(np.maximum(root - c1, 0) / (c2 - c3 * root), 1 / m1)
    elif transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    else:
        light = np.power(signal, _GAMMA)
    return light.astype(np.float32)


def _into_gamut(light: Light) -> Light:
    """Desaturate colours outside BT.709 until they are inside, at constant luminance."""
    least = light.min(axis=-1, keepdims=True)
    luminance = np.maximum((light @ _LUMA_709)[..., None], 0)
    keep = np.where(least < 0, luminance / np.maximum(luminance - least, 1e-9), 1).astype(np.float32)
    return np.asarray(luminance + (light - luminance) * keep, np.float32)


def _tone_map(light: Light, brightest: float) -> Light:
    """Compress light above the knee, so that the brightest becomes white."""
    most = light.max(axis=-1, keepdims=True)
    room = 1 - _KNEE
    over, end = np.maximum(most - _KNEE, 0) / room, (brightest - _KNEE) / room
    curve = np.where(most > _KNEE, _KNEE + room * over * (1 + over / end**2) / (1 + over), most)
    return np.asarray(light * (curve / np.maximum(most, 1e-9)), np.float32)
