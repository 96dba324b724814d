"""`pinxit live --source 0 --style painting.jpg`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinxit.cli.arguments import Blend, Overwrite, Styles
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say
from pinxit.cli.placing import read_shares
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart

if TYPE_CHECKING:
    from pinxit.video.live_output import LiveOutput

app = command_app()

_SECONDS_BETWEEN_REPORTS = 2.0


@app.command(
    help="Paint a camera's picture as it comes, or a clip as it plays.\n\n"
    "The result is shown in a window, recorded (-o), or offered to other programs as a camera (--virtual-camera). A clip is "
    "shown at its own pace, and frames that would come too late are dropped; a recording has all of them. For clips that "
    "must not flicker use [bold]pinxit video[/bold].",
    epilog="[bold]pinxit live --source 0 --style painting.jpg[/bold]\n\n"
    "[bold]pinxit live --source clip.mp4 --style house:waves -o painted.mp4[/bold]\n\n"
    "[bold]pinxit live --avatar --style painting.jpg --virtual-camera[/bold]",
)
def live(
    style: Styles = None,
    source: Annotated[str, typer.Option(help="A camera's number, a clip, or a folder of frames.")] = "0",
    blend: Blend = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="An .mp4 to record to.", show_default="a window")
    ] = None,
    virtual_camera: Annotated[
        bool, typer.Option("--virtual-camera", help="Act as a camera for other programs.")
    ] = False,
    size: Annotated[int, typer.Option(help="Longer side of the frames, px.", min=64, max=4096)] = 640,
    style_scale: Annotated[float, typer.Option(help="Size of the style's strokes.", min=0.05, max=20)] = 1.0,
    strength: Annotated[float, typer.Option(help="0 is the camera's picture, 1 the full style.", min=0, max=1)] = 1.0,
    network: Annotated[str, typer.Option(help="The network: live is fast, fine is better.", metavar="live|fine")] = "live",
    avatar: Annotated[
        bool, typer.Option("--avatar", help="Paint the people alone, on a background of one colour.")
    ] = False,
    background: Annotated[
        str | None, typer.Option(help="The background of --avatar.", metavar="#RRGGBB", show_default="a green to key out")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after this many seconds.", min=0, show_default="until it ends, or Ctrl-C")
    ] = None,
    overwrite: Overwrite = False,
) -> None:  # fmt: skip
    if output is not None and virtual_camera:
        raise PinxitError("-o and --virtual-camera exclude each other: choose one.")
    if background is not None and not avatar:
        raise PinxitError("--background is the background of --avatar: add that, or leave it out.")
    check_apart(reads=[source, *(style or [])], writes={"the result": output})
    from pinxit.video.live import prepare_live
    from pinxit.video.live_avatar import GREEN, LiveAvatar
    from pinxit.video.live_input import live_frames

    around = LiveAvatar(background or GREEN) if avatar else None

    styles = style or []
    shares = read_shares(blend, len(styles))
    stylizer = prepare_live(styles, shares, size=size, scale=style_scale, strength=strength, network=network)
    screen = _screen(output, overwrite, virtual_camera)
    begin = reported = time.monotonic()
    count = before = 0
    title = "pinxit"
    try:
        for at, frame in live_frames(source, size, stylizer.grid, paced=output is None):
            painted = stylizer(frame)
            still_open = screen.add(at, painted if around is None else around(frame, painted), title)
            count += 1
            now = time.monotonic()
            if now - reported > _SECONDS_BETWEEN_REPORTS:
                title = f"pinxit: {(count - before) / (now - reported):.1f} frames per second"
                reported, before = now, count
                print(title, file=sys.stderr)  # noqa: T201
            if not still_open or (seconds is not None and now - begin > seconds):
                break
    except KeyboardInterrupt:
        pass  # the usual way to stop a camera: the recording is kept
    finally:
        stylizer.close()
        screen.close()
    if count == 0:
        raise PinxitError(f"{source} gave no frames to paint.")
    took = time.monotonic() - begin
    say(f"{f'{output}: ' if output else ''}{count} frames in {took:.1f} s, {count / took:.1f} a second")


def _screen(output: Path | None, overwrite: bool, virtual_camera: bool) -> LiveOutput:
    from pinxit.video.live_output import Recording, VirtualCamera, Window

    if output is not None:
        return Recording(output, overwrite=overwrite)
    return VirtualCamera() if virtual_camera else Window("pinxit")
