"""Paint a folder with a progress bar, go on after a bad file, and continue where an earlier run stopped.

`pinxit batch` does this on the command line. In a program of your own, `Job.matches` says whether an existing result was
painted by the same recipe, and a `PinxitError` is one sentence that can be shown to a person.

    python examples/batch_with_progress.py photos/ house:swirl painted/ --preset instant
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rich.progress import Progress

import pinxit

Preset = Literal["draft", "standard", "fine", "instant", "gatys"]
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}


@dataclass
class Report:
    """The names of what was painted, what was there already, and what failed, with the reason."""

    painted: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def paint_folder(folder: Path, style: str, output: Path, *, preset: Preset, size: int | None) -> Report:
    """Paint every picture in a folder, and return what happened to each."""
    report = Report()
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in KINDS)
    output.mkdir(parents=True, exist_ok=True)
    with Progress() as bars:
        overall = bars.add_task("pictures", total=len(files))
        for file in files:
            target = output / f"{file.stem}.png"
            one = bars.add_task(file.name, total=1.0)
            try:
                job = pinxit.prepare(file, style, preset=preset, size=size)
                if target.exists() and job.matches(pinxit.read_recipe(target)):
                    report.kept.append(file.name)
                else:
                    for progress in job.paint():
                        whole = progress.seconds + progress.seconds_left
                        bars.update(one, completed=progress.seconds / whole if whole > 0 else 1.0)
                    picture, recipe = job.result(progress)
                    pinxit.write(picture, target, recipe=recipe.to_json(), overwrite=True)
                    report.painted.append(file.name)
            except pinxit.PinxitError as error:
                report.failed[file.name] = str(error)
            bars.remove_task(one)
            bars.advance(overall)
    return report


def main() -> None:
    """Read the command line and paint."""
    parser = argparse.ArgumentParser(description="Paint a folder with a progress bar.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("style")
    parser.add_argument("output", type=Path)
    parser.add_argument("--preset", default="instant")
    parser.add_argument("--size", type=int, help="longer side, px")
    options = parser.parse_args()
    report = paint_folder(options.folder, options.style, options.output, preset=options.preset, size=options.size)
    print(f"{len(report.painted)} painted, {len(report.kept)} there already, {len(report.failed)} failed")
    for name, reason in report.failed.items():
        print(f"{name}: {reason}")
    raise SystemExit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
