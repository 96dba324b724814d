"""`pinxit video clip.mp4 --style painting.jpg -o out.mp4`."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import Blend, Cluster, Cpus, EncoderWeights, Gpus, Overwrite
from pinxit.cli.crew import Tally, Told, check_alone
from pinxit.cli.display import Display, duration
from pinxit.cli.drive import Output
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.say import say
from pinxit.errors import PinxitError
from pinxit.picture.paths import check_apart

if TYPE_CHECKING:
    from pinxit.cluster.film import Shooting
    from pinxit.video.film import Film

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_SECONDS_BETWEEN_PREVIEWS = 2.0


@app.command(
    help="Paint a clip so that it does not flicker.\n\n"
    "CLIP is a film, a GIF, or a folder of numbered frames; so is what comes out, by the ending of its name, and a folder "
    "where it has none. Frame rate, length, sound, transparency, subtitles, chapters and titles are kept; what the target "
    "cannot hold is recoded or left out, and said before painting. The network paints, at the clip's own size; with "
    "[bold]--engine optimizer[/bold] each frame is painted for itself, at most 512 px large unless --size says otherwise, held "
    "to the ones before it by a temporal loss.\n\n"
    "What is painted is kept beside the target until all is done: after Ctrl-C, or a crash, the same command goes on.",
    epilog="[bold]pinxit video clip.mp4 --style painting.jpg -o out.mp4[/bold]\n\n"
    "[bold]pinxit video clip.mp4 -s a.jpg@0s -s b.jpg@10s --start 1:30 --end 2:00 -o out.webm[/bold]",
)
@with_settings
def video(
    clip: Annotated[str, typer.Argument(help="The clip.", show_default=False)],
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            help="A style image; several are mixed, or, with times as in a.jpg@0s, gone through one after the other.",
            metavar="FILE[@TIMEs]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="The .mp4, .mov, .mkv, .webm or .gif to write, or a folder of frames.",
            show_default="CLIP-painted.mp4 here",
        ),
    ] = None,
    blend: Blend = None,
    consistency: Annotated[
        str | None, typer.Option(help="Whether frames heed each other.", metavar="on|off", show_default="on")
    ] = None,
    keyframes: Annotated[
        Path | None,
        typer.Option(
            help="A folder of painted frames that the rest follows, each with the frame's number, from 1, at the end of its "
            "name; without --style they are the style.",
            metavar="FOLDER",
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="Where to begin, s or min:s.", metavar="TIME", show_default="0")
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Where to end, s or min:s.", metavar="TIME", show_default="the clip's end")
    ] = None,
    codec: Annotated[
        str | None,
        typer.Option(
            help="FFmpeg's name of the encoder, as libx265, or prores_ks for .mov.", metavar="NAME",
            show_default="libx264; libvpx-vp9 for WebM; one with transparency for a clip that has it",
            rich_help_panel="Output",
        ),
    ] = None,
    crf: Annotated[
        str | None,
        typer.Option(
            help="Quality: less is better and larger.", metavar="N", show_default="18 for libx264", rich_help_panel="Output"
        ),
    ] = None,
    bits: Annotated[
        str | None,
        typer.Option(
            help="Bits a channel, as with --codec libx265; ProRes has 10 whatever is said.", metavar="8|10", show_default="8",
            rich_help_panel="Output",
        ),
    ] = None,
    hdr: Annotated[
        str | None,
        typer.Option(
            help="A clip of high dynamic range (HLG, PQ): bring it to standard range, or refuse it.",
            metavar="tonemap|refuse", show_default="tonemap",
        ),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(
            help="Frames a second, for a folder of frames.", metavar="X", show_default="24", rich_help_panel="Output"
        ),
    ] = None,
    piece: Annotated[
        str | None,
        typer.Option(
            help="Paint longer shots in overlapping pieces of so many frames, as on a cluster.", metavar="N",
            show_default="none; 480 on a cluster", rich_help_panel="Cluster",
        ),
    ] = None,
    overwrite: Overwrite = False,
    preview: Annotated[
        Path | None,
        typer.Option(
            help="A picture to refresh while it paints: the latest frame, and its painting beside it.",
            metavar="FILE",
            rich_help_panel="Output",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON.", rich_help_panel="Output")
    ] = False,
    temporal_weight: Annotated[
        str | None,
        typer.Option(
            help="Of the temporal loss, which holds each frame to the one before it.", metavar="X", show_default="200",
            rich_help_panel="Optimizer",
        ),
    ] = None,
    long_term: Annotated[
        str | None,
        typer.Option(
            help="Hold it also to frames further back, as in 10,20.", metavar="N,N,…", show_default="none",
            rich_help_panel="Optimizer",
        ),
    ] = None,
    passes: Annotated[
        str | None,
        typer.Option(
            help="Go through each shot so often, to and fro.", metavar="N", show_default="1", rich_help_panel="Optimizer"
        ),
    ] = None,
    encoder_weights: EncoderWeights = None,
    cluster: Cluster = None,
    gpus: Gpus = 0.0,
    cpus: Cpus = None,
    **settings: Any,
) -> None:  # fmt: skip
    check_alone(cluster, gpus, cpus)
    name = output or f"{Path(clip).resolve().stem}-painted.mp4"
    options: dict[str, Any] = {
        "consistency": consistency,
        "start": None if start is None else _seconds("--start", start),
        "end": None if end is None else _seconds("--end", end),
        "codec": codec,
        "crf": crf,
        "bits": bits,
        "hdr": hdr,
        "rate": rate,
        "piece": piece,
        "temporal_weight": temporal_weight,
        "long_term": None if long_term is None else long_term.split(","),
        "passes": passes,
        **settings,
    }
    shares = None if blend is None else _numbers("--blend", blend)
    styles = _timed(style or [])
    reads = [clip, *(name for name, _ in styles), keyframes, encoder_weights, settings["init"]]
    check_apart(reads=reads, writes={"the result": name, "--preview": preview})
    if cluster is not None:
        if preview is not None:
            raise PinxitError("on a cluster there is no --preview: its frames are painted in any order.")
        from pinxit.cluster.film import Shooting

        frames, weights = (None if file is None else str(file) for file in (keyframes, encoder_weights))
        shooting = Shooting(clip, name, "", styles, shares, frames, weights, options)
        _on_cluster(cluster, shooting, Output(overwrite, as_json=as_json), gpus, cpus)
        return
    target = Path(name)
    _check(target, overwrite, preview)
    from pinxit.video.making import prepare

    film = prepare(clip, styles, shares=shares, keyframes=keyframes, encoder_weights=encoder_weights, **options)
    _drive(film, target, Output(overwrite, preview=preview, as_json=as_json))


def _on_cluster(address: str, shooting: Shooting, how: Output, gpus: float, cpus: int | None) -> None:
    """Paint on many machines; see `docs/cluster.md`."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.crew import Crew
    from pinxit.cluster.film import Production
    from pinxit.cluster.needs import needs_of, planned

    start = time.monotonic()
    with contextlib.closing(Production(shooting.absolute(), overwrite=how.overwrite)) as production:
        if production.is_done():
            complain(f"{shooting.target} is there already, painted by the same recipe.")
            return
        with Display(shooting.target) as display:
            for seen in production.look():
                display.show(Told(f"looks through the clip: {seen} frames", time.monotonic() - start))
        for note in production.notes:
            complain(note)
        plan, parts = production.plan, production.units()
        tally = Tally(len(plan.stretches), "parts", before=len(plan.stretches) - len(parts))
        if parts:
            with connected(address):
                recipe = planned(production.film.recipe, gpus)
                crew = Crew(production.shooting.planned(recipe.memory), needs_of(recipe, cpus, gpus))
                tally.follow(crew.paint(parts), shooting.target)
        if tally.interrupted:
            complain(
                f"interrupted with {tally.done} of {tally.total} parts painted, which are kept beside {shooting.target}: "
                "the same command goes on."
            )
            sys.exit(INTERRUPTED)
        tally.tell_failures()
        if tally.failures:
            sys.exit(FAILED)
        production.finish()
        _tell(shooting.target, plan.count, time.monotonic() - start, production.notes, as_json=how.as_json)


def again(text: str, target: Path, how: Output, folders: Sequence[Path], settings: dict[str, Any]) -> None:
    """Make a film again by its recipe; see `pinxit redo`."""
    from pinxit.video.making import prepare_again
    from pinxit.video.recipe import FilmRecipe

    encoder_weights = settings.pop("encoder_weights", None)
    film = prepare_again(FilmRecipe.from_json(text), look_in=folders, encoder_weights=encoder_weights, **settings)
    _drive(film, target, how)


def _drive(film: Film, target: Path, how: Output) -> None:
    last, frame, previewed, told = None, 0, 0.0, 0
    try:
        with Display(target.name) as display:
            for progress in film.paint(target, overwrite=how.overwrite):
                last, frame = progress, progress.frame
                for note in progress.notes[told:]:
                    display.say(note)
                told = len(progress.notes)
                display.show(progress)
                if (
                    how.preview
                    and progress.painted is not None
                    and time.monotonic() - previewed > _SECONDS_BETWEEN_PREVIEWS
                ):
                    pictures.write(progress.picture(), how.preview, overwrite=True)
                    previewed = time.monotonic()
    except KeyboardInterrupt:
        complain(f"interrupted with {frame} frames painted, which are kept beside {target}: the same command goes on.")
        sys.exit(INTERRUPTED)
    if last is None:
        return
    _tell(str(target), last.frames, last.seconds, last.notes, as_json=how.as_json)


def _tell(target: str, frames: int, seconds: float, notes: Sequence[str], *, as_json: bool) -> None:
    report = {"output": target, "frames": frames, "seconds": round(seconds, 3), "notes": notes}
    say(json.dumps(report) if as_json else f"{target} ({frames} frames, {duration(seconds)})")


def _check(target: Path, overwrite: bool, preview: Path | None) -> None:
    """Raise PinxitError now for what would fail after minutes of painting."""
    from pinxit.video.store import check_target

    check_target(target, overwrite=overwrite)
    if preview is not None:
        pictures.check_writable(preview, overwrite=overwrite)


def _timed(styles: Sequence[str]) -> list[tuple[str, float | None]]:
    """`a.jpg@10s` → `("a.jpg", 10.0)`."""
    timed: list[tuple[str, float | None]] = []
    for style in styles:
        match = re.fullmatch(r"(.+)@(\d+(?:\.\d+)?)s", style)
        timed.append((match[1], float(match[2])) if match else (style, None))
    return timed


def _seconds(option: str, text: str) -> float:
    """`90`, `1:30` or `0:01:30` → 90."""
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text):
        raise PinxitError(f"{option} is a time as in 90 or 1:30, not {text!r}.")
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise PinxitError(f"{option} takes numbers as in 2,1, not {text!r}.") from error
