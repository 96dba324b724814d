"""`pinxit sprites folder/ --style painting.jpg -o out/`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import EncoderWeights, OutputOptions, StyleOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import drive, paint_with_progress
from pinxit.cli.folders import check_goal, pictures_in, warn_left_out
from pinxit.cli.main import FAILED, INTERRUPTED
from pinxit.cli.messages import warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import check_apart
from pinxit.image.writer import target_name
from pinxit.recipe.recipe import work_of

if TYPE_CHECKING:
    from pinxit.recipe.progress import Progress
    from pinxit.surface.sprites import Sprite, SpritesJob

app = command_app()


@app.command(
    cls=OrderedCommand,
    help="Paint a set of sprites or sprite sheets in one style.\n\n"
    "All pictures in a folder and its subfolders are painted together, so that they share one palette and one style. Names, "
    "sizes and transparency stay as they are, bit for bit, and so do the border lines of nine-patches (NAME.9.png). A sprite "
    "that has been painted by the same recipe is not written again.\n\n"
    "[bold]--size[/bold] is the longer side to which smaller sprites are enlarged while they are painted, by default half "
    "the preset's size.",
    epilog="[bold]pinxit sprites icons/ --style painting.jpg -o painted/[/bold]\n\n"
    "[bold]pinxit sprites sheets/ --grid 32x32 --style house:crayon -o painted/[/bold]",
)
@with_settings
def sprites(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of sprites.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write to; created if missing.", show_default=False)
    ],
    placing: Annotated[StyleOptions, Without("region", "keep")],
    how: Annotated[OutputOptions, Without("bits", "preview", "plot", "as_json")],
    grid: Annotated[
        str | None,
        typer.Option(
            "--grid",
            help="The pictures are sheets of cells of this size, px; no cell bleeds into its neighbours.",
            metavar="WxH",
        ),
    ] = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.surface.sprites import prepare_sprites

    styles = placed_styles(ctx, placing)
    cells = _read_grid(grid)
    read, failures = _read(folder, output, [*files_of(styles), encoder_weights, settings["init"]])
    visible = [sprite for _, sprite in read if not sprite.empty]
    job = None
    if visible:
        job = prepare_sprites(visible, styles, grid=cells, encoder_weights=encoder_weights, **settings)
    targets = [
        _Target(output, name, sprite, None if job is None or sprite.empty else job.of(sprite)) for name, sprite in read
    ]
    waiting = [target for target in targets if how.overwrite or not target.is_done()]
    todo = []
    for target in waiting:
        try:
            target.check(how)
            todo.append(target)
        except PinxitError as error:
            failures.append(str(target.sprite.path))
            warn(f"{target.sprite.path}: {error}")
    done, last = 0, None
    if job is not None and any(target.job is not None for target in todo):
        ending = paint_with_progress(job, folder.name)
        last = ending.last
        if ending.interrupted:
            warn("interrupted before the set was done: the same command continues.")
            sys.exit(INTERRUPTED)
    for target in todo:
        try:
            target.write(last, how)
            done += 1
        except PinxitError as error:
            failures.append(str(target.sprite.path))
            warn(f"{target.sprite.path}: {error}")
    warn(f"{done} painted, {len(targets) - len(waiting)} done before, {len(failures)} failed.")
    if failures:
        warn(f"these failed: {', '.join(failures)}.")
        sys.exit(FAILED)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.surface.sprites import SpritesRecipe, sprites_from_recipe

    job = sprites_from_recipe(SpritesRecipe.from_json(text), look_in=folders, **settings)
    if drive(job, target, replace(how, bits=job.sprite.bits)).interrupted:
        sys.exit(INTERRUPTED)


@dataclass(frozen=True)
class _Target:
    """A sprite and the file it is painted into.

    Attributes:
        output: the folder of the results.
        name: the sprite's path within its folder.
        sprite: the sprite.
        job: the job whose result it is; None where the sprite is transparent all over and is only copied.
    """

    output: Path
    name: Path
    sprite: Sprite
    job: SpritesJob | None

    @property
    def path(self) -> Path:
        """The file to write."""
        return self.output / (self.name if self.job is None else _painted_name(self.name))

    def check(self, how: OutputOptions) -> None:
        """Raise PinxitError now for what would fail after painting."""
        if self.job is not None:
            pictures.check_writable(self.path, overwrite=how.overwrite, bits=self.sprite.bits)

    def is_done(self) -> bool:
        """Return whether the file was made by this recipe, whatever else was in the set."""
        from pinxit.surface.sprites import SpritesRecipe

        if self.job is None:
            return self.path.is_file() and self.path.read_bytes() == self.sprite.path.read_bytes()
        text = pictures.read_recipe(self.path) if self.path.is_file() else None
        if text is None or work_of(text) != "sprites":
            return False
        aside = {"done", "early_stop", "memory", "members"}
        return SpritesRecipe.from_json(text).model_dump(exclude=aside) == self.job.recipe.model_dump(exclude=aside)

    def write(self, last: Progress | None, how: OutputOptions) -> None:
        """Write the sprite as it was painted at `last`, or copy it where nothing of it can be seen."""
        if self.job is None or last is None:
            write_atomic(self.sprite.path.read_bytes(), self.output / self.name, overwrite=how.overwrite)
            return
        picture, recipe = self.job.result(last)
        pictures.write(
            picture,
            self.path,
            recipe=recipe.to_json(),
            overwrite=how.overwrite,
            bits=self.sprite.bits,
            quality=how.quality,
        )


def _read(folder: Path, output: Path, reads: list[object]) -> tuple[list[tuple[Path, Sprite]], list[str]]:
    """Return the sprites in a folder with their paths in it, and the files that cannot be read as one."""
    from pinxit.surface.sprites import read_sprite

    read: list[tuple[Path, Sprite]] = []
    failures: list[str] = []
    found = pictures_in(folder, deep=True, results=output)
    warn_left_out(found)
    if not found.pictures:
        raise PinxitError(f"there is nothing to paint in {folder}: all pictures in it were made by pinxit.")
    names = [source.relative_to(folder) for source in found.pictures]
    targets = [output / _painted_name(name) for name in names]
    check_goal(folder, output, targets)
    check_apart(reads=[*found.pictures, *reads], writes={"the result": targets})
    for source in found.pictures:
        try:
            read.append((source.relative_to(folder), read_sprite(source)))
        except PinxitError as error:
            failures.append(str(source))
            warn(str(error))
    return read, failures


def _painted_name(name: Path) -> Path:
    """Return the same name; a picture of a kind that pinxit does not write becomes `sprite.gif.png`."""
    return Path(target_name(str(name)))


def _read_grid(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,4})[x×]([1-9][0-9]{0,4})", text.strip().lower())
    if match is None:
        raise PinxitError(f"--grid takes the width and height of one cell in px, as in 32x32, not {text!r}.")
    return int(match[1]), int(match[2])
