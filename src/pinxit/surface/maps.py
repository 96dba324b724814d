"""Normal, height and roughness maps for lighting a texture, estimated from its lightness.

A painting does not contain its relief. By the convention of texture artists, light parts are high, both broad forms and fine
strokes, and finely varying parts are rough. Where the borders of the texture meet, those of the maps do too.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.image.wrap import Wrap

MapName = Literal["normal", "height", "roughness"]
MAPS: Final[tuple[MapName, ...]] = ("normal", "height", "roughness")

# Strength of the relief: the steepest tenth of the slopes begins at this tangent.
STEEPNESS = 0.8
_PLAIN_ROUGHNESS, _MOST_ROUGHNESS = 0.45, 0.95


def map_of(texture: Picture, name: MapName, wrap: Wrap) -> Picture:
    """Return a map of a texture, at its size.

    Args:
        texture: the texture.
        name: `normal` (directions as colours in OpenGL's convention: red to the right, green up, blue towards the eye),
            `height` (white is high) or `roughness` (white is rough).
        wrap: which borders of the texture meet: none, or all of them without a shift.
    """
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab

    mode = "wrap" if wrap else "nearest"
    light = rgb2lab(np.moveaxis(texture.pixels, 0, 2))[..., 0] / 100

    def blurred(field: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
        result: NDArray[np.float64] = gaussian_filter(field, sigma, mode=mode)
        return result

    if name == "roughness":
        fine = light - blurred(light, 1.5)
        broken = np.sqrt(blurred(np.square(fine), 4))
        return _picture(_PLAIN_ROUGHNESS + (_MOST_ROUGHNESS - _PLAIN_ROUGHNESS) * _stretched(broken))
    # Keep strokes and forms, but remove what varies over the whole picture: a bright sky is no mountain.
    broad = max(texture.height, texture.width) / 8
    height = _stretched(blurred(light, 0.7) - 0.8 * blurred(light, broad))
    if name == "height":
        return _picture(height)
    # Differences over two pixels are centred on the pixels.
    padded = np.pad(height, 1, mode="wrap" if wrap else "edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    slope = STEEPNESS / max(float(np.quantile(np.hypot(across, down), 0.9)), 1e-6)
    # Rows count downwards and OpenGL's green upwards: a surface that rises with the rows faces up.
    normal = np.stack([-across * slope, down * slope, np.ones_like(across)])
    return _picture((normal / np.linalg.norm(normal, axis=0) + 1) / 2)


def _stretched(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stretch a field to [0, 1], clipping the outermost hundredths of its values; a flat field becomes 0.5."""
    low, high = np.quantile(field, (0.01, 0.99))
    return ((field - low) / (high - low)).clip(0, 1) if high - low > 1e-6 else np.full_like(field, 0.5)


def _picture(field: NDArray[np.float64]) -> Picture:
    planes: Pixels = np.ascontiguousarray(np.broadcast_to(field, (3, *field.shape[-2:])), dtype=np.float32)
    return Picture(planes)
