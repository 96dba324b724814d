"""Claim: joins between the pieces of a long shot (`pinxit video --piece`) are invisible.

The warping error across a join is that of the shot painted in one go, within 1 %.

    python benchmarks/video_segments.py [CLIP ...] [--size PX]

Without clips, it uses two from ../shared/data/video.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from pinxit.video.job import VideoJob
from pinxit.video.optical_flow import Bytes
from pinxit.video.plan import Piece, VideoPlan
from pinxit.video.prepare import prepare_video
from pinxit.video.shot_detection import ShotSampler, detect_shots
from pinxit.video.temporal_blend import estimate_motion
from pinxit.video.warp import Warp
from support import synthetic_motion
from support.machine_info import describe

RUN_UPS = (0, 4, 8, 16, 32, 48)
JOINS = (60, 75, 90)
STYLES = ("house:impasto", "house:ink")


class Kept:
    """A film's sink that keeps the frames of a segment."""

    def __init__(self, first: int) -> None:
        self.done, self.frames = first, list[Bytes]()

    def last(self) -> Bytes:
        """Return the last frame."""
        return self.frames[-1]

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Add the next frame."""
        self.frames.append(pixels)
        self.done += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--size", type=int, default=320)
    options = parser.parse_args()
    print(describe(), flush=True)
    clips = options.clips or [synthetic_motion.DATA / name for name in ("cockatoo.mp4", "fox.mp4")]
    print(
        "clip, style: warping error at the join by frames of run-up, as shares of the shot's own (largest difference)"
    )
    for clip in clips:
        for style in STYLES:
            film = prepare_video(clip, [(style, None)], size=options.size, end=(JOINS[-1] + 2) / 24)
            shown = [f"{run_up}: {ratio:.3f} ({most})" for run_up, ratio, most in measured(film)]
            print(f"{clip.stem}, {style}: {'; '.join(shown)}", flush=True)


def measured(film: VideoJob) -> Iterator[tuple[int, float, int]]:
    """Yield run-up, error across joins relative to the whole shot, and largest difference of the first frames, of 255."""
    plan = film.plan(Path("film.mp4"))
    (shot, *_) = detect_shots((frame for _, frame in plan.frames()), 36, 64)
    plan = plan.with_shots((shot,))
    sampler = ShotSampler(plan.height, plan.width)
    contents: list[Bytes] = []
    for _, frame in plan.frames_between(0, shot.end):
        sampler.add(frame)
        contents.append(frame.picture(plan.height, plan.width))
    stylizer = film.stylizer()
    stylizer.analyze_shot(replace(shot, samples=tuple(sampler.samples)), plan.begin)
    whole = painted(stylizer, plan, Piece(0, shot.end, 0))
    joins = [join for join in JOINS if join < shot.end]
    own = sum(error(plan, contents, join, whole[join - 1], whole[join]) for join in joins)
    for run_up in RUN_UPS:
        sums, most = 0.0, 0
        for join in joins:
            (after,) = painted(stylizer, plan, Piece(join, join + 1, join - run_up))
            sums += error(plan, contents, join, whole[join - 1], after)
            most = max(most, int(np.abs(after.astype(int) - whole[join]).max()))
        yield run_up, sums / own, most


def painted(stylizer: object, plan: VideoPlan, piece: Piece) -> list[Bytes]:
    """Return the painted frames of a piece."""
    kept = Kept(piece.begin)
    for _ in stylizer.paint_frames(replace(plan, pieces=(piece,)), kept):  # type: ignore[attr-defined]
        pass
    return kept.frames


def error(plan: VideoPlan, contents: list[Bytes], number: int, before: Bytes, after: Bytes) -> float:
    """Return the mean squared difference of a painted frame from the warped one before, where the flow is reliable."""
    moved = estimate_motion(plan.flow, contents[number - 1], contents[number])
    warp = Warp(plan.height, plan.width)
    mask = warp.resize_mask(moved.mask)
    differs = np.square(warp(before, moved.backward).astype(np.float32) - after).mean(2)
    return float((differs * mask).sum() / mask.sum())


if __name__ == "__main__":
    main()
