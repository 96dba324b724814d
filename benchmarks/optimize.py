"""Time a textbook loop and pinxit, for the loop's own objective and for a picture by `standard`.

The textbook loop is that of PyTorch's tutorial: a plain VGG in the default memory layout, `torch.optim.LBFGS` from the content
image at full size, the clamp inside the closure. pinxit first minimises the same objective (losses, weights, layers, pictures,
repeated borders; checked at the content image before the run), also from the content image.

    python benchmarks/optimize.py [--size 512] [--iterations 300] [--plot docs/images/optimize.png]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder import weights
from pinxit.encoder.vgg import layers
from pinxit.image import fit
from pinxit.job import Job
from pinxit.objective.content import relative_content_loss, squared_error
from pinxit.objective.gram import gram_matrix, relative_style_loss
from pinxit.preparation import prepare
from support.machine_info import describe

CONTENT, STYLE = "sample:astronaut", "house:swirl"
Curve = list[tuple[float, float]]
"""Seconds and total loss."""


class TextbookObjective:
    """The losses of a recipe without AdaIN and smoothness, on a plain VGG-16 as in the tutorial."""

    def __init__(
        self,
        content: Tensor,
        style: Tensor,
        settings: object,
        statistics: Callable[[Tensor], Tensor] = gram_matrix,
    ) -> None:
        self.statistics = statistics
        self.parameters = weights.load("vgg16")
        self.settings = settings
        self.taps = [*settings.content_layers, *settings.style_layers]  # type: ignore[attr-defined]
        with torch.no_grad():
            self.content = self.see(content)
            self.energies = {tap: float(features.square().sum()) for tap, features in self.content.items()}
            self.style = {tap: statistics(features) for tap, features in self.see(style).items()}

    def see(self, picture: Tensor) -> dict[str, Tensor]:
        """Return the feature maps at the taps."""
        features, found = picture, {}
        for layer in layers("vgg16"):
            if layer.startswith("conv"):
                features = F.pad(features, (1, 1, 1, 1), mode="replicate")
                features = F.conv2d(features, self.parameters[f"{layer}.weight"], self.parameters[f"{layer}.bias"])
            else:
                features = F.relu(features) if layer.startswith("relu") else F.max_pool2d(features, 2)
            if layer in self.taps:
                found[layer] = features
            if len(found) == len(self.taps):
                break
        return found

    def __call__(self, picture: Tensor) -> Tensor:
        """Return the total loss."""
        settings, features = self.settings, self.see(picture)
        content = sum(
            weight * relative_content_loss(squared_error(features[tap], self.content[tap]), self.energies[tap])
            for tap, weight in settings.content_layers.items()  # type: ignore[attr-defined]
        )
        style = sum(
            weight * relative_style_loss(self.statistics(features[tap]), self.style[tap])
            for tap, weight in settings.style_layers.items()  # type: ignore[attr-defined]
        )
        return settings.content_weight * content + settings.style_weight * style  # type: ignore[attr-defined, no-any-return]


def textbook(objective: Callable[[Tensor], Tensor], content: Tensor, iterations: int) -> tuple[Curve, Tensor]:
    """Run the tutorial's loop and return its curve and its picture; an iteration is one evaluation of the loss."""
    picture = content.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([picture])
    curve: Curve = []
    start = time.perf_counter()

    def closure() -> Tensor:
        with torch.no_grad():
            picture.clamp_(0, 1)
        optimizer.zero_grad()
        loss = objective(picture)
        loss.backward()  # type: ignore[no-untyped-call]
        curve.append((time.perf_counter() - start, float(loss.detach())))
        return loss

    while len(curve) < iterations:
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    return curve[:iterations], picture.detach().clamp(0, 1)


def main() -> None:
    """Run both, print the ratio, draw the curves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--iterations", type=int, default=300)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    same: dict[str, Any] = {
        "tolerance": 0, "smoothness": 0, "content_layers": "relu4_2", "content_statistics": "content",
        "content_similarity": 0,
        "style_moments": 0, "device": "cpu",
    }  # fmt: skip
    job = prepare(CONTENT, STYLE, size=options.size, coarsest=options.size, iterations=1000, **same)
    content = torch.from_numpy(fit(job.ingredients.content, options.size).pixels)[None]
    style = torch.from_numpy(fit(job.ingredients.styles[0].picture, options.size).pixels)[None]
    objective = TextbookObjective(content, style, job.recipe)
    once: dict[str, Any] = {"coarsest": options.size, "iterations": 1, "precision": "float32"}
    check_same(objective, content, prepare(CONTENT, STYLE, size=options.size, **once, **same))

    print(describe(), flush=True)
    theirs, _ = textbook(objective, content, options.iterations)
    seconds, target = theirs[-1][0], min(loss for _, loss in theirs)
    print(f"textbook  loss {target:.4f} after {options.iterations} iterations, {seconds:.0f} s", flush=True)

    ours: Curve = []
    for progress in job.paint():
        ours.append((progress.seconds, progress.losses["total"]))
        if progress.losses["total"] <= target or progress.seconds > seconds:
            break
    best = min(loss for _, loss in ours)
    spent = ours[-1][0]
    print(f"pinxit    loss {best:.4f} after {len(ours)} iterations, {spent:.0f} s")
    print(f"ratio     {seconds / spent:.1f} times as fast" if best <= target else "ratio     the loss was not reached")
    for share in (2.0, 1.5, 1.2, 1.1):
        first = [next(at for at, loss in curve if loss <= share * target) for curve in (theirs, ours)]
        print(f"to {share:.1f} × that loss: textbook {first[0]:.0f} s, pinxit {first[1]:.0f} s")
    *_, last = prepare(CONTENT, STYLE, size=options.size, device="cpu").paint()
    print(f"standard  {last.seconds:.0f} s: the textbook loop takes {seconds / last.seconds:.1f} times that")
    if options.plot:
        plot(theirs, ours, options.plot)


def check_same(objective: TextbookObjective, content: Tensor, alone: Job) -> None:
    """Exit unless both objectives give the content image the same loss; `alone` evaluates it once."""
    (first,) = alone.paint()
    with torch.no_grad():
        torch.testing.assert_close(float(objective(content)), first.losses["total"], rtol=1e-3, atol=0)


def plot(theirs: Curve, ours: Curve, path: Path) -> None:
    """Draw both curves over time."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4), layout="constrained")
    for name, curve in (("textbook loop", theirs), ("pinxit", ours)):
        axes.plot(*zip(*curve, strict=True), label=name)
    axes.set(xlabel="seconds", ylabel="total loss", yscale="log")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
