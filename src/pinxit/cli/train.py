"""`pinxit train painting.jpg -o painting.pinxit`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinxit import image as pictures
from pinxit import training
from pinxit.cli.arguments import Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display, duration
from pinxit.cli.folders import warn_left_out
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say
from pinxit.cli.progress import Preview, run_with_progress
from pinxit.files.paths import check_apart
from pinxit.image.discover import survey

if TYPE_CHECKING:
    from pinxit.network.training.finetune import TrainingProgress

app = command_app()

_SECONDS_BETWEEN_PREVIEWS = 20.0


@app.command(
    help="Train a network to paint like one painting, or like several by one hand.\n\n"
    "The file it writes can be used wherever a style can, and paints in a fraction of a second:\n\n"
    "[bold]pinxit stylize photo.jpg --style painting.pinxit -o out.png[/bold]\n\n"
    "Ctrl-C keeps what it has learnt so far; the same command with --overwrite continues from there.",
    epilog="[bold]pinxit train painting.jpg -o painting.pinxit --preview now.png[/bold]",
)
def train(
    paintings: Annotated[list[str], typer.Argument(help="One painting, or several by one hand.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, NAME.pinxit.", show_default=False)],
    photographs: Annotated[
        Path | None,
        typer.Option(help="A folder of photographs to learn from.", show_default="those that come with pinxit"),
    ] = None,
    steps: Annotated[int, typer.Option(help="Training steps, half a second to two seconds each.")] = training.STEPS,
    style_weight: Annotated[
        float, typer.Option(help="Weight of the style against the content.")
    ] = training.STYLE_WEIGHT,
    preview: Annotated[Path | None, typer.Option(help="A picture to refresh while it learns.", metavar="FILE")] = None,
    overwrite: Overwrite = False,
) -> None:
    check_apart(reads=[*paintings, photographs], writes={"the network": output, "--preview": preview})
    training.check_network(output, overwrite=overwrite)
    if photographs is not None:
        warn_left_out(survey(photographs))
    if preview is not None:
        pictures.check_writable(preview, overwrite=overwrite)
    shown = Preview(preview, _SECONDS_BETWEEN_PREVIEWS, delay=_SECONDS_BETWEEN_PREVIEWS)
    trainer = training.train(paintings, photographs=photographs, steps=steps, style_weight=style_weight)
    with Display(output.name) as display:
        last, interrupted = run_with_progress(trainer, display, _say_continued(display), shown.offer)
    trainer.close()
    if last is None:
        raise KeyboardInterrupt
    training.save_network(last, output, overwrite=overwrite)
    if preview is not None:
        shown.write(last.picture())
    how = f"interrupted at step {last.step}, as learnt so far: " if interrupted else ""
    say(f"{how}{output} ({last.step} steps, {duration(last.seconds)})")
    if interrupted:
        sys.exit(INTERRUPTED)


def _say_continued(display: Display) -> Callable[[TrainingProgress], None]:
    """Return a watcher that says when the training continues an interrupted one."""
    first = True

    def watch(progress: TrainingProgress) -> None:
        nonlocal first
        if first and progress.step > 1:
            display.say(f"continues an interrupted training at step {progress.step}.")
        first = False

    return watch
