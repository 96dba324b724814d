"""Blending of the paintings that two keyframes give a frame, and of the painter's own where neither gives one.

Where two paintings differ, their average would show both strokes as ghosts. So fine bands of a Laplacian pyramid (Burt and
Adelson, "A Multiresolution Spline", 1983) are chosen from one or the other, and only coarse bands, which hold colour and no
strokes, change gradually.
"""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.video.key_tracks import KeyTracks
from pinxit.video.optical_flow import Bytes, Field, pixel_grid, remap
from pinxit.video.plan import KeyPainting
from pinxit.video.tracks import Track

_BANDS = 5
# Half the range of preference over which a band changes from one painting to the other, for the coarsest band.
_COARSE = 0.5
# The same for the finest band, where a frame is chosen between a keyframe and the painter.
_FINE = 0.08
_FADE = 2.0  # frames: length of the change of the finest band from one keyframe to the next
# Between two keyframes, each patch changes at a time of its own in this part of the way, so that not all change at once.
_EARLIEST, _LATEST = 0.25, 0.75
_PATCH = 1 / 40  # of the frames' longer side: standard deviation of the patches that change together
# How much of a track's trust lets a painting be used: below the first none, above the second all.
_UNUSABLE, _USABLE = 0.2, 0.6
_FEATHER = 1 / 300  # of the frames' longer side: standard deviation of the smoothing of trust
# What a keyframe takes over of the one before may be worn, as in `KeyPainting`, by this much; beyond, it is painted anew.
_MOST_WORN = 0.5
_UNWORN = 0.04  # log₂ of the stretch that does not count: noise of the tracks
_WEAR = (
    1 / 200
)  # of the frames' longer side: standard deviation of the smoothing of tracks before their stretch is measured
_SPREAD = 1 / 24  # of the frames' longer side: how far a keyframe's colours are carried into what it does not show


class KeyBlender:
    """A blender of the paintings that keyframes give to the frames around them.

    Args:
        height, width: of the frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self._size, self._longer = (width, height), max(height, width)
        self._grid = pixel_grid(height, width)
        noise = np.random.default_rng(0).standard_normal((height, width)).astype(np.float32)
        smooth = cv2.GaussianBlur(noise, (0, 0), max(1.0, _PATCH * self._longer))
        ranks = np.empty(smooth.size, np.float32)
        ranks[np.argsort(smooth, axis=None)] = np.linspace(_EARLIEST, _LATEST, smooth.size, dtype=np.float32)
        self._changes = ranks.reshape(height, width)

    def follow(self, tracks: KeyTracks, before: KeyPainting | None, after: KeyPainting | None) -> tuple[Bytes, Field]:
        """Return the painting that the keyframes give to a frame, and where they give one.

        Args:
            tracks: the frame's tracks.
            before: the keyframe before the frame, if there is one.
            after: the keyframe after it, likewise.

        Returns:
            The painting `(H, W, 3)`, and how far it is usable, `(H, W)`, range [0, 1].
        """
        sides = [
            self._sample(key, track)
            for key, track in ((before, tracks.track_before), (after, tracks.track_after))
            if key is not None and track is not None
        ]
        if not sides:
            return np.zeros((*self._size[::-1], 3), np.uint8), np.zeros(self._size[::-1], np.float32)
        if len(sides) == 1:
            ((painted, trust, _),) = sides
            return painted, self._usable(trust)
        (first, trust_first, places), (second, trust_second, _) = sides
        changes = remap(self._changes, places, cv2.INTER_LINEAR)
        # Positive where the second is preferred: by the time, but rather by trust where that differs.
        preference = np.float32(tracks.position) - changes + (trust_second - trust_first)
        fine = min(_COARSE, _FADE / 2 / tracks.spacing)
        return (
            blend_bands(first, second, preference, fine),
            self._usable(np.maximum(trust_first, trust_second)),
        )

    def carry(self, key: KeyPainting, link: Track) -> tuple[KeyPainting, Field]:
        """Return what a keyframe gives to the next one, and where it gives something.

        Args:
            key: the keyframe.
            link: the track of the next keyframe in it.

        Returns:
            The painting, and how far it is usable, `(H, W)`, range [0, 1].
        """
        painted, trust, places = self._sample(key, link)
        worn = np.maximum(_stretch(places, max(1.0, _WEAR * self._longer)) - np.float32(_UNWORN), 0)
        if key.worn is not None:
            worn += remap(key.worn, places, cv2.INTER_LINEAR)
        usable = self._usable(trust) * (worn < _MOST_WORN).astype(np.float32)
        usable = np.asarray(cv2.GaussianBlur(usable, (0, 0), max(0.5, _FEATHER * self._longer)), np.float32)
        return KeyPainting(painted, worn=worn), usable

    def _sample(self, key: KeyPainting, track: Track) -> tuple[Bytes, Field, Field]:
        """Return a keyframe's painting sampled along a track, the trust in it, and the places it was sampled at."""
        height, width = track.trust.shape
        shift = np.asarray(cv2.resize(track.shift, self._size, interpolation=cv2.INTER_LINEAR), np.float32)
        shift *= np.float32(self._size[0] / width), np.float32(self._size[1] / height)
        places = self._grid + shift
        trust = np.asarray(cv2.resize(track.trust, self._size, interpolation=cv2.INTER_LINEAR), np.float32)
        if key.mask is not None:
            trust *= remap(key.mask, places, cv2.INTER_LINEAR)
        trust = np.asarray(cv2.GaussianBlur(trust, (0, 0), max(0.5, _FEATHER * self._longer)), np.float32)
        return remap(key.pixels, places, cv2.INTER_CUBIC), trust, places

    def _usable(self, trust: Field) -> Field:
        return np.asarray(((trust - _UNUSABLE) / (_USABLE - _UNUSABLE)).clip(0, 1), np.float32)


def _stretch(places: Field, smoothing: float) -> Field:
    """Return how far places are stretched or squeezed, in the direction where that is most, log₂, `(H, W)`.

    Args:
        places: where each pixel lies in another frame, `(H, W, 2)`, px.
        smoothing: standard deviation of the smoothing of places, px.
    """
    smooth = cv2.GaussianBlur(places, (0, 0), smoothing)
    across, down = (np.asarray(np.gradient(smooth, axis=axis), np.float32) for axis in (1, 0))
    # The singular values of the map's derivative are half the sum and half the difference of these two lengths.
    even = np.hypot(across[..., 0] + down[..., 1], across[..., 1] - down[..., 0])
    odd = np.hypot(across[..., 0] - down[..., 1], across[..., 1] + down[..., 0])
    largest, least = (even + odd) / 2, np.abs(even - odd) / 2
    floor = np.float32(1 / 16)
    return np.asarray(np.maximum(np.log2(np.maximum(largest, floor)), -np.log2(np.maximum(least, floor))), np.float32)


def complete(followed: Bytes, painted: Bytes, usable: Field) -> Bytes:
    """Return the keyframes' painting of a frame, completed by the painter's own, `(H, W, 3)`.

    Args:
        followed: the keyframes' painting.
        painted: the painter's, of the same size.
        usable: where the keyframes' is usable, `(H, W)`, range [0, 1].
    """
    if usable.min() >= 1:
        return followed
    if usable.max() <= 0:
        return painted
    # A painting by hand may have other colours than the painter's: near its borders, the painter's are shifted to them.
    spread = max(1.0, _SPREAD * max(usable.shape))
    apart = usable[..., None] * (followed.astype(np.float32) - painted)
    weight = cv2.GaussianBlur(usable, (0, 0), spread)[..., None] + np.float32(0.1)
    near = painted + cv2.GaussianBlur(apart, (0, 0), spread) / weight
    return blend_bands(np.asarray(near, np.float32), followed, usable - np.float32(0.5), _FINE)


def blend_bands(first: Bytes | Field, second: Bytes | Field, preference: Field, fine: float) -> Bytes:
    """Return two paintings blended band by band.

    Args:
        first: a painting, `(H, W, 3)`, range 0 to 255.
        second: another one, likewise.
        preference: positive where the second is preferred, `(H, W)`.
        fine: half the range of preference over which the finest band changes from one to the other.
    """
    bands = min(_BANDS, int(np.log2(min(preference.shape))) - 2)
    widths = np.geomspace(fine, max(fine, _COARSE), bands + 1)
    parts: list[Field] = []
    ours, theirs, wanted = first.astype(np.float32), second.astype(np.float32), preference
    for width in widths[:-1]:
        size = ours.shape[1::-1]
        small, other = cv2.pyrDown(ours), cv2.pyrDown(theirs)
        share = _share(wanted, width)
        band, other_band = ours - cv2.pyrUp(small, dstsize=size), theirs - cv2.pyrUp(other, dstsize=size)
        parts.append(np.asarray(band + share * (other_band - band), np.float32))
        ours, theirs, wanted = np.asarray(small), np.asarray(other), np.asarray(cv2.pyrDown(wanted), np.float32)
    result = ours + _share(wanted, widths[-1]) * (theirs - ours)
    for part in reversed(parts):
        result = part + cv2.pyrUp(result, dstsize=part.shape[1::-1])
    return np.asarray((result + np.float32(0.5)).clip(0, 255), np.uint8)


def _share(preference: Field, width: float) -> Field:
    """Return the second painting's share, `(H, W, 1)`, which rises from 0 to 1 over twice a width of preference."""
    return np.asarray((0.5 + preference / (2 * width)).clip(0, 1), np.float32)[..., None]
