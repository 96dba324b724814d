"""`pinxit video clip.mp4 --style painting.jpg -o out.mp4`."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import (
    Blend,
    ClusterOptions,
    Codec,
    Crf,
    EncoderWeights,
    End,
    OutputOptions,
    Overwrite,
    Start,
)
from pinxit.cli.cluster_progress import ClusterProgress, Status
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display, duration
from pinxit.cli.main import FAILED, INTERRUPTED
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings
from pinxit.cli.progress import Preview, run_with_progress
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart

if TYPE_CHECKING:
    from pinxit.cluster.video import VideoWorkload
    from pinxit.video.job import FilmJob, VideoProgress
    from pinxit.video.prepare import StyleTime

app = command_app()


@app.command(
    help="Paint a clip so that it does not flicker.\n\n"
    "CLIP is a film, a GIF, an animated WebP or APNG, or a folder of numbered frames. The result is one of these too, by the "
    "ending of its name; a name without an ending is a folder. Frame rate, length, sound, transparency, subtitles, chapters "
    "and titles are kept. What the target cannot hold is recoded or left out, with a note before painting. The network "
    "paints, at the clip's own size; with [bold]--engine optimizer[/bold] each frame is optimised, at most 512 px large unless "
    "--size says otherwise, and a temporal loss keeps it like the frames before it.\n\n"
    "Painted frames are kept beside the target until all are done: after Ctrl-C, or a crash, the same command continues.",
    epilog="[bold]pinxit video clip.mp4 --style painting.jpg -o out.mp4[/bold]\n\n"
    "[bold]pinxit video clip.mp4 -s a.jpg@0s -s b.jpg@10s --start 1:30 --end 2:00 -o out.webm[/bold]",
)
@with_settings
def video(
    clip: Annotated[str, typer.Argument(help="The clip.", show_default=False)],
    cluster: ClusterOptions,
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            help="A style image; several are mixed or, with times as in a.jpg@0s or a.jpg@0s-4s, follow one another.",
            metavar="FILE[@TIMEs[-TIMEs]]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="The .mp4, .mov, .mkv, .webm, .gif, .webp or .apng to write, or a folder of frames.",
            show_default="CLIP-painted.mp4 here",
        ),
    ] = None,
    blend: Blend = None,
    consistency: Annotated[
        str | None, typer.Option(help="Keep frames temporally consistent.", metavar="on|off", show_default="on")
    ] = None,
    keyframes: Annotated[
        Path | None,
        typer.Option(
            help="A folder of painted frames that the others follow, each with its frame's number, from 1, at the end of its "
            "name; without --style they are the style.",
            metavar="FOLDER",
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            help="A painted frame that the frames before and after it follow, by its number, from 1; may be repeated. Where it "
            "is transparent, it is not followed.",
            metavar="N=FILE",
        ),
    ] = None,
    keys: Annotated[
        str | None,
        typer.Option(
            help="Frames that pinxit paints first, and that the others follow, by their numbers, from 1; auto chooses them, so "
            "that strokes stay on what they were painted on.",
            metavar="auto|none|N,N,…", show_default="none; auto with --engine optimizer",
        ),
    ] = None,
    key_mask: Annotated[
        list[str] | None,
        typer.Option(help="Mask of a key: it is followed where this is white.", metavar="N=FILE"),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Paint the white part of a mask in a style; --style paints the rest. The mask is drawn on the first frame, or "
            "on frame N, and follows what it shows up to the next cut. May be repeated, also with other masks of the same part "
            "in later frames, and with times, as of --style.",
            metavar="MASK[@N]=STYLE",
        ),
    ] = None,
    start: Start = None,
    end: End = None,
    codec: Codec = None,
    crf: Crf = None,
    bits: Annotated[
        str | None,
        typer.Option(
            help="Bits per channel, with --codec libx265; ProRes always has 10.", metavar="8|10", show_default="8",
            rich_help_panel="Output",
        ),
    ] = None,
    hdr: Annotated[
        str | None,
        typer.Option(
            help="What to do with high dynamic range (HLG, PQ): bring it to standard range, or refuse it.",
            metavar="tonemap|refuse", show_default="tonemap",
        ),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(
            help="Frames per second of a folder of frames.", metavar="X", show_default="24", rich_help_panel="Output"
        ),
    ] = None,
    piece: Annotated[
        str | None,
        typer.Option(
            help="Paint longer shots in overlapping pieces of this many frames, as on a cluster.", metavar="N",
            show_default="none; 480 on a cluster", rich_help_panel="Cluster",
        ),
    ] = None,
    overwrite: Overwrite = False,
    preview: Annotated[
        Path | None,
        typer.Option(
            help="A picture to refresh while painting: the latest frame, and its painting beside it.",
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
            help="Weight of the temporal loss, which keeps each frame like the one before it.", metavar="X", show_default="200",
            rich_help_panel="Optimizer",
        ),
    ] = None,
    long_term: Annotated[
        str | None,
        typer.Option(
            help="Keep each frame like those 10 and 20 frames before it too, with 10,20.", metavar="N,N,…", show_default="none",
            rich_help_panel="Optimizer",
        ),
    ] = None,
    passes: Annotated[
        str | None,
        typer.Option(
            help="Number of passes over each shot, forward and backward in turn.", metavar="N", show_default="1",
            rich_help_panel="Optimizer",
        ),
    ] = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:  # fmt: skip
    name = output or f"{Path(clip).resolve().stem}-painted.mp4"
    options: dict[str, Any] = {
        "consistency": consistency,
        "keys": _keys(keys),
        "start": None if start is None else read_seconds("--start", start),
        "end": None if end is None else read_seconds("--end", end),
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
    painted, masks = _numbered("--key", key or []), _numbered("--key-mask", key_mask or [])
    regions = [_region(text) for text in region or []]
    reads = [
        clip,
        *(name for mask, picture, _, _ in regions for name in (mask, picture)),
        *(name for name, _ in styles),
        keyframes,
        *painted.values(),
        *masks.values(),
        encoder_weights,
        settings["init"],
    ]
    check_apart(reads=reads, writes={"the result": name, "--preview": preview})
    if cluster.address is not None:
        if preview is not None:
            raise PinxitError("--preview does not work on a cluster, which paints frames in any order: leave it out.")
        from pinxit.cluster.video import VideoWorkload

        frames, weights = (None if file is None else str(file) for file in (keyframes, encoder_weights))
        spec = VideoWorkload(clip, name, "", styles, shares, frames, painted, masks, regions, weights, options)
        _paint_on_cluster(cluster.address, spec, OutputOptions(overwrite, as_json=as_json), cluster)
        return
    target = Path(name)
    _check(target, overwrite, preview)
    from pinxit.video.prepare import prepare_video

    film = prepare_video(
        clip,
        styles,
        shares=shares,
        keyframes=keyframes,
        key=painted,
        key_masks=masks,
        regions=regions,
        encoder_weights=encoder_weights,
        **options,
    )
    drive_film(film, target, OutputOptions(overwrite, preview=preview, as_json=as_json))


def _paint_on_cluster(address: str, spec: VideoWorkload, how: OutputOptions, options: ClusterOptions) -> None:
    """Paint on many machines; see `docs/how-to/cluster.md`."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.resources import resources_of, with_memory
    from pinxit.cluster.scheduler import Scheduler
    from pinxit.cluster.video import VideoDriver

    start = time.monotonic()
    with contextlib.closing(VideoDriver(spec.absolute(), overwrite=how.overwrite)) as driver:
        if driver.is_done():
            warn(f"{spec.target} is there already, painted by the same recipe.")
            return
        with Display(spec.target) as display:
            for count in driver.analyze_clip():
                display.show(Status(f"looks for cuts: {count} frames", time.monotonic() - start))
        for note in driver.notes:
            warn(note)
        plan, parts = driver.plan, driver.tasks()
        progress = ClusterProgress(len(plan.pieces), "parts", before=len(plan.pieces) - len(parts))
        if parts:
            with connected(address):
                recipe = with_memory(driver.job.recipe, options.gpus)
                needs = resources_of(recipe, options.cpus, options.gpus)
                scheduler = Scheduler(driver.workload.with_memory(recipe.memory), needs)
                progress.follow(scheduler.run(parts), spec.target)
        if progress.interrupted:
            warn(
                f"interrupted with {progress.done} of {progress.total} parts painted, which are kept beside "
                f"{spec.target}: the same command continues."
            )
            sys.exit(INTERRUPTED)
        progress.warn_failures()
        if progress.failures:
            sys.exit(FAILED)
        driver.finish()
        _report(spec.target, plan.count, time.monotonic() - start, driver.notes, as_json=how.as_json)


def redo(text: str, target: Path, how: OutputOptions, folders: Sequence[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.video.prepare import video_from_recipe
    from pinxit.video.recipe import VideoRecipe

    encoder_weights = settings.pop("encoder_weights", None)
    film = video_from_recipe(VideoRecipe.from_json(text), look_in=folders, encoder_weights=encoder_weights, **settings)
    drive_film(film, target, how)


def drive_film(film: FilmJob, target: Path, how: OutputOptions) -> None:
    """Make a film with its progress on the screen, and report; Ctrl-C keeps what is done beside the target."""
    preview = Preview(how.preview)

    def refresh(progress: VideoProgress) -> None:
        if progress.painted is not None:
            preview.offer(progress)

    steps = film.paint(target, overwrite=how.overwrite)
    with Display(target.name) as display:
        last, interrupted = run_with_progress(steps, display, _say_notes(display), refresh)
    if interrupted:
        frame = 0 if last is None else last.frame
        warn(f"interrupted with {frame} frames painted, which are kept beside {target}: the same command continues.")
        sys.exit(INTERRUPTED)
    if last is not None:
        _report(str(target), last.frames, last.seconds, last.notes, as_json=how.as_json)


def _say_notes(display: Display) -> Callable[[VideoProgress], None]:
    """Return a watcher that prints each note once."""
    printed = 0

    def watch(progress: VideoProgress) -> None:
        nonlocal printed
        for note in progress.notes[printed:]:
            display.say(note)
        printed = len(progress.notes)

    return watch


def _report(target: str, frames: int, seconds: float, notes: Sequence[str], *, as_json: bool) -> None:
    report = {"output": target, "frames": frames, "seconds": round(seconds, 3), "notes": notes}
    say(json.dumps(report) if as_json else f"{target} ({frames} frames, {duration(seconds)})")


def _check(target: Path, overwrite: bool, preview: Path | None) -> None:
    """Raise PinxitError now for what would fail after minutes of painting."""
    from pinxit.video.resume import check_target

    check_target(target, overwrite=overwrite)
    if preview is not None:
        pictures.check_writable(preview, overwrite=overwrite)


def _timed(styles: Sequence[str]) -> list[tuple[str, StyleTime]]:
    """`a.jpg@10s` → `("a.jpg", 10.0)`, `a.jpg@10s-20s` → `("a.jpg", (10.0, 20.0))`."""
    timed: list[tuple[str, StyleTime]] = []
    for style in styles:
        match = re.fullmatch(r"(.+)@(\d+(?:\.\d+)?)s(?:[-–](\d+(?:\.\d+)?)s)?", style)
        if match is None:
            timed.append((style, None))
        else:
            begin = float(match[2])
            timed.append((match[1], begin if match[3] is None else (begin, float(match[3]))))
    return timed


def _region(text: str) -> tuple[str, str, int, StyleTime]:
    """`sky.png=a.jpg` → `("sky.png", "a.jpg", 1, None)`, `sky.png@48=a.jpg@2s` → `("sky.png", "a.jpg", 48, 2.0)`."""
    mask, equals, picture = text.partition("=")
    if not (mask and equals and picture):
        raise PinxitError(f"--region takes MASK=STYLE, or MASK@N=STYLE, as in sky.png@48=starry.jpg, not {text!r}.")
    ((name, time),) = _timed([picture])
    drawn = re.fullmatch(r"(.+)@(\d{1,8})", mask, re.ASCII)
    return (mask, name, 1, time) if drawn is None else (drawn[1], name, int(drawn[2]), time)


def _numbered(option: str, texts: Sequence[str]) -> dict[int, str]:
    """`48=a.png` → `{48: "a.png"}`."""
    numbered: dict[int, str] = {}
    for text in texts:
        number, equals, name = text.partition("=")
        if not equals or not name:
            raise PinxitError(f"{option} is a frame's number and a file, as in 48=painted.png, not {text!r}.")
        frame = _frame_number(option, number)
        if frame in numbered:
            raise PinxitError(f"{option} names frame {frame} twice: leave one of them out.")
        numbered[frame] = name
    return numbered


def _keys(text: str | None) -> str | list[int] | None:
    """`auto` → itself, `none` → `[]`, `1,48` → `[1, 48]`."""
    if text is None or text == "auto":
        return text
    parts = [] if text == "none" else text.split(",")
    if len(parts) > 1 and {"auto", "none"} & {part.strip() for part in parts}:
        raise PinxitError(f"--keys is auto, none, or numbers of frames, as in 1,48,96, and not both, as in {text!r}.")
    return [_frame_number("--keys", part) for part in parts]


def _frame_number(option: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,8}", text.strip(), re.ASCII):
        raise PinxitError(f"{option} takes numbers of frames, as in 1,48,96, not {text!r}.")
    return int(text)


def read_seconds(option: str, text: str) -> float:
    """`90`, `1:30` or `0:01:30` → 90."""
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text):
        raise PinxitError(f"{option} is a time, as in 90 or 1:30, not {text!r}.")
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise PinxitError(f"{option} takes numbers, as in 2,1, not {text!r}.") from error
