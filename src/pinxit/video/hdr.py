"""High dynamic range and wide colours brought to what every screen shows: ITU-R BT.709, standard range.

Light is measured in shares of diffuse white, 203 cd/m² (ITU-R BT.2408). Up to `_KNEE` of it nothing changes; what is brighter
is rolled off by the curve of Reinhard et al. (2002, "Photographic tone reproduction for digital images", equation 4), up to the
brightest that the signal can say. The largest of the three channels is put through the curve and the others are scaled with
it, so greys stay grey and hues stay what they are. Then it is coded for a display with a gamma of 2.4 (ITU-R BT.1886).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.video.flow import Bytes

Light = NDArray[np.float32]

# Transfer characteristics (ITU-T H.273): perceptual quantiser and hybrid log-gamma; and the primaries of ITU-R BT.2020.
PQ, HLG, WIDE = 16, 18, 9
NAMES = {PQ: "PQ", HLG: "HLG"}
_WHITE = 203.0  # cd/m², diffuse white
_BRIGHTEST = {PQ: 10_000.0, HLG: 1_000.0}  # cd/m²; hybrid log-gamma is shown on a display of so much
_KNEE = 0.7
_GAMMA = 2.4
# Luminance from BT.2020's red, green and blue, and from its primaries to those of BT.709 (ITU-R BT.2087).
_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
_LUMA_709 = np.array([0.2126, 0.7152, 0.0722], np.float32)


def is_wide(frame: Any) -> bool:
    """Return whether a frame's colours must be brought to standard range before it can be painted."""
    return int(frame.color_trc) in NAMES or int(frame.color_primaries) == WIDE


def to_standard(signal: NDArray[np.uint16], transfer: int) -> Bytes:
    """Return a picture `(H, W, 3)` with BT.2020's primaries, 16 bits a channel, as 8 bits in BT.709.

    Args:
        signal: the coded values, the whole range.
        transfer: how they are coded, by H.273.
    """
    light: Light = _table(transfer)[signal]
    if transfer == HLG:
        # What the display makes of the scene (ITU-R BT.2100, table 5): a system gamma of 1.2 at 1000 cd/m².
        scene = np.maximum(light @ _LUMA, 1e-6)[..., None]
        light = light * np.power(scene, np.float32(0.2)) * np.float32(_BRIGHTEST[HLG] / _WHITE)
    light = _inside(light @ _TO_709.T)
    if transfer in NAMES:
        light = _rolled_off(light, _BRIGHTEST[transfer] / _WHITE)
    coded = np.power(light.clip(0, 1), np.float32(1 / _GAMMA))
    return np.asarray(coded * 255 + np.float32(0.5), np.uint8)


@functools.cache
def _table(transfer: int) -> Light:
    """Light by 16-bit signal: shares of diffuse white, but of the brightest for hybrid log-gamma, which is not done yet."""
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


def _inside(light: Light) -> Light:
    """Return colours that BT.709 cannot show with as much grey as brings them in, at the same luminance."""
    least = light.min(axis=-1, keepdims=True)
    luminance = np.maximum((light @ _LUMA_709)[..., None], 0)
    keep = np.where(least < 0, luminance / np.maximum(luminance - least, 1e-9), 1).astype(np.float32)
    return np.asarray(luminance + (light - luminance) * keep, np.float32)


def _rolled_off(light: Light, brightest: float) -> Light:
    """Return light with what is above the knee pressed together, so that the brightest is white."""
    most = light.max(axis=-1, keepdims=True)
    room = 1 - _KNEE
    over, end = np.maximum(most - _KNEE, 0) / room, (brightest - _KNEE) / room
    curve = np.where(most > _KNEE, _KNEE + room * over * (1 + over / end**2) / (1 + over), most)
    return np.asarray(light * (curve / np.maximum(most, 1e-9)), np.float32)
