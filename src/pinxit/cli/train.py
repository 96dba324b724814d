"""`pinxit train painting.jpg -o painting.pinxit`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinxit import picture as pictures
from pinxit import training
from pinxit.cli.arguments import Overwrite
from pinxit.cli.display import Display, duration
from pinxit.cli.folders import tell_left_out
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.say import say
from pinxit.picture.find import survey
from pinxit.picture.paths import check_apart

if TYPE_CHECKING:
    from pinxit.network.fit import Progress

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_SECONDS_BETWEEN_PREVIEWS = 20.0


@app.command(
    help="Teach a network to paint like one painting, or like several of one hand.\n\n"
    "What comes out can stand wherever a style can, and paints in a fraction of a second:\n\n"
    "[bold]pinxit stylize photo.jpg --style painting.pinxit -o out.png[/bold]\n\n"
    "Ctrl-C keeps what it has learnt so far; the same command with --overwrite goes on from there.",
    epilog="[bold]pinxit train painting.jpg -o painting.pinxit --preview now.png[/bold]",
)
def train(
    paintings: Annotated[list[str], typer.Argument(help="One painting, or several of one hand.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, NAME.pinxit.", show_default=False)],
    photographs: Annotated[
        Path | None,
        typer.Option(help="A folder of photographs to learn from.", show_default="those that come with pinxit"),
    ] = None,
    steps: Annotated[int, typer.Option(help="Steps of learning, about a second each on two cores.")] = training.STEPS,
    style_weight: Annotated[
        float, typer.Option(help="How much the style counts against the content.")
    ] = training.STYLE_WEIGHT,
    preview: Annotated[Path | None, typer.Option(help="A picture to refresh while it learns.", metavar="FILE")] = None,
    overwrite: Overwrite = False,
) -> None:
    check_apart(reads=[*paintings, photographs], writes={"the network": output, "--preview": preview})
    training.check_network(output, overwrite=overwrite)
    if photographs is not None:
        tell_left_out(survey(photographs))
    if preview is not None:
        pictures.check_writable(preview, overwrite=overwrite)
    last: Progress | None = None
    previewed, interrupted = time.monotonic(), False
    lessons = training.train(paintings, photographs=photographs, steps=steps, style_weight=style_weight)
    try:
        with Display(output.name) as display:
            for progress in lessons:
                if last is None and progress.step > 1:
                    display.say(f"goes on where it was broken off, at step {progress.step}.")
                last = progress
                display.show(progress)
                if preview and time.monotonic() - previewed > _SECONDS_BETWEEN_PREVIEWS:
                    pictures.write(progress.picture(), preview, overwrite=True)
                    previewed = time.monotonic()
    except KeyboardInterrupt:
        interrupted = True
        lessons.close()
    if last is None:
        raise KeyboardInterrupt
    training.save_network(last, output, overwrite=overwrite)
    if preview is not None:
        pictures.write(last.picture(), preview, overwrite=True)
    how = f"interrupted at step {last.step}, as it is by now: " if interrupted else ""
    say(f"{how}{output} ({last.step} steps, {duration(last.seconds)})")
    if interrupted:
        sys.exit(INTERRUPTED)
