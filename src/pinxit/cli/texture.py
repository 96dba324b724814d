"""`pinxit texture style.jpg --tile -o t.png`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import Bits, EncoderWeights, Json, Overwrite, Quality
from pinxit.cli.drive import Kept, Output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.options import with_settings_but
from pinxit.cli.placing import read_shares
from pinxit.cli.stylize import check_bits
from pinxit.errors import PinxitError
from pinxit.job import StyleImage

if TYPE_CHECKING:
    from pinxit.surface.maps import MapName
    from pinxit.surface.texture import Texture

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    help="Paint a new texture in the manner of one or several pictures.\n\n"
    "With [bold]--tile[/bold] it meets itself without a seam on all sides, and so do its maps. With [bold]--like[/bold] a "
    "picture guides its structure; otherwise it has none but the style's.\n\n"
    "[bold]--maps[/bold] writes t_normal.png (OpenGL's convention: green is up), t_height.png (white is high) and "
    "t_roughness.png (white is rough) beside t.png; they are read off its light and dark.",
    epilog="[bold]pinxit texture painting.jpg --tile --maps -o t.png[/bold]",
)
@with_settings_but("wrap", "init", "color", "color_strength")
def texture(
    style: Annotated[list[str], typer.Argument(help="The style images; several are mixed.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("texture.png"),
    size: Annotated[
        str | None,
        typer.Option(help="Side of the texture, or width×height as 1024x512, px.", show_default="1024; the preset's"),
    ] = None,
    tile: Annotated[bool, typer.Option("--tile", help="Let it meet itself without a seam on all sides.")] = False,
    like: Annotated[str | None, typer.Option(help="A picture to guide its structure.", metavar="FILE")] = None,
    maps: Annotated[bool, typer.Option("--maps", help="Write normal, height and roughness maps, too.")] = False,
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
    from pinxit.picture.recipe import Settings
    from pinxit.surface.texture import prepare_texture

    shares = read_shares(blend, len(style))
    styles = [StyleImage(one, share) for one, share in zip(style, shares, strict=True)]
    usual = 1024 if settings["preset"] is None else Settings.choose({"preset": settings["preset"]}).size
    height, width = read_size(size) if size is not None else (usual, usual)
    how = Output(overwrite, check_bits(bits), quality, preview, None, as_json)
    _check(output, how, maps, [*style, like, encoder_weights])
    work = prepare_texture(
        styles, height, width, tile=tile, maps=maps, like=like, encoder_weights=encoder_weights, **settings
    )
    _finish(work, output, how)


def again(text: str, target: Path, how: Output, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow the recipe in a texture; see `pinxit redo`."""
    from pinxit.picture.recipe import validated_json
    from pinxit.surface.texture import TextureRecipe, prepare_texture_again

    recipe = validated_json(TextureRecipe, text)
    _check(target, how, recipe.maps and not recipe.map, [])
    _finish(prepare_texture_again(recipe, look_in=folders, **settings), target, how)


def read_size(text: str) -> tuple[int, int]:
    """Height and width of `1024` or, width first, `1024x512`."""
    from pinxit.picture.recipe import MAX_SIZE
    from pinxit.surface.texture import LEAST_SIZE

    found = re.fullmatch(r"(\d{1,6})(?:[x×](\d{1,6}))?", text.strip())
    if found is None:
        raise PinxitError(f"--size is a side in px, as 1024, or width and height, as 1024x512, not {text!r}.")
    width, height = int(found[1]), int(found[2] or found[1])
    if not (min(width, height) >= LEAST_SIZE and max(width, height) <= MAX_SIZE):
        raise PinxitError(f"a texture has {LEAST_SIZE} to {MAX_SIZE} px a side, not {width}×{height}.")
    return height, width


def _map_paths(target: Path) -> dict[MapName, Path]:
    from pinxit.surface.maps import MAPS

    return {name: target.with_name(f"{target.stem}_{name}.png") for name in MAPS}


def _check(target: Path, how: Output, maps: bool, reads: list[Any]) -> None:
    how.check(target, reads=reads, besides=_map_paths(target).values() if maps else ())


def _finish(work: Texture, target: Path, how: Output) -> None:
    kept = Kept(work)
    interrupted = drive(kept, target, how)
    assert kept.last is not None  # noqa: S101 - drive has asked for a result
    # A file that is a map itself stands alone.
    for name, path in _map_paths(target).items() if work.recipe.maps and not work.recipe.map else ():
        picture, recipe = work.map(name).result(kept.last)
        pictures.write(picture, path, recipe=recipe.to_json(), overwrite=how.overwrite)
    if interrupted:
        sys.exit(INTERRUPTED)
