"""`pinxit theme painting.jpg -o theme/`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Blend, OutputOptions, Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display
from pinxit.cli.folders import expand, warn_left_out
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import read_shares
from pinxit.cli.progress import finish_with_progress, look_at
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image.discover import survey

if TYPE_CHECKING:
    from pinxit.design.theme import Theme, ThemeSheet
    from pinxit.image import Picture

app = command_app()


@app.command(
    help="Make an interface's theme from a painting, or from several.\n\n"
    "It has colours by role, light and dark, with every text readable on its background (WCAG AA), as W3C design tokens, CSS "
    "custom properties and a Tailwind preset; painted backgrounds, icons, buttons and avatars; and index.html, which shows "
    "them all. The network paints unless --preset or --engine says otherwise.",
    epilog="[bold]pinxit theme painting.jpg -o theme/[/bold]\n\n"
    "[bold]pinxit theme --taste paintings/ --icons icons/ --avatars people/ -o theme/[/bold]",
)
@with_settings
def theme(
    painting: Annotated[list[str] | None, typer.Argument(help="The paintings.", show_default=False)] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.", show_default=True)] = Path(
        "theme"
    ),
    blend: Blend = None,
    taste: Annotated[
        Path | None, typer.Option(help="Choose and blend the paintings in this folder that suit your taste best.")
    ] = None,
    backgrounds: Annotated[
        str | None, typer.Option(help="Sizes of the backgrounds, px.", metavar="WxH,…", show_default="three")
    ] = None,
    icons: Annotated[
        Path | None, typer.Option(help="A folder of your own icons, PNG with transparency or SVG.")
    ] = None,
    avatars: Annotated[list[str] | None, typer.Option(help="Pictures, or a folder of them, for avatars.")] = None,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    from pinxit.design.theme import BACKGROUNDS, prepare_theme

    if not overwrite and output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise PinxitError(f"{output} exists: choose another folder, or add --overwrite.")
    if bool(painting) == bool(taste):
        raise PinxitError("give either paintings, or --taste FOLDER to choose from.")
    sizes = BACKGROUNDS if backgrounds is None else _read_sizes(backgrounds)
    if taste is not None:
        sources, shares = _by_taste(taste)
    else:
        sources = expand(painting or [])
        shares = read_shares(blend, len(sources))
    own = [] if icons is None else _icons(icons)
    people = expand(avatars) if avatars else []
    check_apart(reads=[*sources, *own, *people, settings["init"]], writes={"the theme": output})
    ready = prepare_theme(sources, shares, own, people, sizes, settings)
    for one in ready.pictures:
        for note in one.notes:
            warn(f"a painting {note}")
    _make(ready, output)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Make one of a theme's pictures again; see `pinxit.cli.redo`."""
    from pinxit.design.theme import ThemeRecipe, theme_from_recipe
    from pinxit.preparation import with_features
    from pinxit.recipe.recipe import Settings

    recipe = ThemeRecipe.from_json(text)
    changes = {name: value for name, value in settings.items() if value is not None}
    if changes:
        changed = with_features(Settings.choose({**recipe.settings.model_dump(), **changes}))
        recipe = recipe.model_copy(update={"settings": changed, "done": None})
    ready = theme_from_recipe(recipe, folders)
    made: dict[str, Picture] = {}
    if ready.part_of_asset in ready.part_names:
        with Display(recipe.asset) as display:
            made, done = _paint(ready, ready.part(ready.part_of_asset), display)
    if recipe.asset not in made:
        raise PinxitError(f"the recipe names {recipe.asset!r}, which is not a picture of this theme.")
    finished = recipe.model_copy(update={"done": done}).to_json()
    written = pictures.write(
        made[recipe.asset], target, recipe=finished, overwrite=how.overwrite, bits=how.bits, quality=how.quality
    )
    say(written)


def _make(ready: Theme, output: Path) -> None:
    """Paint everything into a temporary folder beside the target, and rename it when it is complete."""
    from pinxit.design import tokens
    from pinxit.design.page import page

    output = output.absolute()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".part", dir=output.parent))
    except OSError as error:
        raise PinxitError(f"{output} cannot be written ({error.strerror}): choose another folder.") from error
    try:
        folder.chmod(0o755)
        assets: dict[str, Picture] = {}
        parts = ready.part_names
        for number, name in enumerate(parts, start=1):
            with Display(f"{number}/{len(parts)} {name}") as display:
                made, done = _paint(ready, ready.part(name), display)
            for asset, one in made.items():
                recipe = ready.recipe.model_copy(update={"asset": asset, "done": done}).to_json()
                ending = "jpg" if asset.startswith("backgrounds/") else "png"
                pictures.write(one, folder / f"{asset}.{ending}", recipe=recipe)
            assets |= made
        texts = {
            "tokens.json": tokens.design_tokens(ready.scheme, ready.recipe.to_json()),
            "theme.css": tokens.css(ready.scheme),
            "tailwind.preset.js": tokens.tailwind(ready.scheme),
            "index.html": page(ready, assets),
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        _move(folder, output)
    except OSError as error:
        raise PinxitError(
            f"{output} cannot be written ({error.strerror}): choose another folder, or make room."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{output / 'index.html'} ({len(assets)} pictures)")


def _paint(ready: Theme, part: ThemeSheet, display: Display) -> tuple[dict[str, Picture], tuple[int, ...] | None]:
    """Return the theme's pictures of a part, and the engine's iterations."""
    last = finish_with_progress(ready.job(part).paint(), display)
    return ready.assets(part, last.picture()), last.done or None


def _move(folder: Path, output: Path) -> None:
    """Move the finished folder into the target's place; other files in the target stay."""
    if not output.exists():
        folder.rename(output)
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = output / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def _icons(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise PinxitError(f"{folder} is not a folder: give one with icons as PNG or SVG files.")
    found = survey(folder, deep=False)
    warn_left_out(found)
    return found.pictures


def _read_sizes(text: str) -> list[tuple[int, int]]:
    try:
        return [(int(width), int(height)) for width, height in (size.split("x") for size in text.split(","))]
    except ValueError as error:
        raise PinxitError(f"--backgrounds takes sizes, as in 1920x1080,1080x1920, not {text!r}.") from error


def _by_taste(folder: Path) -> tuple[list[str], list[float]]:
    """Return the pictures of a folder that the profile ranks first, and their shares."""
    from pinxit.design import taste

    known = taste.load(taste.profile_file())
    taste.check(known)
    names = expand([str(folder)])
    chosen = taste.choose(known, [statistics for statistics, _ in look_at(names)])
    for number, share in chosen:
        say(f"{share:.0%} {names[number]}")
    return [names[number] for number, _ in chosen], [share for _, share in chosen]
