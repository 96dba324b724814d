"""How a painted sphere is measured: steps across the edges of its cube and its date line, and restlessness at its poles.

Every measure is a ratio to the painting's own steps elsewhere, so that 1 means: nothing to be seen there that is not
everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from pinxit.picture import Picture
from pinxit.picture.picture import Pixels
from pinxit.surface import looking
from pinxit.surface.sphere import FACES, Directions, of_view

# A side's outermost line of pixels, in the four directions.
_LINES = {
    "top": (slice(0, 1), slice(None)),
    "bottom": (slice(-1, None), slice(None)),
    "left": (slice(None), slice(0, 1)),
    "right": (slice(None), slice(-1, None)),
}
# Beyond these latitudes, degrees, a panorama's rows are short.
_TEMPERATE = 60
_FROM_POLES = (2.5, 5.0, 10.0)
# The share of a side whose lines an edge is compared with: what is painted farther away may be more restless or less.
_NEAR = 4


def cube_edges(sides: Mapping[str, Pixels]) -> dict[str, float]:
    """The step across each of the twelve edges of a cube map, as a ratio to the median step between the parallel lines on either
    side, a quarter of the side far.

    Args:
        sides: `(3, S, S)` each, by name: an ordinary cube map.

    Returns:
        By the names of the two sides, as in `px-py`.
    """
    size = sides["pz"].shape[1]
    lines = []
    for name, pixels in sides.items():
        directions = of_view(FACES[name], size)
        directions /= np.abs(directions).max(-1, keepdims=True)
        for line, (rows, columns) in _LINES.items():
            inwards = {"left": pixels, "right": pixels[:, :, ::-1], "top": pixels.transpose(0, 2, 1)}
            inwards["bottom"] = inwards["top"][:, :, ::-1]
            steps = np.abs(np.diff(inwards[line][..., : size // _NEAR + 1], axis=2)).mean((0, 1))
            lines.append((name, directions[rows, columns].reshape(-1, 3), pixels[:, rows, columns].reshape(3, -1), steps))
    found = {}
    for (name, place, line, steps), (other, other_place, other_line, other_steps) in combinations(lines, 2):
        for turned in (slice(None), slice(None, None, -1)):
            # Where two sides meet, the middles of their outermost pixels are half a pixel on either side of the edge.
            if name != other and np.abs(place - other_place[turned]).max() < 1.5 * 2 / size:
                step = np.abs(line - other_line[:, turned]).mean()
                found[f"{name}-{other}"] = float(step / np.median(np.concatenate([steps, other_steps])))
    return found


def date_line(panorama: Pixels) -> float:
    """The same across the date line of a panorama `(3, H, 2 H)`: its columns meet there."""
    far = panorama.shape[2] // 4 // _NEAR
    around = np.concatenate([panorama[..., -far - 1 :], panorama[..., : far + 1]], 2)
    steps = np.abs(np.diff(around, axis=2)).mean((0, 1))
    return float(steps[far] / np.median(np.delete(steps, far)))


def poles(panorama: Pixels) -> dict[str, tuple[float, float]]:
    """How much a panorama `(3, H, 2 H)` changes along its parallels near each pole.

    Steps are equally long on the sphere: what is as wide everywhere on a panorama is pinched at the poles, and changes faster
    there by far, above all along the parallels.

    Returns:
        For `zenith` and `nadir`: the ratio to the median of what it changes along other parallels, and the ratio to what it
        changes along the meridians just there, which is 1 where forms have no preferred direction.
    """
    look = looking.panorama(Picture(panorama), panorama.shape[2])
    step = 2 * math.pi / panorama.shape[2]

    def changes(latitude: float) -> tuple[float, float]:
        rings = [look(_parallel(latitude, towards, step))[:, 0] for towards in (0, step)]
        along = np.abs(np.diff(rings[0], axis=1)).mean()
        return float(along), float(np.abs(rings[1] - rings[0]).mean())

    elsewhere = np.median([changes(math.radians(latitude))[0] for latitude in range(-_TEMPERATE, _TEMPERATE + 1, 4)])
    found = {}
    for name, sign in (("zenith", 1), ("nadir", -1)):
        along, towards = np.mean([changes(sign * math.radians(90 - degrees)) for degrees in _FROM_POLES], 0)
        found[name] = (float(along / elsewhere), float(along / towards))
    return found


def _parallel(latitude: float, towards: float, step: float) -> Directions:
    """Directions round a parallel, `step` from one another, all of them moved so far towards the equator."""
    count = max(8, round(2 * math.pi * math.cos(latitude) / step))
    longitude = np.linspace(-math.pi, math.pi, count, dtype=np.float32)
    latitude -= math.copysign(towards, latitude)
    level, height = np.float32(math.cos(latitude)), np.full(count, math.sin(latitude), np.float32)
    return np.stack([level * np.sin(longitude), height, level * np.cos(longitude)], -1)[None]
