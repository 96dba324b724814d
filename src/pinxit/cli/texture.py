"""`pinxit texture style.jpg --tile -o t.png`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Blend, EncoderWeights, OutputOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display, duration
from pinxit.cli.drive import check_output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say, say_written
from pinxit.cli.options import with_settings_but
from pinxit.cli.placing import mixed
from pinxit.cli.progress import Preview, run_with_progress
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart

if TYPE_CHECKING:
    from pinxit.living.work import LivingTexture
    from pinxit.surface.maps import MapName
    from pinxit.surface.texture import Texture

app = command_app()

_SECONDS_BETWEEN_PREVIEWS = 20.0


@app.command(
    help="Paint a new texture in the style of one or several pictures.\n\n"
    "With [bold]--tile[/bold] it repeats without a seam on all sides, and so do its maps. With [bold]--like[/bold] a picture "
    "guides its structure; otherwise it has only the style's.\n\n"
    "[bold]--living[/bold] trains a small cellular automaton instead, NAME.pinxit, which paints the texture as it runs, "
    "moving, endless and seamless; [bold]pinxit export[/bold] turns it into shaders, a page and loops.\n\n"
    "[bold]--maps[/bold] writes t_normal.png (OpenGL's convention: green is up), t_height.png (white is high) and "
    "t_roughness.png (white is rough) beside t.png, all estimated from its brightness.",
    epilog="[bold]pinxit texture painting.jpg --tile --maps -o t.png[/bold]",
)
@with_settings_but("wrap", "init", "color", "color_strength")
def texture(
    style: Annotated[list[str], typer.Argument(help="The style images; several are mixed.", show_default=False)],
    how: Annotated[OutputOptions, Without("plot")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="texture.png; living.pinxit"),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            help="Side of the texture, px, or width×height, as in 1024x512.", show_default="1024; the preset's"
        ),
    ] = None,
    tile: Annotated[bool, typer.Option("--tile", help="Make it repeat without a seam on all sides.")] = False,
    like: Annotated[str | None, typer.Option(help="A picture that guides its structure.", metavar="FILE")] = None,
    maps: Annotated[bool, typer.Option("--maps", help="Also write normal, height and roughness maps.")] = False,
    living: Annotated[
        bool, typer.Option("--living", help="Train a texture that moves; --iterations says for how many steps.")
    ] = False,
    blend: Blend = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    if living:
        others = {"size": size, "tile": tile, "like": like, "maps": maps, "blend": blend, **settings}
        _teach(style, output or Path("living.pinxit"), how, encoder_weights, others)
        return
    from pinxit.recipe.recipe import Settings
    from pinxit.surface.texture import prepare_texture

    output = output or Path("texture.png")
    styles = mixed(style, blend)
    default = 1024 if settings["preset"] is None else Settings.choose({"preset": settings["preset"]}).size
    height, width = read_size(size) if size is not None else (default, default)
    _check(output, how, maps, [*style, like, encoder_weights])
    work = prepare_texture(
        styles, height, width, tile=tile, maps=maps, like=like, encoder_weights=encoder_weights, **settings
    )
    _finish(work, output, how)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.living.recipe import is_living
    from pinxit.recipe.recipe import validated_json
    from pinxit.surface.texture import TextureRecipe, texture_from_recipe

    if is_living(text):
        _redo_living(text, target, how, folders, settings)
        return
    recipe = validated_json(TextureRecipe, text)
    _check(target, how, recipe.maps and not recipe.map, [])
    _finish(texture_from_recipe(recipe, look_in=folders, **settings), target, how)


def read_size(text: str) -> tuple[int, int]:
    """Read the height and width of a texture, px, from `1024` or, width first, `1024x512`."""
    from pinxit.recipe.recipe import MAX_SIZE
    from pinxit.surface.texture import LEAST_SIZE

    found = re.fullmatch(r"(\d{1,6})(?:[x×](\d{1,6}))?", text.strip())
    if found is None:
        raise PinxitError(f"--size is a side in px, as in 1024, or width and height, as in 1024x512, not {text!r}.")
    width, height = int(found[1]), int(found[2] or found[1])
    if not (min(width, height) >= LEAST_SIZE and max(width, height) <= MAX_SIZE):
        raise PinxitError(f"a texture has {LEAST_SIZE} to {MAX_SIZE} px a side, not {width}×{height}.")
    return height, width


def _map_paths(target: Path) -> dict[MapName, Path]:
    from pinxit.surface.maps import MAPS

    return {name: target.with_name(f"{target.stem}_{name}.png") for name in MAPS}


def _check(target: Path, how: OutputOptions, maps: bool, reads: list[Any]) -> None:
    check_output(how, target, reads=reads, besides=_map_paths(target).values() if maps else ())


def _finish(work: Texture, target: Path, how: OutputOptions) -> None:
    ending = drive(work, target, how)
    # A file that is itself a map has no further maps.
    for name, path in _map_paths(target).items() if work.recipe.maps and not work.recipe.map else ():
        picture, recipe = work.map(name).result(ending.last)
        pictures.write(picture, path, recipe=recipe.to_json(), overwrite=how.overwrite)
    if ending.interrupted:
        sys.exit(INTERRUPTED)


_OF_LIVING = ("iterations", "seed", "style_scale")
"""The settings that a living texture has as well."""


def _teach(
    style: list[str], target: Path, how: OutputOptions, encoder_weights: Path | None, others: dict[str, Any]
) -> None:
    """Train a living texture, and write it."""
    from pinxit.living.work import check_living, prepare_living

    own = _options_of_living(others)
    if len(style) != 1:
        raise PinxitError("--living learns from one painting: name one.")
    check_apart(reads=[*style, encoder_weights], writes={"the living texture": target, "--preview": how.preview})
    check_living(target, overwrite=how.overwrite)
    _run_training(prepare_living(style[0], encoder_weights=encoder_weights, **own), target, how)


def _redo_living(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow the recipe of a living texture, or of a loop of one."""
    from pinxit.living.recipe import LivingRecipe, LoopRecipe
    from pinxit.living.work import check_living, living_from_recipe, redo_loop
    from pinxit.recipe.recipe import validated_json

    encoder_weights = settings.pop("encoder_weights", None)
    if json.loads(text)["living"] == "loop":
        unused = [name for name, value in settings.items() if value is not None and name not in ("size", "seed")]
        if unused:
            raise PinxitError(f"--{unused[0].replace('_', '-')} changes nothing in a loop: it has --size and --seed.")
        changes = {name: settings[name] for name in ("size", "seed")}
        redo_loop(validated_json(LoopRecipe, text), target, look_in=folders, overwrite=how.overwrite, **changes)
        say_written(target)
        return
    own = _options_of_living(settings)
    check_living(target, overwrite=how.overwrite)
    recipe = validated_json(LivingRecipe, text)
    work = living_from_recipe(recipe, look_in=folders, encoder_weights=encoder_weights, **own)
    _run_training(work, target, how)


def _options_of_living(options: dict[str, Any]) -> dict[str, Any]:
    """Return a living texture's own options; raise PinxitError for any other that is given."""
    for name, value in options.items():
        if value not in (None, False) and name not in _OF_LIVING:
            raise PinxitError(
                f"--{name.replace('_', '-')} is not for living textures, which have --iterations, --seed and --style-scale."
            )
    own = {name: options[name] for name in _OF_LIVING}
    own["steps"] = own.pop("iterations")
    return own


def _run_training(work: LivingTexture, target: Path, how: OutputOptions) -> None:
    preview = Preview(how.preview, _SECONDS_BETWEEN_PREVIEWS, delay=_SECONDS_BETWEEN_PREVIEWS)
    with Display(target.name) as display:
        last, interrupted = run_with_progress(work.teach(), display, preview.offer)
    if last is None:
        raise KeyboardInterrupt
    work.save(last, target, overwrite=how.overwrite)
    preview.write(last.picture())
    if how.as_json:
        losses = {f"{name}_loss": loss for name, loss in last.losses.items()}
        report = {"output": str(target), "seconds": round(last.seconds, 3), "iterations": [last.step], **losses}
        say(json.dumps({**report, "interrupted": interrupted}))
    else:
        begun = f"interrupted at step {last.step}, as learnt so far: " if interrupted else ""
        say(f"{begun}{target} ({last.step} steps, {duration(last.seconds)})")
    if interrupted:
        sys.exit(INTERRUPTED)
