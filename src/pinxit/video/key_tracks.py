"""The frames of a film with their tracks: where each frame's places lie in the keyframe before it and in the one after it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import Bytes, Field
from pinxit.video.plan import VideoPlan
from pinxit.video.temporal_blend import Motion
from pinxit.video.tracks import Track, Tracker

# frames: a keyframe is tracked backwards at most this far. Meanwhile each frame takes about a megabyte of disk space.
REACH = 480
# px: the longer side of frames for tracking. At 1920×1080, tracks would cost many times what painting does; they are smooth.
_LONGEST = 960
_FIXED_POINT = 32  # steps per px in stored shifts


@dataclass(frozen=True)
class KeyTracks:
    """The keyframes around a frame, and where the frame's places lie in them.

    Attributes:
        number: the frame's number.
        before, after: numbers of the keyframes; None where the shot has none on that side. `after` may be the frame itself.
        track_before, track_after: the tracks; None without a keyframe, or where it is too far away.
        link: the track of the keyframe after in the one before; None where there are no two.
    """

    number: int
    before: int | None
    after: int | None
    track_before: Track | None
    track_after: Track | None
    link: Track | None = None

    @property
    def spacing(self) -> int:
        """The number of frames from one keyframe to the next, where there are two; else 1."""
        return 1 if self.before is None or self.after is None else self.after - self.before

    @property
    def position(self) -> float:
        """The frame's position between two keyframes, range [0, 1]; 0 where there is only one."""
        return 0.0 if self.before is None or self.after is None else (self.number - self.before) / self.spacing


@dataclass(frozen=True)
class TrackedFrame:
    """A frame of a film, and what is known of its motion.

    Attributes:
        number: from 0.
        time: time in the film, s.
        content: the frame, `(H, W, 3)`.
        motion: the motion from the frame before; None where a shot begins.
        tracks: None in a shot without keyframes; for a keyframe itself, only its link to the one before.
    """

    number: int
    time: Fraction
    content: Bytes
    motion: Motion | None
    tracks: KeyTracks | None = None


def tracked_frames(plan: VideoPlan, first: int, end: int, folder: Path) -> Iterator[TrackedFrame]:
    """Yield frames with their motion and their tracks.

    Args:
        plan: the plan of the film or of a piece.
        first: number of the first frame. Where a keyframe lies before it in the shot, the frames from that keyframe on are
            yielded too, because tracks begin there.
        end: number of the frame after the last.
        folder: a folder for temporary files.
    """
    before: Bytes | None = None
    walk = _Walk(plan, folder)
    for number, time, content in plan.pixels_between(plan.first_to_read(first), end):
        if plan.recipe.consistency == "off":
            yield TrackedFrame(number, time, content, None)
            continue
        if plan.starts_shot(number):
            before, walk = None, _Walk(plan, folder)
        seen = _reduced(content) if plan.keys else content
        if before is None:
            motion, tracks = None, walk.first(number)
        else:
            backward, forward = _flows(plan, before, seen)
            motion = Motion(backward, consistency_mask(backward, forward, plan.width))
            tracks = walk.following(number, before, seen, backward, forward)
        yield TrackedFrame(number, time, content, motion, tracks)
        before = seen


class _Walk:
    """A walk through the frames of one shot, which tracks its keyframes.

    Args:
        plan: the plan of the film or of a piece.
        folder: a folder for temporary files.
    """

    def __init__(self, plan: VideoPlan, folder: Path) -> None:
        self._plan, self._folder = plan, folder
        self._before: int | None = None  # number of the keyframe before the current frame
        self._tracked: tuple[Tracker, Track] | None = None  # its track, from the frame after it on
        self._upcoming: _Upcoming | None = None

    def first(self, number: int) -> KeyTracks | None:
        """Return the tracks of the first frame."""
        return self._tracks(number)

    def following(
        self, number: int, before: Bytes, content: Bytes, backward: Field, forward: Field
    ) -> KeyTracks | None:
        """Return the tracks of the next frame.

        Args:
            number: the frame's number.
            before: the frame before it, at the size at which it is tracked.
            content: the frame, likewise.
            backward: flow from the frame to the one before it.
            forward: flow from that one to the frame.
        """
        if self._before is not None:
            if self._tracked is None:
                tracker = Tracker(_smaller(before, backward), self._plan.flow)
                track = tracker.start()
            else:
                tracker, track = self._tracked
            mask = consistency_mask(backward, forward, self._plan.width, boundaries=False)
            motion = _in_own_px(backward, self._plan.width)
            self._tracked = tracker, tracker.step(track, _smaller(content, backward), motion, mask)
        return self._tracks(number)

    def _tracks(self, number: int) -> KeyTracks | None:
        if number in self._plan.keys:
            before, tracked = self._before, self._tracked
            self._before, self._tracked = number, None
            return None if tracked is None else KeyTracks(number, before, number, None, None, tracked[1])
        after = min((key for key in self._plan.keys_in_shot(number) if key > number), default=None)
        if after is None and self._before is None:
            return None
        track_before = None if self._tracked is None else self._tracked[1]
        track_after: Track | None = None
        link: Track | None = None
        if after is not None and number >= after - REACH:
            if self._upcoming is None or self._upcoming.key != after:
                self._upcoming = _Upcoming(self._plan, number, after, self._folder, self._tracked)
            track_after, link = self._upcoming.track(number), self._upcoming.link
        return KeyTracks(number, self._before, after, track_before, track_after, link)


class _Upcoming:
    """The tracks of the next keyframe, computed backwards from it and kept in a temporary file.

    Args:
        plan: the plan of the film or of a piece.
        begin: number of the first frame whose track is needed.
        key: number of the keyframe.
        folder: where the file is; it has no name, so that nothing is left of it after a crash.
        tracked: the tracker of the keyframe before, and its track in the first frame; None where there is no such keyframe.

    Attributes:
        link: the track of the keyframe before in this one; None where there is none.
    """

    def __init__(
        self, plan: VideoPlan, begin: int, key: int, folder: Path, tracked: tuple[Tracker, Track] | None
    ) -> None:
        self.key, self._begin = key, begin
        self.link = None if tracked is None else tracked[1]
        frames = ((number, _reduced(content)) for number, _, content in plan.pixels_between(begin, key + 1))
        _, before = next(frames)
        for number, content in frames:
            backward, forward = _flows(plan, before, content)
            if number == begin + 1:
                self._open(folder, (key - begin, *backward.shape[:2]))
            place = number - 1 - begin
            # On the way back, the flow from the earlier frame to the later one is the flow to the frame before.
            mask = consistency_mask(forward, backward, plan.width, boundaries=False)
            self._write(place, Track(_in_own_px(forward, plan.width), mask))
            self._frames[place] = _smaller(before, backward)
            if tracked is not None and self.link is not None:
                mask = consistency_mask(backward, forward, plan.width, boundaries=False)
                motion = _in_own_px(backward, plan.width)
                self.link = tracked[0].step(self.link, _smaller(content, backward), motion, mask)
            before = content
        tracker = Tracker(_smaller(before, self._trusts[0]), plan.flow)
        track = tracker.start()
        for place in range(key - begin - 1, -1, -1):
            step = self._read(place)
            track = tracker.step(track, np.array(self._frames[place]), step.shift, step.trust)
            self._write(place, track)

    def track(self, number: int) -> Track:
        """Return a frame's track."""
        return self._read(number - self._begin)

    def _open(self, folder: Path, shape: tuple[int, ...]) -> None:
        with tempfile.TemporaryFile(dir=folder) as file:  # the maps keep it after it is closed
            size = int(np.prod(shape))
            file.truncate(8 * size)
            self._shifts = np.memmap(file, np.int16, "r+", 0, (*shape, 2))
            self._trusts = np.memmap(file, np.uint8, "r+", 4 * size, shape)
            self._frames = np.memmap(file, np.uint8, "r+", 5 * size, (*shape, 3))

    def _write(self, place: int, track: Track) -> None:
        limit = np.iinfo(np.int16).max
        self._shifts[place] = (track.shift * _FIXED_POINT).round().clip(-limit, limit)
        self._trusts[place] = (track.trust * 255).round()

    def _read(self, place: int) -> Track:
        shift = self._shifts[place].astype(np.float32) / np.float32(_FIXED_POINT)
        return Track(shift, self._trusts[place].astype(np.float32) / np.float32(255))


def _reduced(frame: Bytes) -> Bytes:
    """Return a frame at the size at which it is tracked."""
    scale = _LONGEST / max(frame.shape)
    if scale >= 1:
        return frame
    size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _flows(plan: VideoPlan, before: Bytes, frame: Bytes) -> tuple[Field, Field]:
    """Return the flow from a frame to the one before it, and back; px of the film's frames, which may be larger than these."""
    backward, forward = plan.flow(frame, before), plan.flow(before, frame)
    if frame.shape[1] == plan.width:
        return backward, forward
    unit = np.float32(plan.width / frame.shape[1])
    return backward * unit, forward * unit


def _smaller(frame: Bytes, flow: NDArray[Any]) -> Bytes:
    """Return a frame at the resolution of a flow."""
    return np.asarray(cv2.resize(frame, flow.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _in_own_px(flow: Field, width: int) -> Field:
    """Return a flow in px of its own resolution, where it is in px of frames of this width."""
    return flow * np.float32(flow.shape[1] / width)
