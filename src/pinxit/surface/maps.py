"""Maps that light a texture: which way it faces, how high it stands, how rough it is, read off its light and dark.

A painting says nothing of its relief. As is the custom of texture painters, what is light is taken to stand high, broad forms
and fine strokes alike, and what is finely broken to be rough. Where the texture meets itself, so do the maps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.picture import Picture
from pinxit.picture.picture import Pixels

# Relief: how steep the steepest tenth of the slopes is, as the tangent of its angle.
STEEPNESS = 0.8
_PLAIN_ROUGHNESS, _MOST_ROUGHNESS = 0.45, 0.95


@dataclass(frozen=True)
class Maps:
    """Three pictures of the texture's size.

    Attributes:
        normal: directions as colours, OpenGL's convention: red to the right, green up, blue towards the eye.
        height: grey, white is high.
        roughness: grey, white is rough.
    """

    normal: Picture
    height: Picture
    roughness: Picture


def maps_of(texture: Picture, *, tile: bool) -> Maps:
    """The maps of a texture, which meet themselves on all sides where it does (`tile`)."""
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab

    mode = "wrap" if tile else "nearest"
    light = rgb2lab(np.moveaxis(texture.pixels, 0, 2))[..., 0] / 100

    def blurred(field: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
        result: NDArray[np.float64] = gaussian_filter(field, sigma, mode=mode)
        return result

    # Strokes and forms, without what varies over the whole: a sky is no mountain.
    broad = max(texture.height, texture.width) / 8
    relief = blurred(light, 0.7) - 0.8 * blurred(light, broad)
    height = _stretched(relief)
    # Row and column differences over two pixels, as central as the pixels themselves.
    padded = np.pad(height, 1, mode="wrap" if tile else "edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    slope = STEEPNESS / max(float(np.quantile(np.hypot(across, down), 0.9)), 1e-6)
    # Rows count downwards and OpenGL's green upwards: what rises with the rows faces up.
    normal = np.stack([-across * slope, down * slope, np.ones_like(across)])
    normal /= np.linalg.norm(normal, axis=0)
    fine = light - blurred(light, 1.5)
    broken = np.sqrt(blurred(np.square(fine), 4))
    roughness = _PLAIN_ROUGHNESS + (_MOST_ROUGHNESS - _PLAIN_ROUGHNESS) * _stretched(broken)
    return Maps(_picture((normal + 1) / 2), _picture(height), _picture(roughness))


def _stretched(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """All but the outermost hundredths of the values, on [0, 1]; a flat field is a half."""
    low, high = np.quantile(field, (0.01, 0.99))
    return ((field - low) / (high - low)).clip(0, 1) if high - low > 1e-6 else np.full_like(field, 0.5)


def _picture(field: NDArray[np.float64]) -> Picture:
    planes: Pixels = np.ascontiguousarray(np.broadcast_to(field, (3, *field.shape[-2:])), dtype=np.float32)
    return Picture(planes)
