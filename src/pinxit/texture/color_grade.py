"""A photorealistic transfer of colours: one smooth map that gives a photograph the tones and tints of other pictures.

Two parts act on OKLab colours, one after the other:

1. a tone curve, which moves the distribution of tones towards the styles' with limited slopes. A colour's tone is the sRGB
   value of the grey that has its lightness: steps of it are what a file stores, so a limited slope is no banding;
2. at each tone, a tint for greys and a linear map of chroma about it: the Monge–Kantorovich map of Pitié and Kokaram
   (2007) in two dimensions, with limited gains. Greys are treated apart, as by Nguyen, Kim and Brown ("Illuminant aware
   gamut-based color transfer", 2014): a blue sky is no reason to tint a grey wall yellow.

The lightness of the result depends on the lightness alone, so it is monotone; a colour out of sRGB's range is brought into it
at its lightness and hue. The constants were chosen by looking at 24 pairs of photographs (docs/lab/grade.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image.colorspaces import (
    colors_to_oklab,
    linear_to_srgb,
    oklab_to_colors,
    oklab_to_linear,
    srgb_to_linear,
)
from pinxit.texture.color_transfer import Colors, limited_map
from pinxit.texture.lookup_table import LookupTable, grid

Values = NDArray[np.float64]
LabMap = Callable[[Values], Values]

_LEVELS = 257  # points of the tone curve
_EVEN = 0.25  # share of an even distribution that is mixed into both distributions, so that rare tones decide little
_TONE = 0.7  # share of the way from a tone to its counterpart that the curve goes
_LEAST_SLOPE, _MOST_SLOPE = 0.45, 1.9  # of the tone curve
_SMOOTHING = 0.05  # tone: standard deviation of the smoothing of slopes
_KNEE = 0.06  # tone: largest distance from black and from white at which a curve bends that would go beyond them
_ZONES = 17  # tones at which chroma is measured
_ZONE = 0.13  # standard deviation of the tones that count around such a tone
_WHOLE = 0.1  # weight of the whole picture in each zone's covariance
_GREY = 0.045  # chroma: standard deviation of what counts as grey
_COLORFUL = 0.02  # weight of strong colours in the tint of greys
_LEAST_GREY = 0.01  # share of grey pixels at which a zone's own tint and the whole picture's count the same
_MOST_TINT = 0.09  # chroma: limit of a tint
_NOISE = 0.004**2  # variance of chroma that cannot be seen
_LEAST_GAIN, _MOST_GAIN = 0.5, 1.7  # of chroma, in any direction
_COLORED = 0.04  # chroma: spread of styles below which the least gain falls, to 0 for a black and white picture
_SKIN_CHROMA = (
    0.02  # standard deviation of a skin's chroma, added to that of the face: the neck and the hands differ a little
)
_SKIN_LIGHTNESS = 0.18  # standard deviation of a skin's lightness, added likewise
_GAMUT_POWER = 4  # a higher power bends colours later, and harder, near the edge of sRGB
# Without a tolerance, the way from grey to pure blue, straight in OKLab, would leave sRGB before its end.
_GAMUT_TOLERANCE = 0.012  # below black, as a share of a colour's linear light; a twelfth of it above white


@dataclass(frozen=True)
class ColorSample:
    """Colours of one or several pictures.

    Attributes:
        lab: OKLab colours `(N, 3)`.
        weights: their weights `(N,)`, which add up to 1.
    """

    lab: Values
    weights: Values

    @property
    def tones(self) -> Values:
        """The colours' tones `(N,)`, range [0, 1]."""
        return _tone_of(self.lab[:, 0])


@dataclass(frozen=True)
class _ChromaStatistics:
    """Chroma at each of several tones.

    Attributes:
        tint: a and b of greys, `(Z, 2)`.
        covariance: covariance of a and b about the tint, `(Z, 2, 2)`.
    """

    tint: Values
    covariance: Values


def fit_table(
    content: ColorSample, style: ColorSample, strength: float, skin: Sequence[Colors] = (), guard: float = 0.0
) -> LookupTable:
    """Return the map that gives one picture the colours of others.

    Args:
        content: colours of the picture.
        style: colours of the others.
        strength: how far to go, 0 to 1; 0 leaves all colours as they are.
        skin: OKLab colours of the skins of people in the picture.
        guard: how much of their chroma skins keep, 0 to 1.
    """
    levels = np.linspace(0, 1, _LEVELS)
    curve = tone_curve(content, style)
    own = _chroma_statistics(np.interp(content.tones, levels, curve), content)
    wanted = _chroma_statistics(style.tones, style)

    def graded(lab: Values) -> Values:
        tones = np.interp(_tone_of(lab[:, 0]), levels, curve)
        return np.column_stack([_lightness_of(tones), _map_chroma(lab[:, 1:], tones, own, wanted)])

    return table_of(graded, strength, skin, guard)


def table_of(graded: LabMap, strength: float, skin: Sequence[Colors] = (), guard: float = 0.0) -> LookupTable:
    """Return a table of a map of OKLab colours; see `fit_table` for the arguments that they share.

    Args:
        graded: the map, from colours `(N, 3)` to colours `(N, 3)`, also out of sRGB's range.
        strength: how far to go, 0 to 1.
        skin: OKLab colours of skins.
        guard: how much of their chroma skins keep, 0 to 1.
    """
    colors = grid()
    lab = colors_to_oklab(colors).reshape(-1, 3).astype(np.float64)
    new = graded(lab)
    if skin and guard:
        kept = guard * np.max([_likeness(lab, one) for one in skin], axis=0)[:, None]
        new[:, 1:] += kept * (lab[:, 1:] - new[:, 1:])
    new = _into_gamut(lab + strength * (new - lab), lab)
    return LookupTable(oklab_to_colors(new.reshape(colors.shape)))


def tone_curve(content: ColorSample, style: ColorSample) -> Values:
    """Return the tone that each tone from 0 to 1 gets, `(_LEVELS,)`: rising, with limited slopes.

    Args:
        content: colours of the picture.
        style: colours whose distribution of tones it should have.
    """
    levels = np.linspace(0, 1, _LEVELS)
    counterpart = np.interp(_cumulative(content), _cumulative(style), levels)
    target = levels + _TONE * (counterpart - levels)
    slopes = _blur(_blur(np.diff(target) * (_LEVELS - 1)).clip(_LEAST_SLOPE, _MOST_SLOPE))
    curve = np.concatenate([[0], np.cumsum(slopes) / (_LEVELS - 1)])
    # The slopes leave the curve's height open: it is right where the picture has most of its pixels.
    present = np.histogram(content.tones, _LEVELS, (0, 1), weights=content.weights)[0] + _EVEN / _LEVELS
    curve += np.average(target - curve, weights=present)
    return 1 - _bend(1 - _bend(curve)[::-1])[::-1]


def _bend(curve: Values) -> Values:
    """Return a rising curve that stays above 0: one that falls below there is bent towards it, from a knee on."""
    knee = min(_KNEE, 2 * max(-float(curve[0]), 0))
    below = curve < knee
    bent = curve.copy()
    bent[below] = knee * np.exp(curve[below] / max(knee, 1e-9) - 1)
    return bent


def _cumulative(sample: ColorSample) -> Values:
    """Return the share of pixels below each tone, strictly rising from 0 to 1."""
    counts = np.histogram(sample.tones, _LEVELS - 1, (0, 1), weights=sample.weights)[0]
    shares = (1 - _EVEN) * counts / counts.sum() + _EVEN / (_LEVELS - 1)
    return np.concatenate([[0], np.cumsum(shares)])


def _blur(slopes: Values) -> Values:
    from scipy.ndimage import gaussian_filter1d

    blurred: Values = gaussian_filter1d(slopes, _SMOOTHING * (_LEVELS - 1), mode="nearest")
    return blurred


def _chroma_statistics(tones: Values, sample: ColorSample) -> _ChromaStatistics:
    """Measure the tint of greys and the covariance of chroma around each of several tones.

    Args:
        tones: the tones of the sample's colours `(N,)`, as they are in the result.
        sample: the colours.
    """
    chroma = sample.lab[:, 1:]
    distances = tones[None] - np.linspace(0, 1, _ZONES)[:, None]
    near = np.exp(-0.5 * (distances / _ZONE) ** 2) * sample.weights
    grayness = np.exp(-0.5 * (chroma**2).sum(axis=1) / _GREY**2) + _COLORFUL
    gray = near * grayness
    whole_gray = sample.weights * grayness
    whole = whole_gray @ chroma / (whole_gray.sum() + _LEAST_GREY)
    tint = (gray @ chroma + _LEAST_GREY * whole) / (gray.sum(axis=1) + _LEAST_GREY)[:, None]
    length = np.hypot(*tint.T)[:, None]
    tint /= (1 + (length / _MOST_TINT) ** 4) ** 0.25
    about = chroma[None] - tint[:, None]
    overall = (chroma - whole).T * sample.weights @ (chroma - whole)
    covariance = np.einsum("zn,zni,znj->zij", near, about, about) + _WHOLE * overall
    return _ChromaStatistics(tint, covariance / (near.sum(axis=1) + _WHOLE)[:, None, None])


def _map_chroma(chroma: Values, tones: Values, own: _ChromaStatistics, wanted: _ChromaStatistics) -> Values:
    """Map a and b from one picture's statistics to another's.

    Args:
        chroma: a and b `(N, 2)`.
        tones: the tones `(N,)` that the colours have in the result.
        own: statistics of the picture, its tones mapped.
        wanted: statistics to reach.
    """
    noise = _NOISE * np.eye(2)
    linear = np.stack(
        [
            limited_map(
                before + noise, after + noise, 1, _MOST_GAIN, _LEAST_GAIN * min(1.0, np.trace(after) ** 0.5 / _COLORED)
            )
            for before, after in zip(own.covariance, wanted.covariance, strict=True)
        ]
    ).astype(np.float64)
    before, after, maps = (_between(zones, tones) for zones in (own.tint, wanted.tint, linear))
    mapped: Values = after + np.einsum("nij,nj->ni", maps, chroma - before)
    return mapped


def _between(zones: Values, tones: Values) -> Values:
    """Interpolate values `(Z, …)`, given at evenly spaced tones, at others `(N,)`; return `(N, …)`."""
    points = np.linspace(0, 1, _ZONES)
    columns = [np.interp(tones, points, column) for column in zones.reshape(_ZONES, -1).T]
    return np.stack(columns, axis=1).reshape(-1, *zones.shape[1:])


def _tone_of(lightness: Values) -> Values:
    """Return the sRGB values of the greys that have a lightness in OKLab: there, lightness³ is linear light."""
    return linear_to_srgb(lightness**3)


def _lightness_of(tones: Values) -> Values:
    """Return the lightness in OKLab of greys, given by their sRGB values."""
    return np.cbrt(srgb_to_linear(tones).astype(np.float64))


def _likeness(lab: Values, skin: Colors) -> Values:
    """Return how much colours `(N, 3)` look like a skin, `(N,)`, range [0, 1]."""
    allowed = skin.covariance + np.diag([_SKIN_LIGHTNESS, _SKIN_CHROMA, _SKIN_CHROMA]) ** 2
    away = lab - skin.mean
    likeness: Values = np.exp(-0.5 * np.einsum("ni,ij,nj->n", away, np.linalg.inv(allowed), away))
    return likeness


def _into_gamut(new: Values, old: Values) -> Values:
    """Bring mapped colours into sRGB at their lightness and hue, and leave unmapped ones as they are.

    A colour at the edge of sRGB stays at the edge when its chroma grows, and all others stay below it in their order, so that
    nothing is clipped.

    Args:
        new: mapped OKLab colours `(N, 3)`.
        old: the sRGB colours that were mapped, in OKLab.
    """
    shares = [np.hypot(*lab[:, 1:].T) / np.maximum(_most_chroma(lab), 1e-6) for lab in (old, new)]
    before, after = (share**_GAMUT_POWER for share in shares)
    fitted = new.copy()
    fitted[:, 1:] *= ((1 + np.maximum(after - before, 0)) ** (-1 / _GAMUT_POWER))[:, None]
    return fitted


def _most_chroma(lab: Values) -> Values:
    """Return the largest chroma that sRGB has at each colour's lightness and hue, `(N,)`."""
    direction = lab[:, 1:] / np.maximum(np.hypot(*lab[:, 1:].T), 1e-9)[:, None]
    tolerance = _GAMUT_TOLERANCE * lab[:, 0] ** 3
    least, most = np.zeros(len(lab)), np.full(len(lab), 0.4)
    for _ in range(24):
        middle = (least + most) / 2
        light = oklab_to_linear(np.column_stack([lab[:, :1], middle[:, None] * direction]).T)
        fits = (light.min(axis=0) > -tolerance) & (light.max(axis=0) < 1 + _GAMUT_TOLERANCE / 12)
        least, most = np.where(fits, middle, least), np.where(fits, most, middle)
    return least
