"""Claim: textures and repeat patterns have no seam where they wrap around, as they are laid.

The mean difference of neighbours across the wrap is relative to the median of all such steps inside; a seam of at most 1 is
invisible. The output also has the same ratio for a picture with ordinary borders, and the change of loss and gradient when the
canvas is shifted across its border.

    python benchmarks/seams_wrapped.py [STYLE …] [--size 128] [--iterations 12,6]
"""

from __future__ import annotations

import argparse

import torch

from pinxit.encoder.border import take
from pinxit.encoder.open import open_encoder
from pinxit.image import cover, sample
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.metrics.seams import seams
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.surface.texture import prepare_texture
from pinxit.synthesis import prepare_synthesis
from support.machine_info import describe

NAMES: tuple[WrapName, ...] = ("both", "half-drop", "brick")


def main() -> None:
    """Paint, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("styles", nargs="*", default=["house:swirl"], metavar="STYLE")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--iterations", default="12,6")
    options = parser.parse_args()
    print(describe())
    for style in options.styles:
        for name in ("none", *NAMES):
            # The engine's output, before the cut is moved to where pixels differ least.
            job = prepare_synthesis(
                [style], options.size, options.size, wrap=name, iterations=options.iterations, coarsest=64, device="cpu"
            )
            *_, last = job.paint()
            meets = WRAPS["both" if name == "none" else name]
            print(f"{style}  wrap {name}: {describe_seams(seams(last.picture(), meets))}")
        work = prepare_texture(
            [style], options.size, options.size, tile=True, iterations=options.iterations, coarsest=64, device="cpu"
        )
        *_, last = work.paint()
        print(f"{style}  texture --tile: {describe_seams(seams(work.result(last)[0], WRAPS['both']))}")
    for name in NAMES:
        loss, gradient = moved(name)
        print(f"wrap {name}: moved by 32 px, the loss changes by {loss:.0e} of itself, the gradient by {gradient:.0e}")


def describe_seams(found: dict[str, float]) -> str:
    """Return the measures as text."""
    return ", ".join(f"{share:.2f} across {name}" for name, share in found.items()) + " (of the median step)"


def moved(name: WrapName) -> tuple[float, float]:
    """Return the relative change of loss and gradient when the canvas is shifted across its border."""
    encoder, _ = open_encoder("vgg16", device="cpu")
    wrap = WRAPS[name]
    picture = torch.from_numpy(cover(sample("coffee"), 192, 192).pixels)[None]
    style = [Region([StyleTarget(torch.from_numpy(cover(sample("astronaut"), 192, 192).pixels)[None])])]
    layers = dict.fromkeys((f"relu{block}_1" for block in range(1, 6)), 0.2)
    weights = LossWeights(0.0, 10.0, 1.0, {}, layers, "relative", moments=0.5)
    window = (slice(32, 224), slice(32, 224))
    losses, gradients = [], []
    for canvas in (picture, take(picture, window, wrap)):
        loss, gradient = Objective(encoder, weights, canvas, style, wrap=wrap)(canvas)
        losses.append(float(loss.total))
        gradients.append(gradient)
    difference = gradients[1] - take(gradients[0], window, wrap)
    return abs(losses[1] / losses[0] - 1), float(difference.norm() / gradients[0].norm())


if __name__ == "__main__":
    main()
