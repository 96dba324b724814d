"""`pinxit live --source 0 --style painting.jpg`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinxit.cli.arguments import Blend, Overwrite, Styles
from pinxit.cli.placing import read_shares
from pinxit.cli.say import say
from pinxit.errors import PinxitError
from pinxit.picture.paths import check_apart

if TYPE_CHECKING:
    from pinxit.video.screen import Screen

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_SECONDS_BETWEEN_REPORTS = 2.0


@app.command(
    help="Paint a camera's picture as it comes, or a clip as it plays.\n\n"
    "It is shown in a window, recorded (-o), or handed to other programs as a camera (--virtual-camera). A clip is shown at "
    "its own pace, and frames that would come too late are left out; into a file all are painted. For clips that must not "
    "flicker there is [bold]pinxit video[/bold].",
    epilog="[bold]pinxit live --source 0 --style painting.jpg[/bold]\n\n"
    "[bold]pinxit live --source clip.mp4 --style house:waves -o painted.mp4[/bold]",
)
def live(
    style: Styles = None,
    source: Annotated[str, typer.Option(help="A camera's number, a clip, or a folder of frames.")] = "0",
    blend: Blend = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="An .mp4 to record to.", show_default="a window")
    ] = None,
    virtual_camera: Annotated[
        bool, typer.Option("--virtual-camera", help="Be a camera for other programs.")
    ] = False,
    size: Annotated[int, typer.Option(help="Longer side of the frames, px.", min=64, max=4096)] = 640,
    style_scale: Annotated[float, typer.Option(help="Size of the style's strokes.", min=0.05, max=20)] = 1.0,
    strength: Annotated[float, typer.Option(help="0 is the camera's picture, 1 the style in full.", min=0, max=1)] = 1.0,
    network: Annotated[str, typer.Option(help="What paints: quick or good.", metavar="live|fine")] = "live",
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long.", min=0, show_default="until it ends, or Ctrl-C")
    ] = None,
    overwrite: Overwrite = False,
) -> None:  # fmt: skip
    if output is not None and virtual_camera:
        raise PinxitError("-o and --virtual-camera are two places to go to: choose one.")
    check_apart(reads=[source, *(style or [])], writes={"the result": output})
    from pinxit.video.camera import frames_of
    from pinxit.video.live import prepare

    styles = style or []
    shares = read_shares(blend, len(styles))
    brush = prepare(styles, shares, size=size, scale=style_scale, strength=strength, network=network)
    screen = _screen(output, overwrite, virtual_camera)
    begin = told = time.monotonic()
    count = before = 0
    title = "pinxit"
    try:
        for at, frame in frames_of(source, size, brush.grid, paced=output is None):
            wanted = screen.add(at, brush(frame), title)
            count += 1
            now = time.monotonic()
            if now - told > _SECONDS_BETWEEN_REPORTS:
                title = f"pinxit: {(count - before) / (now - told):.1f} frames a second"
                told, before = now, count
                print(title, file=sys.stderr)  # noqa: T201
            if not wanted or (seconds is not None and now - begin > seconds):
                break
    except KeyboardInterrupt:
        pass  # how one stops a camera: what is recorded is kept
    finally:
        brush.close()
        screen.close()
    if count == 0:
        raise PinxitError(f"{source} gave no frames to paint.")
    took = time.monotonic() - begin
    say(f"{f'{output}: ' if output else ''}{count} frames in {took:.1f} s, {count / took:.1f} a second")


def _screen(output: Path | None, overwrite: bool, virtual_camera: bool) -> Screen:
    from pinxit.video.screen import Recording, VirtualCamera, Window

    if output is not None:
        return Recording(output, overwrite=overwrite)
    return VirtualCamera() if virtual_camera else Window("pinxit")
