"""Measure the steps in which the optimiser paints a frame of a film, in seconds of the processor.

    OMP_NUM_THREADS=1 python benchmarks/optimizer_steps.py CLIP PAINTING [--size 640] [--frames 2]

Seconds of the processor do not depend on what else the machine does; half of them is an estimate of the time on two cores. The
first frame costs more, because what depends on the style image alone is prepared with it. In place of the neighbour's result,
each frame starts from itself in the colours of the painting.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from pinxit.image import resize, to_array
from pinxit.recipe.inputs import Neighbor
from pinxit.video.clip import open_source
from pinxit.video.optical_flow import pixels_of
from pinxit.video.optimizer import OptimizerFrameStylizer, _last, _Shown, recolored_like
from pinxit.video.prepare import prepare_video
from pinxit.video.shot_detection import detect_shots
from support.machine_info import describe


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clip")
    parser.add_argument("painting")
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--frames", type=int, default=2)
    options = parser.parse_args()
    print(describe(), flush=True)
    film = prepare_video(
        options.clip, [(options.painting, None)], engine="optimizer", device="cpu", size=options.size, keys=(),
        end=float(options.frames / open_source(Path(options.clip)).rate),
    )  # fmt: skip
    plan, stylizer = film.plan(Path("film.mp4")), OptimizerFrameStylizer(film.recipe, film.styles, None)
    shots = tuple(detect_shots((frame for _, frame in plan.frames()), plan.height, plan.width))
    stylizer.analyze_shot(shots[0], shots[0].times[0])
    plan = plan.with_shots(shots)
    painting = to_array(resize(film.styles[0].picture, plan.height, plan.width))
    everywhere = np.ones((plan.height, plan.width), np.float32)
    for number, _, content in plan.pixels_between(0, plan.count):
        start = recolored_like(content, painting)
        neighbors = [Neighbor(pixels_of(start), everywhere, film.recipe.temporal_weight)]
        for step in stylizer._frame_scales(content):
            before = time.process_time()
            _last(stylizer._improve(_Shown(number, content, 0.0, shots[0]), start, neighbors, [step]))
            size, iterations = step
            took = time.process_time() - before
            print(f"frame {number + 1}: {iterations} iterations at {size} px: {took:.1f} s", flush=True)


if __name__ == "__main__":
    main()
