"""`pinxit grade photo.jpg --style film.jpg --lut out.cube`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Bits, Blend, Codec, Crf, End, OutputOptions, Overwrite, Quality, Start, check_bits
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say, warn
from pinxit.cli.placing import read_shares
from pinxit.cli.video import drive_film, read_seconds
from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home
from pinxit.grading import STRENGTH, GradeRecipe
from pinxit.recipe.recipe import validated, validated_json

if TYPE_CHECKING:
    from pinxit.grading import GradeJob
    from pinxit.video.grade import FilmGradeJob

app = command_app()


@app.command(
    help="Give a photograph or a film the colours of other pictures. Nothing is painted: every edge stays where it is.\n\n"
    "Tones follow a smooth rising curve, greys get the styles' tint, and colours come nearer to theirs. Where faces are found, "
    "skins keep most of their colour (--skin). A film gets one grade from beginning to end; its sound stays.\n\n"
    "[bold]--lut[/bold] writes the grade as a .cube file of 33³ colours, for DaVinci Resolve, Premiere, OBS and FFmpeg's "
    "lut3d; a .cube file may also be the style.",
    epilog="[bold]pinxit grade photo.jpg --style film.jpg --lut look.cube -o graded.jpg[/bold]\n\n"
    "[bold]pinxit grade clip.mp4 --style look.cube --strength 0.7 -o graded.mp4[/bold]",
)
def grade(
    content: Annotated[str, typer.Argument(help="The photograph or the film.", show_default=False)],
    style: Annotated[
        list[str],
        typer.Option(
            "--style",
            "-s",
            help="A picture whose colours to take, several to mix, or a .cube file.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="NAME-graded.png or .mp4 here"),
    ] = None,
    lut: Annotated[
        Path | None, typer.Option("--lut", help="Also write the grade as a lookup table.", metavar="FILE.cube")
    ] = None,
    strength: Annotated[
        float | None, typer.Option(help="How far the colours go, 0 to 1.", show_default=f"{STRENGTH:g}")
    ] = None,
    skin: Annotated[
        float | None, typer.Option(help="How much of their colour skins keep, 0 to 1.", show_default="0.6")
    ] = None,
    blend: Blend = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    start: Start = None,
    end: End = None,
    codec: Codec = None,
    crf: Crf = None,
) -> None:
    from pinxit.video.clip import is_film
    from pinxit.video.grade import check_grade, prepare_film_grade

    how = OutputOptions(overwrite=overwrite, bits=check_bits(bits), quality=quality)
    shares = read_shares(blend, len(style))
    film = is_film(expand_home(content))
    for_films: dict[str, Any] = {
        "start": None if start is None else read_seconds("--start", start),
        "end": None if end is None else read_seconds("--end", end),
        "codec": codec,
        "crf": crf,
    }
    target = output or Path(f"{Path(content).resolve().stem.split(':')[-1]}-graded.{'mp4' if film else 'png'}")
    check_grade(content, style, target, lut, overwrite=overwrite, bits=how.bits)
    if film:
        job = prepare_film_grade(content, style, shares=shares, strength=strength, skin=skin, **for_films)
        _grade_film(job, target, how, lut)
        return
    for name, value in for_films.items():
        if value is not None:
            raise PinxitError(f"--{name} is for films, and {content} is a picture: leave it out.")
    from pinxit.grading import prepare_grade

    _grade_picture(prepare_grade(content, style, shares=shares, strength=strength, skin=skin), target, how, lut)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    changes = {name: value for name, value in settings.items() if value is not None}
    other = sorted(changes.keys() - {"strength"})
    if other:
        raise PinxitError(
            f"--{other[0].replace('_', '-')} is for painting, and this was graded: only --strength can be changed."
        )
    if '"film"' in text:
        from pinxit.video.grade import FilmGradeRecipe, film_grade_from_recipe

        film = validated_json(FilmGradeRecipe, text)
        film = validated(FilmGradeRecipe, {**film.model_dump(), **changes})
        _grade_film(film_grade_from_recipe(film, folders), target, how, None)
        return
    from pinxit.grading import grade_from_recipe

    recipe = validated_json(GradeRecipe, text)
    recipe = validated(GradeRecipe, {**recipe.model_dump(), **changes})
    pictures.check_writable(target, overwrite=how.overwrite, bits=how.bits)
    _grade_picture(grade_from_recipe(recipe, folders), target, how, None)


def _grade_picture(job: GradeJob, target: Path, how: OutputOptions, lut: Path | None) -> None:
    from pinxit.grading import write_table

    for note in job.content.notes:
        warn(f"the photograph {note}")
    picture = job.result()
    written = pictures.write(
        picture, target, recipe=job.recipe.to_json(), overwrite=how.overwrite, bits=how.bits, quality=how.quality
    )
    say(f"{written} ({picture.width}×{picture.height} px)")
    if lut is not None:
        say(write_table(job.table, lut, overwrite=how.overwrite))


def _grade_film(job: FilmGradeJob, target: Path, how: OutputOptions, lut: Path | None) -> None:
    drive_film(job, target, how)
    if lut is not None and (written := job.write_table(lut, overwrite=how.overwrite)) is not None:
        say(written)
