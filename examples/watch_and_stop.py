"""Watch a run while it paints, show the picture so far, and stop when it is good enough.

`job.paint()` is an iterator with one item per iteration. Between two items the program decides: look at the losses, keep the
picture so far, or stop. Whatever it decides, `job.result(progress)` is a finished picture with its recipe.

    python examples/watch_and_stop.py sample:cat house:swirl out.png --preset draft --enough 0.25
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

import pinxit

Preset = Literal["draft", "standard", "fine", "gatys"]  # those of the optimiser


def paint(content: str, style: str, output: Path, *, preset: Preset, size: int, enough: float) -> list[float]:
    """Paint until the style loss falls below `enough`, and return the style losses on the way."""
    job = pinxit.prepare(content, style, preset=preset, size=size)
    losses = []
    for progress in job.paint():
        losses.append(progress.losses["style"])
        print(f"{progress.facts}  {progress.seconds_left:.0f} s left")
        if len(losses) % 10 == 0:
            # The picture so far: a finished file at every moment, for a viewer that reloads it.
            pinxit.write(progress.picture(), output.with_stem(f"{output.stem}-so-far"), overwrite=True)
        # The scales before the last one are smaller than the picture should be.
        if progress.size == size and losses[-1] < enough:
            print(f"the style loss is below {enough}: that is enough.")
            break
    picture, recipe = job.result(progress)
    # The recipe says how many iterations were done, so `pinxit redo` stops at the same place.
    pinxit.write(picture, output, recipe=recipe.to_json(), overwrite=True)
    return losses


def main() -> None:
    """Read the command line and paint."""
    parser = argparse.ArgumentParser(description="Watch a run, and stop it when it is good enough.")
    parser.add_argument("content")
    parser.add_argument("style")
    parser.add_argument("output", type=Path)
    parser.add_argument("--preset", default="draft")
    parser.add_argument("--size", type=int, default=256, help="longer side, px")
    parser.add_argument("--enough", type=float, default=0.25, help="the style loss at which to stop")
    options = parser.parse_args()
    try:
        paint(
            options.content,
            options.style,
            options.output,
            preset=options.preset,
            size=options.size,
            enough=options.enough,
        )
    except pinxit.PinxitError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
