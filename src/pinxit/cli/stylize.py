"""`pinxit stylize photo.jpg --style painting.jpg -o out.png`."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pinxit import inputs
from pinxit import styles as house_styles
from pinxit.cli.arguments import EncoderWeights, LocalOptions, OutputOptions, StyleOptions
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import PIPE, check_output, drive
from pinxit.cli.folders import expand
from pinxit.cli.main import FAILED, INTERRUPTED
from pinxit.cli.messages import warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.cli.styles import style_table
from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home
from pinxit.library import default_output
from pinxit.preparation import StyleImage, prepare
from pinxit.recipe.presets import PRESETS

app = command_app()

_PRESETS = "Presets: " + "; ".join(f"[bold]{name}[/bold], {preset.summary}" for name, preset in PRESETS.items()) + "."


@app.command(
    cls=OrderedCommand,
    help="Paint pictures in the style of others.\n\n"
    "CONTENT is one or several pictures, folders, or patterns like 'photos/*.jpg'. [bold]sample:cat[/bold] is a photograph "
    "to try things on, [bold]house:swirl[/bold] a style that pinxit draws itself (see pinxit styles). [bold]-[/bold] is "
    "standard input, and -o - is standard output, as PNG.\n\n"
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
    placing: StyleOptions,
    local: LocalOptions,
    how: OutputOptions,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write, its kind given by its ending; a folder for several pictures.",
            show_default="CONTENT-STYLE.png here",
        ),
    ] = None,
    region_map: Annotated[
        str | None,
        typer.Option(
            "--region-map",
            help="The content image's regions for --match regions, in greys: 0 to 15 is region 0, 16 to 31 region 1 …",
            metavar="MAP",
            rich_help_panel="Regions",
            show_default="found",
        ),
    ] = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    into = output if output is not None and not output.suffix else Path() if output is None else output.parent
    piped = content == [str(PIPE)]
    if piped and output is None:
        raise PinxitError(
            "a picture from standard input has no name: give the result one by -o, or - for standard output."
        )
    sources = content if piped else expand(content, results=into, written=[how.preview, how.plot])
    if not sources:
        raise PinxitError("there is nothing to paint: all these pictures were made by pinxit, or by this command.")
    if not (placing.style or placing.region):
        raise PinxitError(_offer_styles(sources[0]))
    styles = placed_styles(ctx, placing)
    into_folder = len(sources) > 1 or (not piped and any(expand_home(source).is_dir() for source in content))
    targets = [_target(source, styles, output, several=len(sources) > 1, folder=into_folder) for source in sources]
    if how.plot is not None and len(sources) > 1:
        raise PinxitError("--plot draws the losses of one picture: leave it out for several.")
    masks: dict[str, Any] = {"keep": placing.keep, **dataclasses.asdict(local), "region_map": region_map}
    reads = [
        *([] if piped else sources),
        *files_of(styles),
        *masks.values(),
        encoder_weights,
        settings["init"],
    ]
    check_output(how, *targets, piped=True, reads=reads)
    failures = []
    for source, target in zip(sources, targets, strict=True):
        try:
            picture = _read_standard_input() if piped else source
            job = prepare(
                picture,
                styles,
                **masks,
                encoder_weights=encoder_weights,
                wide=True,
                **settings,
            )
            if drive(job, target, how, layers=job.layers).interrupted:
                sys.exit(INTERRUPTED)
        except PinxitError as error:
            if len(sources) == 1:
                raise
            failures.append(source)
            warn(f"{source}: {error}")
    if failures:
        warn(f"{len(failures)} of {len(sources)} pictures failed: {', '.join(map(str, failures))}.")
        sys.exit(FAILED)


def _offer_styles(source: str) -> str:
    """List the styles that pinxit draws itself on standard error.

    Args:
        source: the picture that was to be painted.

    Returns:
        The sentence for the error.
    """
    console = Console(stderr=True)
    console.print(style_table())
    first = f"{inputs.HOUSE}{house_styles.names()[0]}"
    command = f"pinxit stylize {shlex.quote(source)} --style {first}"
    return (
        f"no style is given: add --style PICTURE, or one of these, as in `{command}`; `pinxit styles` draws them all."
    )


def _read_standard_input() -> bytes:
    if sys.stdin.isatty():
        raise PinxitError("- takes a picture from standard input, which is a terminal: name a file, or pipe one in.")
    return inputs.content_of(sys.stdin.buffer)


def _target(source: str, styles: list[StyleImage], output: Path | None, *, several: bool, folder: bool) -> Path:
    """Return the file that a picture's painting is written to.

    Args:
        source: the picture.
        styles: the styles.
        output: what `--output` says.
        several: there are more pictures, for which one file does not suffice.
        folder: an output without an ending is a folder: the pictures are from one, even where that holds a single one.
    """
    name = default_output(source, styles)
    if output is None:
        return name
    if several and output.suffix:
        raise PinxitError(f"{output} is one file for several pictures: give a folder by -o.")
    return output / name if output.is_dir() or (folder and not output.suffix) else output
