"""`pinxit compare a.png b.png`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.cli.arguments import Overwrite
from pinxit.cli.say import cell, say
from pinxit.errors import PinxitError
from pinxit.picture import Picture
from pinxit.picture.paths import check_apart
from pinxit.picture.recipe import Recipe

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    help="Judge results of the same content and style side by side.\n\n"
    "Style is the distance from the style image (sliced Wasserstein distance of feature maps), content the distance from "
    "the content image (self-similarity), edges the agreement with its edges. None of them is what pinxit minimises. Less "
    "is better, for edges more.\n\n"
    "Content and style are found by the recipe in the first picture; for pictures without one, name them.",
    epilog="[bold]pinxit compare a.png b.png c.png -o sheet.png[/bold]",
)
def compare(
    results: Annotated[list[str], typer.Argument(help="The results.", show_default=False)],
    content: Annotated[
        str | None, typer.Option("--content", "-c", help="The content image.", show_default="the recipe's")
    ] = None,
    style: Annotated[
        list[str] | None, typer.Option("--style", "-s", help="A style image.", show_default="the recipe's")
    ] = None,
    size: Annotated[int, typer.Option(help="Longer side at which they are judged, px.", min=128, max=2048)] = 512,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A sheet of all, to write.")] = None,
    look_in: Annotated[list[Path] | None, typer.Option(help="A folder with the pictures that went in.")] = None,
    overwrite: Overwrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each result.")] = False,
) -> None:
    if output is not None:
        check_apart(reads=[*results, content, *(style or [])], writes={"the sheet": output})
        pictures.check_writable(output, overwrite=overwrite)
    painted = [inputs.load(result, size)[0] for result in results]
    photograph, manners = _went_in(results[0], content, style or [], size, look_in or [])
    for result, picture in zip(results, painted, strict=True):
        if abs(picture.width * photograph.height / (picture.height * photograph.width) - 1) > 0.03:
            raise PinxitError(f"{result} has another shape than the content image: it cannot be a result of it.")

    from pinxit.encoder.open import open_encoder
    from pinxit.metrics.judge import judge

    encoder, _ = open_encoder("vgg16")
    table = Table(box=None, pad_edge=False)
    for heading in ("", "style", "content", "edges"):
        table.add_column(heading, justify="left" if not heading else "right")
    cells: list[tuple[str, Picture]] = [("content", photograph), *(("style", manner) for manner in manners)]
    for result, picture in zip(results, painted, strict=True):
        verdict = judge(encoder, picture, photograph, manners, size)
        numbers = [f"{value:.3f}" for value in (verdict.style, verdict.content, verdict.edges)]
        table.add_row(cell(Path(result).name), *numbers)
        cells.append((f"{Path(result).stem}  {' '.join(numbers)}", picture))
        if as_json:
            report = {"result": result, "style": verdict.style, "content": verdict.content, "edges": verdict.edges}
            say(json.dumps(report))
    if not as_json:
        Console().print(table)
    if output is not None:
        from pinxit.styles.contact import sheet

        say(pictures.write(sheet(cells, 360), output, overwrite=overwrite))


def _went_in(
    result: str, content: str | None, styles: list[str], size: int, folders: list[Path]
) -> tuple[Picture, list[Picture]]:
    """The content and style images: as named, or else those of the recipe in a result."""
    found = None if content and styles else pictures.read_recipe(Path(result))
    if found is None and not (content and styles):
        raise PinxitError(f"{result} has no recipe inside: name its pictures by --content and --style.")
    recipe = Recipe.from_json(found) if found else None
    folders = [*folders, Path(result).resolve().parent, Path.cwd()]
    if content:
        photograph = inputs.load(content, size)[0]
    else:
        assert recipe is not None  # noqa: S101 - for the type checker
        photograph = inputs.find(recipe.content, size, folders)
    if styles:
        return photograph, [inputs.load(style, size)[0] for style in styles]
    assert recipe is not None  # noqa: S101 - for the type checker
    return photograph, [inputs.find(style, size, folders) for style in recipe.styles]
