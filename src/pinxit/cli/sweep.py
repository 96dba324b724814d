"""`pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100`."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.cli.arguments import EncoderWeights, Overwrite
from pinxit.cli.display import Display
from pinxit.cli.main import INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.errors import PinxitError
from pinxit.job import Job, prepare
from pinxit.picture import Picture
from pinxit.picture.recipe import Settings

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

# Settings whose single values have commas in them already.
_WHOLE = ("iterations", "content_layers", "style_layers")
_MOST = 100


class SeveralStyles(TyperCommand):
    """Reads `--style a.jpg b.jpg` as `--style a.jpg --style b.jpg`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Repeat the option's name before each of its values."""
        repeated: list[str] = []
        within = False
        for arg in args:
            if arg.startswith("-"):
                within = arg in ("--style", "-s")
                repeated += [] if within else [arg]
            else:
                repeated += ["--style", arg] if within else [arg]
        return super().parse_args(ctx, repeated)


@app.command(
    cls=SeveralStyles,
    help="Try styles and settings side by side, on one labelled sheet.\n\n"
    "Any setting may have several values, separated by commas; every combination is painted. The first things that vary "
    "make the rows, the last one the columns.",
    epilog="[bold]pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100 -o sheet.png[/bold]",
)
@with_settings
def sweep(
    content: Annotated[str, typer.Argument(help="The content image.", show_default=False)],
    style: Annotated[
        list[str], typer.Option("--style", "-s", help="Style images, one after another.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to write.")] = Path("sweep.png"),
    cell: Annotated[int, typer.Option(help="Side of each picture on the sheet, px.", min=64, max=2048)] = 320,
    overwrite: Overwrite = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.styles.contact import sheet

    pictures.check_writable(output, overwrite=overwrite)
    settings["preset"] = settings["preset"] or "draft"
    varied: dict[str, list[str]] = {"style": style}
    for name, value in settings.items():
        if value is not None and name not in _WHOLE and "," in value:
            varied[name] = value.split(",")
    if len(varied["style"]) == 1 and len(varied) > 1:
        settings["style"] = varied.pop("style")[0]
    runs = [dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())]
    if len(runs) > _MOST:
        raise PinxitError(f"these are {len(runs)} pictures, a sheet holds {_MOST}: vary less.")
    jobs = prepare_runs(content, style, cell, [{**settings, **run} for run in runs], encoder_weights)
    cells: list[tuple[str, Picture]] = []
    interrupted = False
    try:
        for number, (run, job) in enumerate(zip(runs, jobs, strict=True), start=1):
            label = "  ".join(Path(value).stem if name == "style" else f"{name} {value}" for name, value in run.items())
            with Display(f"{number}/{len(runs)} {label}") as display:
                for progress in job.paint():
                    display.show(progress)
            cells.append((label.replace("_", "-"), progress.picture()))
    except KeyboardInterrupt:
        interrupted = True
        if not cells:
            raise
    columns = len(list(varied.values())[-1])
    written = pictures.write(sheet(cells, cell, columns if columns > 1 else 5), output, overwrite=overwrite)
    print(f"{written} ({len(cells)} pictures)")  # noqa: T201
    if interrupted:
        complain(f"interrupted after {len(cells)} of {len(runs)} pictures.")
        sys.exit(INTERRUPTED)


def prepare_runs(
    content: str, styles: list[str], size: int, runs: list[dict[str, Any]], encoder_weights: Path | None
) -> list[Job]:
    """Read every picture once and check every run, before the first is painted.

    Args:
        content: the content image.
        styles: the style images.
        size: the least longer side to draw at what pinxit draws itself, px; some run may need more.
        runs: the settings of each, with its `style`.
        encoder_weights: a local checkpoint of the encoder.
    """
    for run in runs:
        chosen = Settings.choose({name: value for name, value in run.items() if name not in ("style", "init")})
        size = max(size, round(chosen.size * max(1.0, chosen.style_scale)))
    photograph, _ = inputs.load(content, size)
    read = {source: inputs.load(source, size)[0] for source in styles}
    jobs = []
    for run in runs:
        options = dict(run)
        jobs.append(prepare(photograph, read[options.pop("style")], encoder_weights=encoder_weights, **options))
    return jobs
