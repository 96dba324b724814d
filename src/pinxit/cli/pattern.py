"""`pinxit pattern style.jpg --repeat half-drop --size 30cm -o p.png`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import Bits, EncoderWeights, Json, Overwrite, Quality
from pinxit.cli.drive import Kept, Output, drive
from pinxit.cli.main import INTERRUPTED, complain
from pinxit.cli.options import with_settings_but
from pinxit.cli.placing import read_shares
from pinxit.cli.say import say
from pinxit.cli.stylize import check_bits
from pinxit.errors import PinxitError
from pinxit.job import StyleImage

if TYPE_CHECKING:
    from pinxit.design.pattern import Pattern

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0}


@app.command(
    help="Paint a repeat pattern in the manner of one or several pictures, for printing on cloth or paper.\n\n"
    "The file holds one repeat, without a seam as it is laid: [bold]straight[/bold]; [bold]half-drop[/bold], each column half "
    "a repeat lower; [bold]brick[/bold], each row half a repeat to the side; [bold]mirror[/bold], a quarter and its "
    "reflections. Lay it so at the printer's.\n\n"
    "Each [bold]--palette[/bold] adds a colourway, p_1.png, p_2.png …; [bold]--sheet[/bold] shows 3×3 repeats, p_sheet.png.",
    epilog="[bold]pinxit pattern painting.jpg --repeat half-drop --size 30cm --dpi 300 --sheet -o p.png[/bold]\n\n"
    "[bold]pinxit pattern painting.jpg --size 20x30cm --palette other.jpg --palette '#14213d,#e5e5e5,#fca311' -o p.tif[/bold]",
)
@with_settings_but("wrap", "init", "color", "color_strength")
def pattern(
    style: Annotated[list[str], typer.Argument(help="The style images; several are mixed.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("pattern.png"),
    repeat: Annotated[
        str, typer.Option(help="How it is laid.", metavar="straight|half-drop|brick|mirror")
    ] = "straight",
    size: Annotated[
        str, typer.Option(help="Of one repeat in print, as 30cm, 20x30cm (width first), 120mm, 8in, or 900px.")
    ] = "30cm",
    dpi: Annotated[float, typer.Option(help="Px to the inch in print.", min=10, max=2400)] = 300.0,
    palette: Annotated[
        list[str] | None,
        typer.Option(help="Colours of a colourway: a picture, or a list as #aabbcc,#112233.", metavar="FILE|#…"),
    ] = None,
    sheet: Annotated[bool, typer.Option("--sheet", help="Show 3×3 repeats, too, one sheet a colourway.")] = False,
    like: Annotated[str | None, typer.Option(help="A picture to guide its structure.", metavar="FILE")] = None,
    blend: Annotated[
        str | None, typer.Option(help="Shares of the styles, as in 2,1.", metavar="X,X,…", show_default="equal")
    ] = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    preview: Annotated[
        Path | None,
        typer.Option(help="A picture to refresh while it paints.", metavar="FILE", rich_help_panel="Output"),
    ] = None,
    as_json: Json = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.design.colorway import read_palette
    from pinxit.design.pattern import WRAP_OF, prepare_pattern, whole_size

    if repeat not in WRAP_OF:
        raise PinxitError(f"--repeat is one of {', '.join(WRAP_OF)}, not {repeat!r}.")
    height, width = whole_size(repeat, *read_size(size, dpi))
    palettes = [read_palette(text) for text in palette or []]
    shares = read_shares(blend, len(style))
    styles = [StyleImage(one, share) for one, share in zip(style, shares, strict=True)]
    how = Output(overwrite, check_bits(bits), quality, preview, None, as_json)
    others = _others(output, palettes, sheet)
    how.check(output, reads=[*style, *(palette or []), like, encoder_weights], besides=others)
    work = prepare_pattern(
        styles, height, width, repeat=repeat, dpi=dpi, like=like, encoder_weights=encoder_weights,
        **settings,
    )  # fmt: skip
    exact = "{1:.1f}×{0:.1f}".format(*read_size(size, dpi))
    complain(
        f"{size} at {dpi:g} dpi are {exact} px, rounded to {width}×{height} px: "
        f"{width / dpi * 2.54:.3f}×{height / dpi * 2.54:.3f} cm."
    )
    _finish(work, output, how, others)


def again(text: str, target: Path, how: Output, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow the recipe in a pattern, a colourway or a sheet; see `pinxit redo`."""
    from pinxit.design.pattern import PatternRecipe, prepare_pattern_again
    from pinxit.picture.recipe import validated_json

    recipe = validated_json(PatternRecipe, text)
    _finish(prepare_pattern_again(recipe, look_in=folders, **settings), target, how, {})


def read_size(text: str, dpi: float) -> tuple[float, float]:
    """Height and width in px of `30cm`, `20x30cm`, `120mm`, `8in` or `900px`, not rounded yet."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[x×](\d+(?:\.\d+)?))?\s*(cm|mm|in|px)", text.strip().lower())
    if found is None:
        raise PinxitError(f"--size is the size of one repeat in print, as 30cm, 20x30cm, 8in or 900px, not {text!r}.")
    to_pixels = 1.0 if found[3] == "px" else _INCHES[found[3]] * dpi
    width, height = (float(side) * to_pixels for side in (found[1], found[2] or found[1]))
    return height, width


def _others(output: Path, palettes: list[tuple[str, ...]], sheet: bool) -> dict[Path, dict[str, Any]]:
    """What is made of the same repeat besides, by its file: what differs in the recipe."""
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


def _finish(work: Pattern, target: Path, how: Output, others: dict[Path, dict[str, Any]]) -> None:
    from pinxit.design.pattern import product

    kept = Kept(work)
    interrupted = drive(kept, target, how)
    assert kept.last is not None  # noqa: S101 - drive has asked for a result
    cell, recipe = work.cell(kept.last), work.recipe_at(kept.last)
    for path, change in others.items():
        own = recipe.model_copy(update=change)
        pictures.write(
            product(cell, own), path, recipe=own.to_json(), overwrite=how.overwrite, bits=how.bits, quality=how.quality
        )
        if not how.as_json:
            say(path)
    if interrupted:
        sys.exit(INTERRUPTED)
