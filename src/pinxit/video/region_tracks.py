"""Regions of a film: masks that are drawn on one frame and follow the picture through its shot."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pinxit.recipe.inputs import StyleInput
from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import Bytes, DenseInverseSearch, Field, pixel_grid, remap
from pinxit.video.plan import VideoPlan, VideoStep
from pinxit.video.recipe import VideoRecipe
from pinxit.video.resume import PictureFiles
from pinxit.video.shot_detection import Shot
from pinxit.video.tracks import Tracker, likeness

# frames: a region is followed backwards at most this far, because these frames are held in memory, 0.2 MB each.
REACH = 480
_LONGEST = 320  # px: the frames' longer side for tracking; edges are aligned with those of the frame afterwards
_AROUND = 1 / 4  # of that side: how far a mask is carried into what was hidden or outside the frame
_DECISION = 2.0  # contrast by which a mask is decided where it is not sampled
_EVEN = 0.05  # range [0, 1]: standard deviation of the colours in a window up to which no edge of a mask belongs there


@dataclass(frozen=True)
class FilmRegion:
    """A region of a film.

    Attributes:
        mask: where it is in one frame, `(h, w)` at any size, range [0, 1].
        frame: the number of that frame, from 0.
        styles: what it is painted in. Where the same styles have another mask in the same shot, that is the same region, drawn
            again.
    """

    mask: Field
    frame: int
    styles: frozenset[tuple[str, float | None, float | None]]

    def span(self, shot: Shot, regions: Sequence[FilmRegion]) -> tuple[int | None, int | None]:
        """Return the frames before and after this one's on which it is drawn again in a shot; None where it is not."""
        again = [one.frame for one in regions if one.styles == self.styles and shot.begin <= one.frame < shot.end]
        before = max((frame for frame in again if frame < self.frame), default=None)
        return before, min((frame for frame in again if frame > self.frame), default=None)


class RegionTracks:
    """The regions of a film's styles, followed through the shots in which they are drawn.

    Args:
        recipe: the film's recipe.
        styles: its styles; `StyleInput.region` is the mask in the frame that the recipe names.

    Attributes:
        of_style: for each style, the number of its region; None for the rest of the film.
        regions: the regions.
    """

    def __init__(self, recipe: VideoRecipe, styles: Sequence[StyleInput]) -> None:
        self.regions: list[FilmRegion] = []
        self.of_style: list[int | None] = [None] * len(styles)
        for region, places in recipe.style_places.items():
            mask = styles[places[0]].region
            if region is None or mask is None:
                continue
            for place in places:
                self.of_style[place] = len(self.regions)
            entries = [recipe.styles[place] for place in places]
            painted_in = frozenset((entry.sha256, entry.at, entry.until) for entry in entries)
            self.regions.append(FilmRegion(mask, region[1] - 1, painted_in))
        self._files: list[PictureFiles] = []
        self._guide: tuple[int, Bytes] | None = None

    def follow(self, plan: VideoPlan, folder: Path) -> Iterator[VideoStep]:
        """Follow all regions; masks that are in the folder already are kept.

        Args:
            plan: the plan of the film.
            folder: where the masks of all frames are kept until the film is finished.
        """
        self._files = [PictureFiles(folder / f"region{number}") for number in range(len(self.regions))]
        for region, files in zip(self.regions, self._files, strict=True):
            if not any(shot.begin <= region.frame < shot.end for shot in plan.shots):
                continue
            shot = plan.shot(region.frame)
            # On a cluster, the plan is that of a piece of the shot, and no other frames need a mask.
            pieces = [piece for piece in plan.pieces if shot.begin <= piece.begin < shot.end]
            before, after = region.span(shot, self.regions)
            first = max(pieces[0].run_up_begin, region.frame - REACH, -1 if before is None else before + 1)
            end = min(pieces[-1].end, shot.end if after is None else after)
            if first >= end or (first in files and end - 1 in files):
                continue
            if first <= region.frame:
                earlier = [frame for _, frame in _small_frames(plan, first, region.frame + 1)]
                back = zip(range(region.frame, first - 1, -1), reversed(earlier), strict=True)
                yield from _follow(region, back, before, files)
            if region.frame < end:
                yield from _follow(region, _small_frames(plan, region.frame, end), after, files)

    def masks(self, number: int, content: Bytes) -> list[Field]:
        """Return the masks of all regions in a frame, `(H, W)`, range [0, 1].

        Args:
            number: the frame's number, from 0.
            content: the frame, `(H, W, 3)`.
        """
        return [self._mask(files, number, content) for files in self._files]

    def _mask(self, files: PictureFiles, number: int, content: Bytes) -> Field:
        height, width = content.shape[:2]
        if number not in files:
            return np.zeros((height, width), np.float32)  # before or after a cut
        small = files.read(number)[..., 0].astype(np.float32) / np.float32(255)
        if small.shape == (height, width):
            return small
        mask = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        return _guided(content, mask, math.ceil(2 * width / small.shape[1]))


def _small_frames(plan: VideoPlan, first: int, end: int) -> Iterator[tuple[int, Bytes]]:
    """Yield frames with their numbers, at the size at which they are tracked."""
    scale = min(1.0, _LONGEST / max(plan.height, plan.width))
    height, width = (max(16, round(side * scale)) for side in (plan.height, plan.width))
    for number, frame in plan.frames_between(first, end):
        yield number, frame.picture(height, width)


def _follow(
    region: FilmRegion, frames: Iterator[tuple[int, Bytes]], drawn_again: int | None, files: PictureFiles
) -> Iterator[VideoStep]:
    """Follow a region from the frame in which it is drawn on, in one direction, and write its mask in each frame.

    Args:
        region: the region.
        frames: numbers and pixels of the frames, beginning with that one.
        drawn_again: the frame on which it is drawn again in this direction; until there, this mask fades into that one. None
            where it is not.
        files: where the masks go.
    """
    flow = DenseInverseSearch(_LONGEST)
    number, before = next(frames)
    height, width = before.shape[:2]
    drawn = np.asarray(cv2.resize(region.mask, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    mask, grid = drawn, pixel_grid(height, width)
    tracker = Tracker(before, flow)
    track = tracker.start()
    _write(files, number, mask)
    for number, frame in frames:
        motion, back = flow(frame, before), flow(before, frame)
        consistent = consistency_mask(motion, back, width, boundaries=False)
        track = tracker.step(track, frame, motion, consistent)
        # Where the frame looks like the drawn one, the mask is sampled there, so that its edge stays sharp. Elsewhere it is
        # carried on from the frame before; and what is new gets it from places nearby that have the same colour.
        sampled = remap(drawn, grid + track.shift, cv2.INTER_LINEAR)
        carried = remap(mask, grid + motion, cv2.INTER_LINEAR)
        alike = likeness(frame, remap(before, grid + motion, cv2.INTER_LINEAR))
        known = np.maximum(track.trust, consistent * alike)
        mask = carried + track.trust * (sampled - carried)
        mask = known * mask + (1 - known) * _filled(frame, mask, known)
        # Doubt would spread from frame to frame: what is not sampled is decided.
        decided = (_DECISION * (mask - 0.5) + 0.5).clip(0, 1)
        mask = np.asarray(decided + track.trust * (mask - decided), np.float32)
        share = 1.0 if drawn_again is None else (drawn_again - number) / (drawn_again - region.frame)
        _write(files, number, np.float32(share) * mask)
        before = frame
        yield VideoStep(0, facts=f"follows the regions: frame {number + 1}")


def _filled(frame: Bytes, mask: Field, known: Field) -> Field:
    """Return a mask that is continued into unknown places along a frame's colours."""
    if known.min() >= 1:
        return mask
    radius = math.ceil(_AROUND * max(frame.shape))
    weight = _guided(frame, known, radius)
    return np.asarray(
        (_guided(frame, known * mask, radius) / np.maximum(weight, np.float32(0.02))).clip(0, 1), np.float32
    )


def _guided(frame: Bytes, mask: Field, radius: int) -> Field:
    """Return a mask with its edges at those of a frame (He et al., "Guided Image Filtering", 2010)."""
    found = cv2.ximgproc.guidedFilter(frame.astype(np.float32) / np.float32(255), mask, radius, _EVEN**2)
    return np.asarray(found, np.float32).clip(0, 1)


def _write(files: PictureFiles, number: int, mask: Field) -> None:
    levels = np.asarray((255 * mask).round(), np.uint8)
    files.write(number, np.repeat(levels[..., None], 3, axis=2))
