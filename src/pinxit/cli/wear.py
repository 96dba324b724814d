"""`pinxit wear photo.jpg --mask shirt.png --pattern p.png`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import Bits, Overwrite, Quality
from pinxit.cli.display import Display
from pinxit.cli.drive import Output
from pinxit.cli.main import INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.say import say
from pinxit.cli.stylize import check_bits
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.design.wear import Fitting
    from pinxit.picture import Picture

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    help="Put a pattern or a style on a garment, a wall or a sofa.\n\n"
    "Folds, shadow and gloss of the photograph stay; what is black in the mask stays as it is, bit for bit. With --pattern a "
    "picture is repeated, with --style the engine paints the part and the photograph's light falls on it. "
    "--variations makes one sheet of several designs, each labelled with the options that make it alone.",
    epilog="[bold]pinxit wear photo.jpg --mask shirt.png --pattern p.png --scale 0.25 --angle 30 -o worn.png[/bold]\n\n"
    "[bold]pinxit wear room.jpg --mask wall.png --pattern p.png --corners '80,40 600,90 600,420 80,470'[/bold]",
)
@with_settings
def wear(
    photo: Annotated[str, typer.Argument(help="Who or what is to wear it.", show_default=False)],
    mask: Annotated[str, typer.Option("--mask", help="White for what is to be dressed.", show_default=False)],
    pattern: Annotated[
        list[str] | None, typer.Option("--pattern", help="One repeat of a pattern; several for a sheet.")
    ] = None,
    style: Annotated[
        list[str] | None, typer.Option("--style", "-s", help="Paint it in this manner instead; several for a sheet.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="PHOTO-worn.png here"),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="Width of one repeat, in widths of the part (of the wall).", show_default="0.3"),
    ] = None,
    angle: Annotated[float | None, typer.Option(help="Turn the pattern, degrees.", show_default="0")] = None,
    hue: Annotated[
        float | None, typer.Option(help="Turn all its hues, degrees: another colourway.", show_default="0")
    ] = None,
    folds: Annotated[
        float | None, typer.Option(help="How much folds bend the pattern; 0 not at all.", show_default="1")
    ] = None,
    shading: Annotated[
        float | None, typer.Option(help="How much of the light stays; 0 is even light.", show_default="1")
    ] = None,
    printed: Annotated[
        bool, typer.Option("--printed", help="What is there has a print: take it off before reading folds.")
    ] = False,
    corners: Annotated[
        str | None,
        typer.Option(
            help="A wall's four corners in the photograph, px, clockwise from its upper left.",
            metavar="X,Y X,Y X,Y X,Y",
        ),
    ] = None,
    variations: Annotated[int | None, typer.Option(help="So many designs on one sheet.", metavar="N")] = None,
    cell: Annotated[
        int | None, typer.Option(help="Side of each on the sheet, px.", show_default="360", rich_help_panel="Output")
    ] = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    **settings: Any,
) -> None:
    from pinxit.design.wear import prepare

    target = output or Path(f"{Path(photo).stem.split(':')[-1]}-{'variations' if variations else 'worn'}.png")
    how = Output(overwrite, check_bits(bits), quality)
    how.check(target, reads=[photo, mask, *(pattern or []), *(style or []), settings["init"]])
    if not style and any(value is not None for value in settings.values()):
        given = next(name for name, value in settings.items() if value is not None)
        raise PinxitError(f"--{given.replace('_', '-')} is for the engine, which paints a --style: leave it out.")
    options = {
        "scale": scale, "angle": angle, "hue": hue, "folds": folds, "shading": shading, "printed": printed or None,
        "corners": None if corners is None else _read_corners(corners), "variations": variations, "cell": cell,
    }  # fmt: skip
    fitting = prepare(photo, mask, pattern or [], style or [], settings, **options)
    _drive(fitting, target, how)


def again(text: str, target: Path, how: Output, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow the recipe of a picture that `wear` made."""
    from pinxit.design.wear import Wear, prepare_again
    from pinxit.picture.recipe import Settings

    recipe = Wear.from_json(text)
    changes = {name: value for name, value in settings.items() if value is not None}
    if changes:
        if recipe.settings is None:
            raise PinxitError("a pattern was laid, nothing painted: the engine's settings change nothing here.")
        changed = Settings.choose({**recipe.settings.model_dump(), **changes})
        recipe = recipe.model_copy(update={"settings": changed, "done": None})
    _drive(prepare_again(recipe, folders), target, how)


def _drive(fitting: Fitting, target: Path, how: Output) -> None:
    """Paint what is to be painted, lay the rest, write one picture or a sheet."""
    for note in (*fitting.photo.notes, *(note for source in fitting.sources for note in source.notes)):
        complain(f"an input {note}")
    designs = fitting.designs()
    worn: list[tuple[str, Picture]] = []
    done: list[tuple[int, ...]] = []
    interrupted = False
    try:
        with Display(target.name) as display:
            for number, design in enumerate(designs):
                job, painted = fitting.job(design, number), None
                if job is not None:
                    for progress in job.paint():
                        display.show(progress)
                    painted = progress.picture()
                    done.append(progress.done)
                worn.append((fitting.name(design), fitting.wear(design, painted)))
    except KeyboardInterrupt:
        interrupted = True
        if not worn:
            raise
    recipe = fitting.recipe.model_copy(update={"done": tuple(done) or None})
    if recipe.variations is None:
        picture = worn[0][1]
    else:
        from pinxit.styles.contact import sheet

        recipe = recipe.model_copy(update={"variations": len(worn)})
        picture = sheet(worn, recipe.cell, columns=4)
    written = pictures.write(
        picture, target, recipe=recipe.to_json(), overwrite=how.overwrite, bits=how.bits, quality=how.quality
    )
    say(f"{written} ({picture.width}×{picture.height} px)")
    if interrupted:
        complain(f"interrupted after {len(worn)} of {len(designs)} designs.")
        sys.exit(INTERRUPTED)


def _read_corners(text: str) -> list[tuple[float, float]]:
    try:
        points = [tuple(float(number) for number in part.split(",")) for part in text.split()]
        if len(points) == 4:
            if sum(x * points[at - 3][1] - points[at - 3][0] * y for at, (x, y) in enumerate(points)) < 0:
                raise PinxitError(
                    "--corners go the wrong way round, which would mirror the pattern: give them clockwise."
                )
            return [(x, y) for x, y in points]
    except ValueError:
        pass
    raise PinxitError(f"--corners takes four points as in '80,40 600,90 600,420 80,470', not {text!r}.")
