"""`pinxit pattern style.jpg --repeat half-drop --size 30cm -o p.png`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Blend, EncoderWeights, OutputOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import check_output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings_but
from pinxit.cli.placing import mixed
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.surface.pattern import Pattern

app = command_app()

_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0}


@app.command(
    help="Paint a repeat pattern in the style of one or several pictures, for printing on cloth or paper.\n\n"
    "The file holds one repeat, which has no seam in its layout: [bold]straight[/bold]; [bold]half-drop[/bold], each column "
    "half a repeat lower; [bold]brick[/bold], each row half a repeat to the side; [bold]mirror[/bold], a quarter and its "
    "reflections. Choose the same layout at the printer's.\n\n"
    "Each [bold]--palette[/bold] adds a colourway, p_1.png, p_2.png …; [bold]--sheet[/bold] shows 3×3 repeats, p_sheet.png.",
    epilog="[bold]pinxit pattern painting.jpg --repeat half-drop --size 30cm --dpi 300 --sheet -o p.png[/bold]\n\n"
    "[bold]pinxit pattern painting.jpg --size 20x30cm --palette other.jpg --palette '#14213d,#e5e5e5,#fca311' -o p.tif[/bold]",
)
@with_settings_but("wrap", "init", "color", "color_strength")
def pattern(
    style: Annotated[list[str], typer.Argument(help="The style images; several are mixed.", show_default=False)],
    how: Annotated[OutputOptions, Without("plot")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("pattern.png"),
    repeat: Annotated[
        str, typer.Option(help="The layout of the repeats.", metavar="straight|half-drop|brick|mirror")
    ] = "straight",
    size: Annotated[
        str, typer.Option(help="Size of one repeat in print: 30cm, 20x30cm (width first), 120mm, 8in, or 900px.")
    ] = "30cm",
    dpi: Annotated[float, typer.Option(help="Pixels per inch in print.", min=10, max=2400)] = 300.0,
    palette: Annotated[
        list[str] | None,
        typer.Option(help="Colours of a colourway: a picture, or a list, as in #aabbcc,#112233.", metavar="FILE|#…"),
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Also write a sheet of 3×3 repeats for each colourway.")
    ] = False,
    like: Annotated[str | None, typer.Option(help="A picture that guides its structure.", metavar="FILE")] = None,
    blend: Blend = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.surface.colorway import read_palette
    from pinxit.surface.pattern import WRAP_OF, prepare_pattern, whole_size

    if repeat not in WRAP_OF:
        raise PinxitError(f"--repeat is one of {', '.join(WRAP_OF)}, not {repeat!r}.")
    height, width = whole_size(repeat, *read_size(size, dpi))
    palettes = [read_palette(text) for text in palette or []]
    styles = mixed(style, blend)
    others = _others(output, palettes, sheet)
    check_output(how, output, reads=[*style, *(palette or []), like, encoder_weights], besides=others)
    work = prepare_pattern(
        styles, height, width, repeat=repeat, dpi=dpi, like=like, encoder_weights=encoder_weights,
        **settings,
    )  # fmt: skip
    exact = "{1:.1f}×{0:.1f}".format(*read_size(size, dpi))
    warn(
        f"{size} at {dpi:g} dpi are {exact} px, rounded to {width}×{height} px: "
        f"{width / dpi * 2.54:.3f}×{height / dpi * 2.54:.3f} cm."
    )
    _finish(work, output, how, others)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow the recipe in a pattern, a colourway or a sheet; see `pinxit.cli.redo`."""
    from pinxit.recipe.recipe import validated_json
    from pinxit.surface.pattern import PatternRecipe, pattern_from_recipe

    recipe = validated_json(PatternRecipe, text)
    _finish(pattern_from_recipe(recipe, look_in=folders, **settings), target, how, {})


def read_size(text: str, dpi: float) -> tuple[float, float]:
    """Read a height and width, px, not yet rounded, from `30cm`, `20x30cm`, `120mm`, `8in` or `900px`.

    Args:
        text: the size, width first.
        dpi: pixels per inch in print.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[x×](\d+(?:\.\d+)?))?\s*(cm|mm|in|px)", text.strip().lower())
    if found is None:
        raise PinxitError(
            f"--size is the size of one repeat in print, as in 30cm, 20x30cm, 8in or 900px, not {text!r}."
        )
    to_pixels = 1.0 if found[3] == "px" else _INCHES[found[3]] * dpi
    width, height = (float(side) * to_pixels for side in (found[1], found[2] or found[1]))
    return height, width


def _others(output: Path, palettes: list[tuple[str, ...]], sheet: bool) -> dict[Path, dict[str, Any]]:
    """Return what else is made of the same repeat: by each file, what differs in its recipe."""
    named = {output.stem: (), **{f"{output.stem}_{number}": colors for number, colors in enumerate(palettes, start=1)}}
    others: dict[Path, dict[str, Any]] = {
        output.with_name(f"{name}{output.suffix}"): {"palette": colors} for name, colors in named.items() if colors
    }
    if sheet:
        others |= {
            output.with_name(f"{name}_sheet{output.suffix}"): {"palette": colors, "sheet": True}
            for name, colors in named.items()
        }
    return others


def _finish(work: Pattern, target: Path, how: OutputOptions, others: dict[Path, dict[str, Any]]) -> None:
    from pinxit.surface.pattern import product

    ending = drive(work, target, how)
    cell, recipe = work.cell(ending.last), work.recipe_at(ending.last)
    for path, change in others.items():
        own = recipe.model_copy(update=change)
        pictures.write(
            product(cell, own), path, recipe=own.to_json(), overwrite=how.overwrite, bits=how.bits, quality=how.quality
        )
        if not how.as_json:
            say(path)
    if ending.interrupted:
        sys.exit(INTERRUPTED)
