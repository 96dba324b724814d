"""`pinxit panorama pano.jpg --style painting.jpg -o out.jpg`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit import inputs
from pinxit.cli.arguments import EncoderWeights, OutputOptions, StyleOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.display import duration
from pinxit.cli.drive import check_output, drive, paint_with_progress
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.surface.panorama import PanoramaJob

app = command_app()

# The last words of file names that stand for each side of a cube map.
_SIDES = {
    "px": ("px", "posx", "right"),
    "nx": ("nx", "negx", "left"),
    "py": ("py", "posy", "top", "up"),
    "ny": ("ny", "negy", "bottom", "down"),
    "pz": ("pz", "posz", "front"),
    "nz": ("nz", "negz", "back"),
}
_ORDER = " ".join(_SIDES)


@app.command(
    cls=OrderedCommand,
    help="Paint a 360° panorama, or a cube map, without seams and without pinched poles.\n\n"
    "A panorama is equirectangular: twice as wide as high. A cube map is a folder with six pictures whose names end in "
    f"{_ORDER} (or right, left, top, bottom, front, back), or those six files in this order. Seen from the centre, x is to "
    "the right, y up and z ahead; the lower edge of py and the upper edge of ny meet pz.\n\n"
    "[bold]--size[/bold] is the panorama's width, by default twice the preset's size; a cube map's sides are a quarter of it.",
    epilog="[bold]pinxit panorama pano.jpg --style painting.jpg -o out.jpg[/bold]\n\n"
    "[bold]pinxit panorama sides/ --cubemap --style painting.jpg -o painted/[/bold]",
)
@with_settings
def panorama(
    ctx: typer.Context,
    content: Annotated[
        list[str], typer.Argument(help="A panorama, or a cube map: a folder or six files.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; for a cube map the folder.", show_default=False)
    ],
    placing: StyleOptions,
    how: Annotated[OutputOptions, Without("preview", "plot")],
    cubemap: Annotated[
        bool, typer.Option("--cubemap", help=f"Write six sides, {_ORDER}.png, instead of a panorama.")
    ] = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.surface.panorama import prepare_panorama

    styles = placed_styles(ctx, placing)
    targets = {side: output / f"{side}.png" for side in _SIDES} if cubemap else {"": output}
    if cubemap and (output.suffix.lower() in pictures.KINDS or output.is_file()):
        raise PinxitError(f"{output} is one file for six sides: give a folder by -o.")
    source = _source(content)
    sides = source.values() if isinstance(source, dict) else (source,)
    reads = [*sides, *files_of(styles), placing.keep, encoder_weights, settings["init"]]
    check_output(how, *targets.values(), reads=reads)
    job = prepare_panorama(
        source, styles, cubemap=cubemap, keep=placing.keep, encoder_weights=encoder_weights, **settings
    )
    interrupted = _write_sides(job, targets, how) if cubemap else drive(job, output, how).interrupted
    if interrupted:
        sys.exit(INTERRUPTED)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.surface.panorama import PanoramaRecipe, panorama_from_recipe

    job = panorama_from_recipe(PanoramaRecipe.from_json(text), look_in=folders, **settings)
    if drive(job, target, how).interrupted:
        sys.exit(INTERRUPTED)


def _write_sides(job: PanoramaJob, targets: dict[str, Path], how: OutputOptions) -> bool:
    folder = targets["px"].parent
    ending = paint_with_progress(job, folder.name)
    for side, target in targets.items():
        picture, recipe = job.of_side(side).result(ending.last)
        pictures.write(picture, target, recipe=recipe.to_json(), overwrite=how.overwrite, bits=how.bits)
    if how.as_json:
        files = [str(target) for target in targets.values()]
        say(json.dumps({"output": files, "side": picture.width, "seconds": round(ending.last.seconds, 3)}))
    else:
        say(f"{folder}: {_ORDER}.png ({picture.width}×{picture.width} px, {duration(ending.last.seconds)})")
    return ending.interrupted


def _source(content: list[str]) -> str | dict[str, str]:
    """Return a panorama, or the sides of a cube map by name."""
    if len(content) == 1:
        own = content[0].startswith((inputs.SAMPLE, inputs.HOUSE))
        if own or not Path(content[0]).expanduser().is_dir():
            return content[0]
        files = [str(path) for path in pictures.expand(content)]
        sides = _by_name(files)
        if sides is None:
            raise PinxitError(f"the pictures in {content[0]} are not a cube map: end the names of six in {_ORDER}.")
        return sides
    if len(content) != len(_SIDES):
        raise PinxitError(f"these are {len(content)} pictures: give one panorama, or the six sides {_ORDER}.")
    return _by_name(content) or dict(zip(_SIDES, content, strict=True))


def _by_name(files: list[str]) -> dict[str, str] | None:
    """Return the six sides among some files; None where one is missing or there twice."""
    found: dict[str, str] = {}
    for file in files:
        last = re.split(r"[^a-z]+", Path(file).stem.lower().strip("_- 0123456789"))[-1]
        for side, names in _SIDES.items():
            if last in names:
                if side in found:
                    return None
                found[side] = file
    return {side: found[side] for side in _SIDES} if len(found) == len(_SIDES) else None
