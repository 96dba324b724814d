"""`pinxit taste like a.jpg`, `dislike b.jpg`, `rank styles/`, `show`, `forget`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.folders import expand
from pinxit.cli.messages import say
from pinxit.cli.progress import look_at
from pinxit.files.paths import check_apart

app = command_app(
    no_args_is_help=True,
    help="Record what you like and dislike; rank pictures by it.\n\n"
    "The profile is a JSON file on this machine (PINXIT_TASTE or --profile names another). It holds names, checksums and the "
    "encoder's statistics of the pictures, not the pictures. Nothing leaves the machine.",
    epilog="[bold]pinxit taste like a.jpg b.jpg[/bold]   [bold]pinxit taste rank styles/ -o contact_sheet.png[/bold]",
)

Pictures = Annotated[list[str], typer.Argument(help="Pictures, folders, patterns.", show_default=False)]
Profile = Annotated[
    Path | None,
    typer.Option("--profile", help="The profile's file.", show_default="PINXIT_TASTE, or the one in your data folder"),
]


@app.command(help="Remember pictures that you like.")
def like(sources: Pictures, profile: Profile = None) -> None:
    _judge(sources, profile, liked=True)


@app.command(help="Remember pictures that you dislike.")
def dislike(sources: Pictures, profile: Profile = None) -> None:
    _judge(sources, profile, liked=False)


@app.command(help="Rank pictures by your taste, best first.")
def rank(
    sources: Pictures,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also draw the ranking as one picture.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    cell: Annotated[int, typer.Option(help="Side of each picture on the contact_sheet, px.", min=64, max=2048)] = 240,
    overwrite: Overwrite = False,
    profile: Profile = None,
) -> None:
    from pinxit.design import taste

    file = taste.profile_file(profile)
    names = expand(sources, written=[output])
    check_apart(reads=[*names, file], writes={"the contact_sheet": output})
    if output is not None:
        pictures.check_writable(output, overwrite=overwrite)
    known = taste.load(file)
    taste.check(known)
    looked = look_at(names, keep=cell if output else None)
    score = taste.scores(known, [statistics for statistics, _ in looked])
    order = sorted(range(len(names)), key=lambda number: -score[number])
    if as_json:
        say(json.dumps([{"picture": names[number], "score": round(float(score[number]), 4)} for number in order]))
    else:
        for number in order:
            say(f"{score[number]:+.3f}  {names[number]}")
    if output is not None:
        from pinxit.image.contact_sheet import contact_sheet

        cells = [(f"{place}  {score[number]:+.2f}", looked[number][1]) for place, number in enumerate(order, start=1)]
        say(pictures.write(contact_sheet(cells, cell, columns=6), output, overwrite=overwrite))


@app.command(help="Show what is remembered, and where.")
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
    for statistics, _ in look_at(names):
        known = known.judge(statistics, liked=liked)
    taste.save(known, file)
    say(f"{file}: {len(known.liked)} liked, {len(known.disliked)} disliked")
