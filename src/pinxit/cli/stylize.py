"""`pinxit stylize photo.jpg --style painting.jpg -o out.png`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.cli.drive import Output, drive
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.errors import PinxitError
from pinxit.job import default_output, prepare
from pinxit.picture.presets import PRESETS

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_PRESETS = "Presets: " + "; ".join(f"[bold]{name}[/bold], {preset.summary}" for name, preset in PRESETS.items()) + "."


@app.command(
    help="Paint pictures in the manner of others.\n\n"
    "CONTENT is one or several pictures, folders, or patterns like 'photos/*.jpg'. [bold]sample:cat[/bold] is a photograph "
    "to try things on, [bold]house:swirl[/bold] a style that pinxit draws itself (see pinxit styles).\n\n"
    f"{_PRESETS}\n\n"
    "Ctrl-C keeps the best picture so far.",
    epilog="[bold]pinxit stylize photo.jpg --style painting.jpg -o out.png[/bold]\n\n"
    "[bold]pinxit stylize photos/ -s a.jpg -s b.jpg --blend 2,1 -o painted/[/bold]",
)
@with_settings
def stylize(
    content: Annotated[list[str], typer.Argument(help="The content images.", show_default=False)],
    style: Annotated[
        list[str],
        typer.Option("--style", "-s", help="A style image; give it several times to mix.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The file to write, its kind by its ending; a folder for several pictures.",
            show_default="CONTENT-STYLE.png here",
        ),
    ] = None,
    blend: Annotated[
        str | None, typer.Option(help="Shares of the styles, as in 2,1.", metavar="X,X,…", show_default="equal")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    bits: Annotated[int, typer.Option(help="Bits a channel, 8 or 16 (PNG and TIFF).", rich_help_panel="Output")] = 8,
    quality: Annotated[int, typer.Option(help="Of JPEG, WebP and AVIF, 1 to 100.", rich_help_panel="Output")] = 95,
    preview: Annotated[
        Path | None,
        typer.Option(help="A picture to refresh while it paints.", metavar="FILE", rich_help_panel="Output"),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the loss curves into a picture.", metavar="FILE", rich_help_panel="Output")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON for each picture.", rich_help_panel="Output")
    ] = False,
    encoder_weights: Annotated[
        Path | None,
        typer.Option(help="A local checkpoint of the encoder.", metavar="FILE", rich_help_panel="Encoder"),
    ] = None,
    **settings: Any,
) -> None:
    sources = expand(content)
    targets = [_target(source, style, output, several=len(sources) > 1) for source in sources]
    if len(set(targets)) < len(targets):
        raise PinxitError(
            "two of the pictures would be written to the same file: rename one, or paint them one by one."
        )
    if plot is not None and len(sources) > 1:
        raise PinxitError("--plot draws the losses of one picture: leave it out for several.")
    how = Output(overwrite, check_bits(bits), quality, preview, plot, as_json)
    for target in targets:
        how.check(target)
    shares = None if blend is None else read_shares(blend)
    failures = []
    for source, target in zip(sources, targets, strict=True):
        try:
            job = prepare(source, style, shares=shares, encoder_weights=encoder_weights, **settings)
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


def expand(sources: list[str]) -> list[str]:
    """Folders and patterns become the pictures in them; sample:NAME and house:NAME stay."""
    expanded: list[str] = []
    for source in sources:
        own = source.startswith((inputs.SAMPLE, inputs.HOUSE))
        expanded += [source] if own else [str(path) for path in pictures.expand([source])]
    return expanded


def check_bits(bits: int) -> Literal[8, 16]:
    """8 or 16, or PinxitError."""
    if bits == 8:
        return 8
    if bits == 16:
        return 16
    raise PinxitError(f"--bits is 8 or 16, not {bits}.")


def read_shares(text: str) -> list[float]:
    """`2,1` → `[2.0, 1.0]`, or PinxitError."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise PinxitError(f"--blend takes numbers as in 2,1, not {text!r}.") from error


def _target(source: str, styles: list[str], output: Path | None, *, several: bool) -> Path:
    name = default_output(source, styles)
    if output is None:
        return name
    if several or output.is_dir():
        if several and output.suffix:
            raise PinxitError(f"{output} is one file for several pictures: give a folder by -o.")
        return output / name
    return output
