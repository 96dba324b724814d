"""Claim: where a long shot is painted in pieces (`pinxit video --piece`), the join does not show: the warping error across
it is that of the shot painted in one go, within 1 %.

    python benchmarks/pieces.py [CLIP ...] [--size PX]

Without clips, two of ../shared/data/video.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

import moves
from machine import describe
from pinxit.video.film import Film
from pinxit.video.flow import Bytes
from pinxit.video.making import prepare
from pinxit.video.plan import Plan, Stretch
from pinxit.video.steady import motion
from pinxit.video.survey import Sampler, survey
from pinxit.video.warp import Warp

RUN_UPS = (0, 4, 8, 16, 32, 48)
JOINS = (60, 75, 90)
STYLES = ("house:impasto", "house:ink")


class Kept:
    """The frames of a part, as a film's sink takes them."""

    def __init__(self, first: int) -> None:
        self.done, self.frames = first, list[Bytes]()

    def last(self) -> Bytes:
        """The last of them."""
        return self.frames[-1]

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """The next."""
        self.frames.append(pixels)
        self.done += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--size", type=int, default=320)
    options = parser.parse_args()
    print(describe(), flush=True)
    clips = options.clips or [moves.DATA / name for name in ("cockatoo.mp4", "fox.mp4")]
    print(
        "clip, style: warping error at the join by frames of run-up, as shares of the shot's own (largest difference)"
    )
    for clip in clips:
        for style in STYLES:
            film = prepare(clip, [(style, None)], size=options.size, end=(JOINS[-1] + 2) / 24)
            shown = [f"{run_up}: {ratio:.3f} ({most})" for run_up, ratio, most in measured(film)]
            print(f"{clip.stem}, {style}: {'; '.join(shown)}", flush=True)


def measured(film: Film) -> Iterator[tuple[int, float, int]]:
    """For each length of run-up the error across the join, and by how much its first frame differs, of 255."""
    plan = film.plan(Path("film.mp4"))
    (shot, *_) = survey((frame for _, frame in plan.frames()), 36, 64)
    plan = plan.cut((shot,))
    sampler = Sampler(plan.height, plan.width)
    contents: list[Bytes] = []
    for _, frame in plan.between(0, shot.end):
        sampler.see(frame)
        contents.append(frame.picture(plan.height, plan.width))
    brush = film.brush()
    brush.look(replace(shot, samples=tuple(sampler.samples)), plan.begin)
    whole = painted(brush, plan, Stretch(0, shot.end, 0))
    joins = [join for join in JOINS if join < shot.end]
    own = sum(error(plan, contents, join, whole[join - 1], whole[join]) for join in joins)
    for run_up in RUN_UPS:
        sums, most = 0.0, 0
        for join in joins:
            (after,) = painted(brush, plan, Stretch(join, join + 1, join - run_up))
            sums += error(plan, contents, join, whole[join - 1], after)
            most = max(most, int(np.abs(after.astype(int) - whole[join]).max()))
        yield run_up, sums / own, most


def painted(brush: object, plan: Plan, stretch: Stretch) -> list[Bytes]:
    """The frames of a stretch."""
    kept = Kept(stretch.begin)
    for _ in brush.film(replace(plan, stretches=(stretch,)), kept):  # type: ignore[attr-defined]
        pass
    return kept.frames


def error(plan: Plan, contents: list[Bytes], number: int, before: Bytes, after: Bytes) -> float:
    """Mean square of what the painting of a frame differs from the one before, carried along; where that can be relied on."""
    moved = motion(plan.flow, contents[number - 1], contents[number])
    warp = Warp(plan.height, plan.width)
    mask = warp.mask(moved.reliable)
    differs = np.square(warp(before, moved.backward).astype(np.float32) - after).mean(2)
    return float((differs * mask).sum() / mask.sum())


if __name__ == "__main__":
    main()
