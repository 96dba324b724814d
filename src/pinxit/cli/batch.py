"""`pinxit batch photos/ --style painting.jpg -o painted/`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit import picture as pictures
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
from pinxit.cli.drive import Output, drive
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, placed_styles
from pinxit.cli.stylize import check_bits
from pinxit.errors import PinxitError
from pinxit.job import prepare
from pinxit.picture.recipe import Recipe

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    cls=OrderedCommand,
    help="Paint all the pictures in a folder, and in the folders within it.\n\n"
    "The results have the same names in the same tree. What is there already, painted by the same recipe, is not painted "
    "again: after Ctrl-C, or when pictures were added, the same command goes on.",
    epilog="[bold]pinxit batch photos/ --style painting.jpg -o painted/ --preset draft[/bold]",
)
@with_settings
def batch(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of content images.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write to; made if need be.", show_default=False)
    ],
    style: Styles = None,
    blend: Blend = None,
    region: Regions = None,
    style_mask: StyleMasks = None,
    keep: Keep = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    as_json: Json = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    styles = placed_styles(ctx, style or [], region or [], style_mask or [], blend)
    how = Output(overwrite, check_bits(bits), quality, as_json=as_json)
    # What is wrong with the styles or settings is wrong for every picture: told once, before the first.
    prepare("sample:coffee", [replace(one, region=None) for one in styles], encoder_weights=encoder_weights, **settings)
    sources = [path for path in pictures.tree(folder) if output.resolve() not in path.resolve().parents]
    painted, before, failures = 0, 0, list[str]()
    try:
        for source in sources:
            target = _target(source.relative_to(folder), output)
            try:
                job = prepare(str(source), styles, keep=keep, encoder_weights=encoder_weights, **settings)
                if not overwrite and _is_done(target, job.recipe):
                    before += 1
                    continue
                how.check(target)
                drive(job, target, how, keep_interrupted=False)
                painted += 1
            except PinxitError as error:
                failures.append(str(source))
                complain(f"{source}: {error}")
    except KeyboardInterrupt:
        complain(f"interrupted with {painted + before} of {len(sources)} pictures done: the same command goes on.")
        sys.exit(INTERRUPTED)
    complain(f"{painted} painted, {before} done before, {len(failures)} failed.")
    if failures:
        complain(f"these failed: {', '.join(failures)}.")
        sys.exit(FAILED)


def _target(name: Path, output: Path) -> Path:
    """The same name; pictures of kinds that pinxit does not write become `photo.gif.png`."""
    return output / (name if name.suffix.lower() in pictures.KINDS else name.with_name(f"{name.name}.png"))


def _is_done(target: Path, recipe: Recipe) -> bool:
    """Whether the file holds what this recipe makes, however many iterations and however much memory that took."""
    if not target.is_file():
        return False
    found = pictures.read_recipe(target)
    if found is None:
        return False
    aside = {"done", "memory"}
    return Recipe.from_json(found).model_dump(exclude=aside) == recipe.model_dump(exclude=aside)
