"""`pinxit wear photo.jpg --mask shirt.png --pattern p.png`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import OutputOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display
from pinxit.cli.drive import check_output
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings
from pinxit.cli.progress import finish_with_progress
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.design.garment import GarmentJob
    from pinxit.image import Picture

app = command_app()


@app.command(
    help="Put a pattern or a style on a garment, a wall or a sofa.\n\n"
    "The photograph's folds, shadows and gloss stay; what is black in the mask stays as it is, bit for bit. With --pattern a "
    "picture is repeated; with --style the engine paints the part, and the photograph's light falls on it. "
    "--variations makes one sheet of several designs, each labelled with the options that make it by itself.",
    epilog="[bold]pinxit wear photo.jpg --mask shirt.png --pattern p.png --scale 0.25 --angle 30 -o worn.png[/bold]\n\n"
    "[bold]pinxit wear room.jpg --mask wall.png --pattern p.png --corners '80,40 600,90 600,420 80,470'[/bold]",
)
@with_settings
def wear(
    photo: Annotated[str, typer.Argument(help="A photograph of the garment, wall or sofa.", show_default=False)],
    mask: Annotated[
        str, typer.Option("--mask", help="A mask of the photograph, white for what is covered.", show_default=False)
    ],
    how: Annotated[OutputOptions, Without("preview", "plot", "as_json")],
    pattern: Annotated[
        list[str] | None, typer.Option("--pattern", help="One repeat of a pattern; give several for a sheet.")
    ] = None,
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", help="Paint in this style instead; give several for a sheet."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="PHOTO-worn.png here"),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="Width of one repeat, in widths of the masked part or of the wall.", show_default="0.3"),
    ] = None,
    angle: Annotated[
        float | None, typer.Option(help="Turn the pattern by this angle, degrees.", show_default="0")
    ] = None,
    hue: Annotated[
        float | None, typer.Option(help="Turn all hues by this angle, degrees: another colourway.", show_default="0")
    ] = None,
    folds: Annotated[
        float | None, typer.Option(help="How much folds bend the pattern; with 0 they do not.", show_default="1")
    ] = None,
    shading: Annotated[
        float | None,
        typer.Option(help="How much of the photograph's shading stays; with 0 the light is even.", show_default="1"),
    ] = None,
    printed: Annotated[
        bool, typer.Option("--printed", help="The garment has a print: remove it before reading the folds.")
    ] = False,
    corners: Annotated[
        str | None,
        typer.Option(
            help="A wall's four corners in the photograph, px, clockwise from its upper left.",
            metavar="X,Y X,Y X,Y X,Y",
        ),
    ] = None,
    variations: Annotated[int | None, typer.Option(help="Number of designs on one sheet.", metavar="N")] = None,
    cell: Annotated[
        int | None,
        typer.Option(help="Side of each design on the sheet, px.", show_default="360", rich_help_panel="Output"),
    ] = None,
    **settings: Any,
) -> None:
    from pinxit.design.garment import GarmentOptions, prepare_garment

    target = output or Path(f"{Path(photo).stem.split(':')[-1]}-{'variations' if variations else 'worn'}.png")
    check_output(how, target, reads=[photo, mask, *(pattern or []), *(style or []), settings["init"]])
    if not style and any(value is not None for value in settings.values()):
        first = next(name for name, value in settings.items() if value is not None)
        raise PinxitError(f"--{first.replace('_', '-')} is for the engine, which paints a --style: leave it out.")
    options: GarmentOptions = {
        "scale": scale, "angle": angle, "hue": hue, "folds": folds, "shading": shading, "printed": printed or None,
        "corners": None if corners is None else _read_corners(corners), "variations": variations, "cell": cell,
    }  # fmt: skip
    _drive(prepare_garment(photo, mask, pattern or [], style or [], settings, **options), target, how)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.design.garment import GarmentRecipe, garment_from_recipe
    from pinxit.preparation import with_features
    from pinxit.recipe.recipe import Settings

    recipe = GarmentRecipe.from_json(text)
    changes = {name: value for name, value in settings.items() if value is not None}
    if changes:
        if recipe.settings is None:
            raise PinxitError(
                "this picture was made from a pattern, without the engine: its settings change nothing here."
            )
        changed = with_features(Settings.choose({**recipe.settings.model_dump(), **changes}))
        recipe = recipe.model_copy(update={"settings": changed, "done": None})
    _drive(garment_from_recipe(recipe, folders), target, how)


def _drive(work: GarmentJob, target: Path, how: OutputOptions) -> None:
    """Paint styles, lay patterns, and write one picture or a sheet of several."""
    for note in (*work.photo.notes, *(note for source in work.sources for note in source.notes)):
        warn(f"an input {note}")
    designs = work.designs()
    worn: list[tuple[str, Picture]] = []
    done: list[tuple[int, ...]] = []
    interrupted = False
    try:
        with Display(target.name) as display:
            for number, design in enumerate(designs):
                job, painted = work.job(design, number), None
                if job is not None:
                    last = finish_with_progress(job.paint(), display)
                    painted = last.picture()
                    done.append(last.done)
                worn.append((work.name(design), work.wear(design, painted)))
    except KeyboardInterrupt:
        interrupted = True
        if not worn:
            raise
    recipe = work.recipe.model_copy(update={"done": tuple(done) or None})
    if recipe.variations is None:
        picture = worn[0][1]
    else:
        from pinxit.image.contact_sheet import contact_sheet

        recipe = recipe.model_copy(update={"variations": len(worn)})
        picture = contact_sheet(worn, recipe.cell, columns=4)
    written = pictures.write(
        picture, target, recipe=recipe.to_json(), overwrite=how.overwrite, bits=how.bits, quality=how.quality
    )
    say(f"{written} ({picture.width}×{picture.height} px)")
    if interrupted:
        warn(f"interrupted after {len(worn)} of {len(designs)} designs.")
        sys.exit(INTERRUPTED)


def _read_corners(text: str) -> list[tuple[float, float]]:
    try:
        points = [tuple(float(number) for number in part.split(",")) for part in text.split()]
        if len(points) == 4:
            if sum(x * points[at - 3][1] - points[at - 3][0] * y for at, (x, y) in enumerate(points)) < 0:
                raise PinxitError(
                    "--corners go counter-clockwise, which would mirror the pattern: give them clockwise."
                )
            return [(x, y) for x, y in points]
    except ValueError:
        pass
    raise PinxitError(f"--corners takes four points, as in '80,40 600,90 600,420 80,470', not {text!r}.")
