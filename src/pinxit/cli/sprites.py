"""`pinxit sprites folder/ --style painting.jpg -o out/`."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import Blend, EncoderWeights, Overwrite, Quality, StyleMasks, Styles
from pinxit.cli.drive import Output, drive
from pinxit.cli.folders import check_goal, pictures_in, tell_left_out
from pinxit.cli.follow import follow
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.picture.paths import check_apart
from pinxit.picture.recipe import work_of
from pinxit.picture.writer import target_name, write_whole

if TYPE_CHECKING:
    from pinxit.picture.progress import Progress
    from pinxit.surface.sprites import Sprite, SpritesJob

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    cls=OrderedCommand,
    help="Paint a set of sprites or sprite sheets with one hand.\n\n"
    "All pictures in a folder, and in the folders within it, are painted together, so that they share one palette and one "
    "manner; names, sizes and transparency stay as they are, bit for bit, and so do the border lines of nine-patches "
    "(NAME.9.png). What is there already, painted by the same recipe, is not written again.\n\n"
    "[bold]--size[/bold] is here the longer side to which smaller sprites are enlarged while they are painted, by default "
    "half the preset's.",
    epilog="[bold]pinxit sprites icons/ --style painting.jpg -o painted/[/bold]\n\n"
    "[bold]pinxit sprites sheets/ --grid 32x32 --style house:crayon -o painted/[/bold]",
)
@with_settings
def sprites(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of sprites.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write to; made if need be.", show_default=False)
    ],
    style: Styles = None,
    grid: Annotated[
        str | None,
        typer.Option(
            "--grid",
            help="The pictures are sheets of cells so large, px; no cell bleeds into its neighbours.",
            metavar="WxH",
        ),
    ] = None,
    blend: Blend = None,
    style_mask: StyleMasks = None,
    overwrite: Overwrite = False,
    quality: Quality = 95,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.surface.sprites import prepare_sprites

    styles = placed_styles(ctx, style or [], [], style_mask or [], blend)
    how = Output(overwrite, quality=quality)
    cells = _read_grid(grid)
    read, failures = _read(folder, output, [*files_of(styles), encoder_weights, settings["init"]])
    seen = [sprite for _, sprite in read if not sprite.empty]
    job = prepare_sprites(seen, styles, grid=cells, encoder_weights=encoder_weights, **settings) if seen else None
    jobs = [(name, sprite, None if job is None or sprite.empty else job.of(sprite)) for name, sprite in read]
    waiting = [one for one in jobs if overwrite or not _is_done(output, *one)]
    todo = []
    for name, sprite, own in waiting:
        try:
            if own is not None:
                pictures.check_writable(output / _painted(name), overwrite=overwrite, bits=sprite.bits)
            todo.append((name, sprite, own))
        except PinxitError as error:
            failures.append(str(sprite.path))
            complain(f"{sprite.path}: {error}")
    done = 0
    last = None
    if job is not None and any(own is not None for _, _, own in todo):
        last, interrupted = follow(job, folder.name)
        if interrupted:
            complain("interrupted before the set was done: the same command goes on.")
            sys.exit(INTERRUPTED)
    for name, sprite, own in todo:
        try:
            _write(output, name, sprite, own, last, how)
            done += 1
        except PinxitError as error:
            failures.append(str(sprite.path))
            complain(f"{sprite.path}: {error}")
    complain(f"{done} painted, {len(jobs) - len(waiting)} done before, {len(failures)} failed.")
    if failures:
        complain(f"these failed: {', '.join(failures)}.")
        sys.exit(FAILED)


def again(text: str, target: Path, how: Output, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe of this command's."""
    from pinxit.surface.sprites import SpritesRecipe, prepare_sprites_again

    job = prepare_sprites_again(SpritesRecipe.from_json(text), look_in=folders, **settings)
    if drive(job, target, replace(how, bits=job.sprite.bits)):
        sys.exit(INTERRUPTED)


def _read(folder: Path, output: Path, reads: list[object]) -> tuple[list[tuple[Path, Sprite]], list[str]]:
    """The sprites in a folder, by their names in it, and the files that are none."""
    from pinxit.surface.sprites import read_sprite

    read: list[tuple[Path, Sprite]] = []
    failures: list[str] = []
    found = pictures_in(folder, deep=True, results=output)
    tell_left_out(found)
    if not found.pictures:
        raise PinxitError(f"there is nothing to paint in {folder}: what is there was made by pinxit.")
    names = [source.relative_to(folder) for source in found.pictures]
    targets = [output / _painted(name) for name in names]
    check_goal(folder, output, targets)
    check_apart(reads=[*found.pictures, *reads], writes={"the result": targets})
    for source in found.pictures:
        try:
            read.append((source.relative_to(folder), read_sprite(source)))
        except PinxitError as error:
            failures.append(str(source))
            complain(str(error))
    return read, failures


def _write(
    output: Path, name: Path, sprite: Sprite, job: SpritesJob | None, last: Progress | None, how: Output
) -> None:
    """One sprite as it is painted, or copied where nothing of it is seen."""
    if job is None or last is None:
        write_whole(sprite.path.read_bytes(), output / name, overwrite=how.overwrite)
        return
    picture, recipe = job.result(last)
    pictures.write(
        picture,
        output / _painted(name),
        recipe=recipe.to_json(),
        overwrite=how.overwrite,
        bits=sprite.bits,
        quality=how.quality,
    )


def _is_done(output: Path, name: Path, sprite: Sprite, job: SpritesJob | None) -> bool:
    """Whether the file is there that this recipe makes, whatever else is in the set."""
    from pinxit.surface.sprites import SpritesRecipe

    if job is None:
        target = output / name
        return target.is_file() and target.read_bytes() == sprite.path.read_bytes()
    target = output / _painted(name)
    text = pictures.read_recipe(target) if target.is_file() else None
    if text is None or work_of(text) != "sprites":
        return False
    aside = {"done", "memory", "members"}
    return SpritesRecipe.from_json(text).model_dump(exclude=aside) == job.recipe.model_dump(exclude=aside)


def _painted(name: Path) -> Path:
    """The same name; pictures of kinds that pinxit does not write become `sprite.gif.png`."""
    return Path(target_name(str(name)))


def _read_grid(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,4})[x×]([1-9][0-9]{0,4})", text.strip().lower())
    if match is None:
        raise PinxitError(f"--grid takes the width and height of one cell in px, as in 32x32, not {text!r}.")
    return int(match[1]), int(match[2])
