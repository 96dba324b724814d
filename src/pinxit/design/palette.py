"""The main colours of a painting, as clusters in OKLab, where equal distances look equal."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.design.colors import Color
from pinxit.image import Picture, fit
from pinxit.image.colorspaces import oklab_to_srgb, srgb_to_oklab

_SIDE = 128  # px: longer side at which colours are clustered; more pixels give the same clusters
COLORS = 8  # most colours of a palette
_NEAR = 0.035  # OKLab: two clusters nearer than this look like one


@dataclass(frozen=True)
class Swatch:
    """A colour of a painting.

    Attributes:
        color: the colour.
        share: share of the painting that has it, 0 to 1.
    """

    color: Color
    share: float


def palette(pictures: Sequence[Picture], shares: Sequence[float] | None = None) -> list[Swatch]:
    """Return at most eight colours of one picture or of several, the most frequent first.

    They are found by k-means in OKLab, which gives the same result in every run. Transparent parts are ignored.

    Args:
        pictures: pictures of any size.
        shares: weights of the pictures; equal by default.
    """
    from scipy.cluster.vq import kmeans2

    shares = list(shares or [1.0] * len(pictures))
    points, weights = [], []
    for picture, share in zip(pictures, shares, strict=True):
        small = fit(picture, min(_SIDE, max(picture.height, picture.width)))
        seen = np.ones((small.height, small.width), bool) if small.alpha is None else small.alpha > 0.5
        lab = srgb_to_oklab(small.pixels)[:, seen].T if seen.any() else srgb_to_oklab(small.pixels).reshape(3, -1).T
        points.append(lab)
        weights.append(np.full(len(lab), share / sum(shares) / len(lab)))
    data, weight = np.concatenate(points), np.concatenate(weights)
    distinct = len(np.unique((data * 200).round(), axis=0))
    count = min(3 * COLORS, distinct)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # empty clusters are dropped below
        _, label = kmeans2(data, count, minit="++", rng=np.random.default_rng(0), iter=20)
    clusters = [(data[label == one].mean(axis=0), float(weight[label == one].sum())) for one in np.unique(label)]
    return [Swatch(_color(lab), share) for lab, share in _merged(clusters)]


Cluster = tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], float]


def _merged(clusters: list[Cluster]) -> list[Cluster]:
    """Merge the nearest pairs until eight clusters are left and none look alike; small vivid accents are merged last."""
    while len(clusters) > 1:
        lab = np.array([one for one, _ in clusters])
        share = np.array([one for _, one in clusters])
        apart = np.linalg.norm(lab[:, None] - lab[None], axis=2) + np.eye(len(lab)) * 9
        # Ward's criterion, softened: what joining costs grows with both shares.
        cost = apart * np.sqrt(share[:, None] * share[None] / (share[:, None] + share[None]) + 1e-3)
        if len(clusters) <= COLORS and apart.min() > _NEAR:
            break
        least = apart if apart.min() <= _NEAR else cost
        first, second = np.unravel_index(int(np.argmin(least + np.eye(len(lab)) * 99)), least.shape)
        whole = share[first] + share[second]
        joined = (lab[first] * share[first] + lab[second] * share[second]) / whole
        clusters = [one for number, one in enumerate(clusters) if number not in (first, second)]
        clusters.append((joined, float(whole)))
    return sorted(clusters, key=lambda one: -one[1])


def _color(lab: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Color:
    red, green, blue = (int(number) for number in (oklab_to_srgb(lab) * 255).round())
    return Color(red, green, blue)
