"""`pinxit taste like a.jpg`, `dislike b.jpg`, `rank styles/`, `show`, `forget`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from pinxit import picture as pictures
from pinxit.cli.arguments import Overwrite
from pinxit.cli.folders import expand
from pinxit.cli.say import say
from pinxit.picture.paths import check_apart

if TYPE_CHECKING:
    from pinxit.design.taste import Seen
    from pinxit.picture import Picture

app = typer.Typer(
    rich_markup_mode="rich",
    add_completion=False,
    no_args_is_help=True,
    help="Keep what you like and dislike; order pictures by it.\n\n"
    "The profile is a JSON file on this machine (PINXIT_TASTE or --profile names another): names, checksums and what the "
    "encoder sees in the pictures, not the pictures. Nothing leaves the machine.",
    epilog="[bold]pinxit taste like a.jpg b.jpg[/bold]   [bold]pinxit taste rank styles/ -o sheet.png[/bold]",
)

Pictures = Annotated[list[str], typer.Argument(help="Pictures, folders, patterns.", show_default=False)]
Profile = Annotated[
    Path | None, typer.Option("--profile", help="The profile's file.", show_default="PINXIT_TASTE, or your own")
]


@app.command(help="Remember pictures that you like.")
def like(sources: Pictures, profile: Profile = None) -> None:
    _judge(sources, profile, liked=True)


@app.command(help="Remember pictures that you dislike.")
def dislike(sources: Pictures, profile: Profile = None) -> None:
    _judge(sources, profile, liked=False)


@app.command(help="Order pictures by your taste, best first.")
def rank(
    sources: Pictures,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Draw the order as one picture, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    cell: Annotated[int, typer.Option(help="Side of each picture on the sheet, px.", min=64, max=2048)] = 240,
    overwrite: Overwrite = False,
    profile: Profile = None,
) -> None:
    from pinxit.design import taste

    file = taste.profile_file(profile)
    names = expand(sources, written=[output])
    check_apart(reads=[*names, file], writes={"the sheet": output})
    if output is not None:
        pictures.check_writable(output, overwrite=overwrite)
    known = taste.load(file)
    taste.check(known)
    seen = look_at(names, keep=cell if output else None)
    score = taste.scores(known, [one for one, _ in seen])
    order = sorted(range(len(names)), key=lambda number: -score[number])
    if as_json:
        say(json.dumps([{"picture": names[number], "score": round(float(score[number]), 4)} for number in order]))
    else:
        for number in order:
            say(f"{score[number]:+.3f}  {names[number]}")
    if output is not None:
        from pinxit.styles.contact import sheet

        cells = [(f"{place}  {score[number]:+.2f}", seen[number][1]) for place, number in enumerate(order, start=1)]
        say(pictures.write(sheet(cells, cell, columns=6), output, overwrite=overwrite))


@app.command(help="Say what is remembered, and where.")
def show(profile: Profile = None) -> None:
    from pinxit.design import taste

    file = taste.profile_file(profile)
    known = taste.load(file)
    say(f"{file}: {len(known.liked)} liked, {len(known.disliked)} disliked")
    for sign, side in (("+", known.liked), ("-", known.disliked)):
        for one in side:
            say(f"{sign} {one.name}")


@app.command(help="Forget pictures by their names, or everything.")
def forget(
    names: Annotated[list[str] | None, typer.Argument(help="Names, as pinxit taste show prints them.")] = None,
    profile: Profile = None,
) -> None:
    from pinxit.design import taste

    file = taste.profile_file(profile)
    gone = taste.forget(file, [Path(name).name for name in names or []])
    say(f"{gone} forgotten" if names else f"{file}: forgotten")


def _judge(sources: list[str], profile: Path | None, *, liked: bool) -> None:
    from pinxit.design import taste

    file = taste.profile_file(profile)
    names = expand(sources)
    check_apart(reads=names, writes={"the profile": file})
    known = taste.load(file)
    for seen, _ in look_at(names):
        known = known.judge(seen, liked=liked)
    taste.save(known, file)
    say(f"{file}: {len(known.liked)} liked, {len(known.disliked)} disliked")


def look_at(names: list[str], keep: int | None = None) -> list[tuple[Seen, Picture]]:
    """The pictures' statistics; the pictures themselves, as small as they are needed."""
    from pinxit.design.taste import look

    watched = track(look(names), "looking", total=len(names), console=Console(stderr=True), transient=True)
    return [(seen, pictures.fit(picture, keep or 16)) for seen, picture in watched]
