"""Tracks of a keyframe: where each place of a frame lies in a keyframe many frames away.

Flows of neighbouring frames are composed, so that the keyframe's painting is sampled once for each frame, and its strokes stay
as sharp as they were painted. Composed flows drift: after each step, the keyframe is warped to the frame, and the flow that
remains between them is taken away. Where the frame no longer looks like the warped keyframe, the track is not trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pinxit.video.optical_flow import Bytes, Field, FlowMethod, pixel_grid, remap

# Share of the remaining flow that is taken away with each frame. All of it at once would make strokes tremble.
_CORRECTION = 0.5
_MOST_CORRECTED = 2.0  # px of the flow: what remains after one step is small; more is a mistake of the search
_SMOOTHING = 2.0  # px of the flow: standard deviation of the correction's smoothing
# A place is recovered after a gap in the flow where the frame looks like the warped keyframe, by this much with each frame.
_RECOVERY = 0.5
# Levels of 255: mean local difference between a frame and the warped keyframe up to which they look alike, and from which they
# do not.
_ALIKE, _UNLIKE = 6.0, 24.0
_WINDOW = 2.0  # px of the flow: standard deviation of the window in which they are compared
_SPECK = 7  # px of the flow: diameter up to which a hole or an island of trust is removed
_GUIDED = 9  # px of the flow: side of the window of the guided filter
_EVEN = 0.03  # range [0, 1]: standard deviation of the lightness in a window up to which it counts as even
# A track that stretches or squeezes the painting by more than this in either direction would smear or crush its strokes.
_MOST_STRETCHED = 3.0


@dataclass(frozen=True)
class Track:
    """Where the places of a frame lie in a keyframe. All lengths are px of the flow's resolution.

    Attributes:
        shift: from each place of the frame to its place in the keyframe, to the right and down, `(h, w, 2)`.
        trust: how far that is known, `(h, w)`, range [0, 1].
    """

    shift: Field
    trust: Field


class Tracker:
    """A tracker of one keyframe through the frames that follow it or, backwards, that precede it.

    Args:
        key: the unpainted frame under the keyframe, at the flow's resolution, `(h, w, 3)`.
        flow: the optical flow method.
    """

    def __init__(self, key: Bytes, flow: FlowMethod) -> None:
        self._key, self._flow = key, flow
        self._grid = pixel_grid(*key.shape[:2])

    def start(self) -> Track:
        """Return the track of the keyframe itself: each place is where it is."""
        height, width = self._key.shape[:2]
        return Track(np.zeros((height, width, 2), np.float32), np.ones((height, width), np.float32))

    def step(self, track: Track, frame: Bytes, motion: Field, mask: Field) -> Track:
        """Return the track of the next frame.

        Args:
            track: of the frame before it, on the way from the keyframe.
            frame: the next frame, `(h, w, 3)`.
            motion: flow from it to the frame before it, `(h, w, 2)`, px of `frame`.
            mask: how reliable that flow is, `(h, w)`, range [0, 1].
        """
        places = self._grid + motion
        shift = motion + remap(track.shift, places, cv2.INTER_LINEAR)
        trust = mask * remap(track.trust, places, cv2.INTER_LINEAR)
        shift = _smoothed(self._corrected(shift, frame), frame)
        likeness = self._likeness(shift, frame)
        recovered = np.minimum(trust + np.float32(_RECOVERY), 1)
        return Track(shift, _without_specks(np.minimum(recovered, likeness)))

    def warped(self, shift: Field) -> Bytes:
        """Return the unpainted keyframe, warped to a frame."""
        return remap(self._key, self._grid + shift, cv2.INTER_LINEAR)

    def _corrected(self, shift: Field, frame: Bytes) -> Field:
        """Return a shift without a part of the flow that remains between the frame and the warped keyframe."""
        warped = self.warped(shift)
        # A large frame's flow has a lower resolution than the frame, although that is reduced to another flow's already.
        rest = np.asarray(cv2.resize(self._flow(frame, warped), frame.shape[1::-1]), np.float32)
        size = np.sqrt(np.square(rest).sum(axis=2))
        rest = rest * (size < _MOST_CORRECTED)[..., None].astype(np.float32)
        rest = np.asarray(cv2.GaussianBlur(rest, (0, 0), _SMOOTHING), np.float32) * np.float32(_CORRECTION)
        moved = rest + remap(shift, self._grid + rest, cv2.INTER_LINEAR)
        better = _difference(frame, self.warped(moved)) < _difference(frame, warped)
        # The choice is smoothed, because a jump in the shift would cut a stroke in two.
        part = cv2.GaussianBlur(better.astype(np.float32), (0, 0), _SMOOTHING)[..., None]
        return np.asarray(shift + part * (moved - shift), np.float32)

    def _likeness(self, shift: Field, frame: Bytes) -> Field:
        """Return how far a frame looks like the warped keyframe, without being stretched, `(h, w)`, range [0, 1]."""
        places = self._grid + shift
        alike = likeness(frame, self.warped(shift))
        height, width = alike.shape
        inside = (
            (places[..., 0] >= 0)
            & (places[..., 0] <= width - 1)
            & (places[..., 1] >= 0)
            & (places[..., 1] <= height - 1)
        )
        smooth = cv2.GaussianBlur(places, (0, 0), 1.0)
        across, down = (np.asarray(np.gradient(smooth, axis=axis), np.float32) for axis in (1, 0))
        area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
        unbent = (area > 1 / _MOST_STRETCHED) & (area < _MOST_STRETCHED)
        for side in (across, down):
            length = np.sqrt(np.square(side).sum(axis=2))
            unbent &= (length > 1 / _MOST_STRETCHED) & (length < _MOST_STRETCHED)
        return np.asarray(alike * (inside & unbent), np.float32)


def likeness(frame: Bytes, warped: Bytes) -> Field:
    """Return how far a frame looks like another one that is warped to it, `(h, w)`, range [0, 1]."""
    return np.asarray(((_UNLIKE - _difference(frame, warped)) / (_UNLIKE - _ALIKE)).clip(0, 1), np.float32)


def _smoothed(shift: Field, frame: Bytes) -> Field:
    """Return a shift smoothed within the areas of a frame but not across their edges, where motions may differ.

    Noise of the flow adds up from frame to frame, most of all in even areas, and would bend straight strokes. The guided filter
    is that of He et al., "Guided Image Filtering" (2010), with the frame's lightness as the guide.
    """
    guide = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)

    # The borders are reflected without their outermost row, which the filter itself would repeat.
    edge = _GUIDED - 1
    wide_guide, wide = (
        cv2.copyMakeBorder(one, edge, edge, edge, edge, cv2.BORDER_REFLECT_101) for one in (guide, shift)
    )
    smooth = cv2.ximgproc.guidedFilter(wide_guide, wide, _GUIDED // 2, _EVEN**2)
    return np.asarray(smooth[edge:-edge, edge:-edge], np.float32)


def _without_specks(trust: Field) -> Field:
    """Return trust without small holes, which the strokes around them cover, and without small islands."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SPECK, _SPECK))
    closed = cv2.morphologyEx(trust, cv2.MORPH_CLOSE, disc)
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, disc), np.float32)


def _difference(frame: Bytes, warped: Bytes) -> Field:
    """Return the mean difference of two frames in a small window, `(h, w)`, levels of 255."""
    apart = np.abs(frame.astype(np.float32) - warped).mean(axis=2)
    return np.asarray(cv2.GaussianBlur(apart, (0, 0), _WINDOW), np.float32)
