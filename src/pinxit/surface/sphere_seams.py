"""Measures of seams on a painted sphere: steps across the cube's edges and the date line, and variation at the poles.

Every measure is a ratio to the painting's own steps elsewhere: 1 means that the place is like any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.surface import projection
from pinxit.surface.sphere import FACES, Directions, of_view

_TEMPERATE = 60  # degrees: at higher latitudes a panorama's rows are short
_FROM_POLES = (2.5, 5.0, 10.0)  # degrees from a pole at which it is measured
# An edge is compared with the lines in the nearest quarter of a side: farther away the painting may vary more or less.
_NEAR = 4


@dataclass(frozen=True)
class _Border:
    """The outermost line of a cube map's side.

    Attributes:
        name: name of the side.
        places: positions of its pixels on the cube, `(S, 3)`, each from −1 to 1.
        colors: its colours, `(3, S)`.
        steps: mean differences between the lines next to it, going inwards.
    """

    name: str
    places: Directions
    colors: Pixels
    steps: Pixels


def cube_edges(sides: Mapping[str, Pixels]) -> dict[str, float]:
    """Measure the step across each of the twelve edges of a cube map.

    Args:
        sides: the sides `(3, S, S)` of an ordinary cube map, by name.

    Returns:
        Ratios to the median step between parallel lines nearby, by the names of the two sides, as in `px-py`.
    """
    borders = [border for name, pixels in sides.items() for border in _borders(name, pixels)]
    found = {}
    for one, other in combinations(borders, 2):
        for turned in (slice(None), slice(None, None, -1)):
            # Where two sides meet, the middles of their outermost pixels lie half a pixel on either side of the edge.
            apart = np.abs(one.places - other.places[turned]).max()
            if one.name != other.name and apart < 1.5 * 2 / len(one.places):
                step = np.abs(one.colors - other.colors[:, turned]).mean()
                usual = np.median(np.concatenate([one.steps, other.steps]))
                found[f"{one.name}-{other.name}"] = float(step / usual)
    return found


def date_line(panorama: Pixels) -> float:
    """Measure the step across the date line of a panorama `(3, H, 2 H)`, as a ratio to the median step nearby."""
    far = panorama.shape[2] // 4 // _NEAR
    around = np.concatenate([panorama[..., -far - 1 :], panorama[..., : far + 1]], 2)
    steps = np.abs(np.diff(around, axis=2)).mean((0, 1))
    return float(steps[far] / np.median(np.delete(steps, far)))


def poles(panorama: Pixels) -> dict[str, tuple[float, float]]:
    """Measure how much a panorama `(3, H, 2 H)` changes along its parallels near each pole.

    Steps have one length on the sphere. A painting that ignores the sphere is pinched at the poles and changes much faster
    there, above all along the parallels.

    Returns:
        For `zenith` and `nadir`: the ratio to the median change along other parallels, and the ratio to the change along the
        meridians at the same place, which is 1 where forms have no preferred direction.
    """
    look = projection.panorama(Picture(panorama), panorama.shape[2])
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


def _borders(name: str, pixels: Pixels) -> Iterator[_Border]:
    """Yield the four borders of a side `(3, S, S)`."""
    size = pixels.shape[1]
    places = of_view(FACES[name], size)
    places = places / np.abs(places).max(-1, keepdims=True)
    for turns in range(4):
        turned = np.rot90(pixels, turns, (1, 2))[..., : size // _NEAR + 1]
        steps = np.abs(np.diff(turned, axis=2)).mean((0, 1))
        yield _Border(name, np.rot90(places, turns)[:, 0], turned[..., 0], steps)


def _parallel(latitude: float, towards: float, step: float) -> Directions:
    """Return directions around a parallel that is moved by `towards` to the equator, `step` apart from each other."""
    count = max(8, round(2 * math.pi * math.cos(latitude) / step))
    longitude = np.linspace(-math.pi, math.pi, count, dtype=np.float32)
    latitude -= math.copysign(towards, latitude)
    level, height = np.float32(math.cos(latitude)), np.full(count, math.sin(latitude), np.float32)
    return np.stack([level * np.sin(longitude), height, level * np.cos(longitude)], -1)[None]
