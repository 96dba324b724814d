"""`pinxit stylize photo.jpg --style painting.jpg -o out.png`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pinxit import inputs
from pinxit.cli.arguments import (
    Bits,
    Blend,
    EncoderWeights,
    Json,
    Keep,
    Overwrite,
    Quality,
    Regions,
    StyleMasks,
    Styles,
)
from pinxit.cli.drive import PIPE, Output, drive
from pinxit.cli.folders import expand
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.job import StyleImage, prepare
from pinxit.library import default_output
from pinxit.picture.presets import PRESETS

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_PRESETS = "Presets: " + "; ".join(f"[bold]{name}[/bold], {preset.summary}" for name, preset in PRESETS.items()) + "."


@app.command(
    cls=OrderedCommand,
    help="Paint pictures in the manner of others.\n\n"
    "CONTENT is one or several pictures, folders, or patterns like 'photos/*.jpg'. [bold]sample:cat[/bold] is a photograph "
    "to try things on, [bold]-[/bold] is standard input (-o - is standard output, as PNG), "
    "[bold]house:swirl[/bold] a style that pinxit draws itself (see pinxit styles).\n\n"
    f"{_PRESETS}\n\n"
    "Ctrl-C keeps the best picture so far.",
    epilog="[bold]pinxit stylize photo.jpg --style painting.jpg -o out.png[/bold]\n\n"
    "[bold]pinxit stylize photo.jpg --region sky.png=starry.jpg -s waves.jpg --keep face.png -o out.png[/bold]\n\n"
    "[bold]pinxit stylize photos/ -s a.jpg -s b.jpg --blend 2,1 -o painted/[/bold]",
)
@with_settings
def stylize(
    ctx: typer.Context,
    content: Annotated[list[str], typer.Argument(help="The content images.", show_default=False)],
    style: Styles = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write, its kind by its ending; a folder for several pictures.",
            show_default="CONTENT-STYLE.png here",
        ),
    ] = None,
    blend: Blend = None,
    region: Regions = None,
    style_mask: StyleMasks = None,
    keep: Keep = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    preview: Annotated[
        Path | None,
        typer.Option(help="A picture to refresh while it paints.", metavar="FILE", rich_help_panel="Output"),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the loss curves into a picture.", metavar="FILE", rich_help_panel="Output")
    ] = None,
    as_json: Json = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    into = output if output is not None and not output.suffix else Path() if output is None else output.parent
    piped = content == [str(PIPE)]
    if piped and output is None:
        raise PinxitError("a picture from standard input has no name: say by -o where to write, - for standard output.")
    sources = content if piped else expand(content, results=into, written=[preview, plot])
    if not sources:
        raise PinxitError("there is nothing to paint: what is there was made by pinxit, or by this command.")
    styles = placed_styles(ctx, style or [], region or [], style_mask or [], blend)
    targets = [_target(source, styles, output, several=len(sources) > 1) for source in sources]
    if plot is not None and len(sources) > 1:
        raise PinxitError("--plot draws the losses of one picture: leave it out for several.")
    how = Output(overwrite, check_bits(bits), quality, preview, plot, as_json)
    how.check(
        *targets,
        piped=True,
        reads=[*([] if piped else sources), *files_of(styles), keep, encoder_weights, settings["init"]],
    )
    failures = []
    for source, target in zip(sources, targets, strict=True):
        try:
            job = prepare(
                _piped_in() if piped else source, styles, keep=keep, encoder_weights=encoder_weights, **settings
            )
            if drive(job, target, how):
                sys.exit(INTERRUPTED)
        except PinxitError as error:
            if len(sources) == 1:
                raise
            failures.append(source)
            complain(f"{source}: {error}")
    if failures:
        complain(f"{len(failures)} of {len(sources)} pictures failed: {', '.join(map(str, failures))}.")
        sys.exit(FAILED)


def _piped_in() -> bytes:
    """The picture that comes by standard input."""
    if sys.stdin.isatty():
        raise PinxitError("- takes a picture from standard input, which is a terminal: name a file, or pipe one in.")
    return inputs.content_of(sys.stdin.buffer)


def check_bits(bits: int) -> Literal[8, 16]:
    """8 or 16, or PinxitError."""
    if bits == 8:
        return 8
    if bits == 16:
        return 16
    raise PinxitError(f"--bits is 8 or 16, not {bits}.")


def _target(source: str, styles: list[StyleImage], output: Path | None, *, several: bool) -> Path:
    name = default_output(source, styles)
    if output is None:
        return name
    if several or output.is_dir():
        if several and output.suffix:
            raise PinxitError(f"{output} is one file for several pictures: give a folder by -o.")
        return output / name
    return output
