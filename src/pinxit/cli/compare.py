"""`pinxit compare a.png b.png`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pinxit import image as pictures
from pinxit import inputs
from pinxit.cli.arguments import Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import cell, say, warn
from pinxit.comparison import open_judge
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image import Picture
from pinxit.recipe.recipe import Recipe

if TYPE_CHECKING:
    from pinxit.metrics.judge import Judgement
    from pinxit.metrics.patches import PatchJudge, PatchJudgement

app = command_app()


@app.command(
    help="Judge results of the same content and style side by side.\n\n"
    "Local style is the distance between each patch of the result and the style image's nearest, and the other way round. "
    "Structure is the distance from the content image's composition. Both are measured by DINOv2 (fetched once: pinxit "
    "weights pull dino). Color is the distance from the style image's colours in OKLab. Style and content are distances of "
    "whole pictures by VGG-16 (sliced Wasserstein distance of feature maps, self-similarity). Edges is the agreement with "
    "the content image's edges. pinxit minimises none of these. Less is better, except for edges.\n\n"
    "The content and style images are judged too: a result is valid when its local style is better than the content "
    "image's and its structure better than the style image's.\n\n"
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
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write a sheet of all results.")] = None,
    look_in: Annotated[list[Path] | None, typer.Option(help="A folder with the pictures that went in.")] = None,
    overwrite: Overwrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per result.")] = False,
) -> None:
    if output is not None:
        check_apart(reads=[*results, content, *(style or [])], writes={"the sheet": output})
        pictures.check_writable(output, overwrite=overwrite)
    painted = [inputs.load(result, size)[0] for result in results]
    photograph, styles = _sources(results[0], content, style or [], size, look_in or [])
    judge = open_judge(photograph, styles, size)
    for result, picture in zip(results, painted, strict=True):
        judge.check_shape(picture, result)
    if judge.patches is None:
        from pinxit.encoder import dino_weights

        warn(dino_weights.MISSING)
    headings = [*(("local style", "structure", "valid") if judge.patches else ()), "color", "style", "content", "edges"]
    table = Table(box=None, pad_edge=False)
    for heading in ("", *headings):
        table.add_column(heading, justify="left" if not heading else "right")
    controls = [("the content image", photograph)]
    controls += [("a style image", pictures.resize(one, photograph.height, photograph.width)) for one in styles]
    cells: list[tuple[str, Picture]] = [("content", photograph), *(("style", one) for one in styles)]
    for name, picture in controls if judge.patches and not as_json else ():
        table.add_row(name, *_numbers(judge(picture), "–"))
    for result, picture in zip(results, painted, strict=True):
        judgement = judge(picture)
        table.add_row(cell(Path(result).name), *_numbers(judgement))
        cells.append((f"{Path(result).stem}  {' '.join(_numbers(judgement))}", picture))
        if as_json:
            say(json.dumps(_report(result, judgement, judge.patches)))
    if not as_json:
        Console().print(table)
    if output is not None:
        from pinxit.image.contact_sheet import contact_sheet

        say(pictures.write(contact_sheet(cells, 360), output, overwrite=overwrite))


def _numbers(judgement: Judgement, valid: str | None = None) -> list[str]:
    """Return the columns of a table row, in the order of its headings.

    Args:
        judgement: what was measured.
        valid: what the column `valid` says of a control.
    """
    first = []
    if judgement.patches is not None:
        first = [f"{judgement.patches.local_style:.3f}", f"{judgement.patches.structure:.3f}"]
        first.append(valid or ("yes" if judgement.valid else "no"))
    return first + [f"{value:.3f}" for value in (judgement.color, judgement.style, judgement.content, judgement.edges)]


def _report(result: str, judgement: Judgement, patches: PatchJudge | None) -> dict[str, Any]:
    """Return what `--json` prints of one result, without what was not measured."""
    report: dict[str, Any] = {"result": result}
    if patches is not None and judgement.patches is not None:
        report |= {**_distances(judgement.patches), "valid": judgement.valid}
        report["controls"] = {
            "content": _distances(patches.photograph),
            "styles": [_distances(one) for one in patches.style_images],
        }
    for name in ("color", "style", "content", "edges"):
        report[name] = getattr(judgement, name)
    return report


def _distances(judgement: PatchJudgement) -> dict[str, float]:
    return {"local_style": judgement.local_style, **dataclasses.asdict(judgement)}


def _sources(
    result: str, content: str | None, styles: list[str], size: int, folders: list[Path]
) -> tuple[Picture, list[Picture]]:
    """Return the content and style images, as named, or else those of the recipe in a result."""
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
