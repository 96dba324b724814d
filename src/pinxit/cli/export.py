"""`pinxit export painting.pinxit model.onnx`, `pinxit export water.pinxit water.html`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit.cli.arguments import Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say_written
from pinxit.errors import PinxitError

app = command_app()


@app.command(
    help="Write a style, with the network that paints it, as an ONNX file for games, phones and browsers.\n\n"
    "The file takes a [bold]picture[/bold] (1, 3, H, W), RGB from 0 to 1, with sides that are multiples of 8, and returns "
    "[bold]painted[/bold], of the same size. Opset 17; only convolutions, instance normalisation and similar operations.\n\n"
    "A living texture, which [bold]pinxit texture --living[/bold] trains, becomes a shader (GLSL, WGSL, Godot, Unity), a page "
    "that runs it, or a loop (MP4, WebP, APNG), as [bold]--to[/bold] or the ending of the file says.",
    epilog="[bold]pinxit export painting.pinxit painting.onnx[/bold]",
)
def export(
    style: Annotated[
        str,
        typer.Argument(
            help="A file that pinxit train or pinxit texture --living wrote, or any style image.", show_default=False
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Argument(help="The file to write, NAME.onnx; of a living texture, see --to.", show_default=False),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Longer side, px, of the pictures that strokes are made for; of a loop, its side.",
            min=16,
            max=4096,
            show_default="1024; 256 of a loop",
        ),
    ] = None,
    network: Annotated[
        str | None, typer.Option(help="The network for a style image.", metavar="fine|live", show_default="fine")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="What a living texture becomes.",
            metavar="glsl|wgsl|godot|unity|page|mp4|webp|apng",
            show_default="by the file's ending",
        ),
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Length of a loop, s.", show_default="4")] = None,
    rate: Annotated[int | None, typer.Option(help="Frames a second of a loop.", show_default="30")] = None,
    speed: Annotated[
        int | None, typer.Option(help="Steps of the texture in a frame of a loop.", show_default="1")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of a loop: another arrangement of its motifs.", show_default="0")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    from pinxit.living.container import is_living_file
    from pinxit.living.work import FORMATS, export_living

    loop: dict[str, Any] = {"seconds": seconds, "rate": rate, "speed": speed, "seed": seed}
    if is_living_file(style) or to in FORMATS or (output and output.suffix.lower() in FORMATS.values()):
        if network is not None:
            raise PinxitError("--network is for styles exported as .onnx: a living texture has no network.")
        path = export_living(Path(style), output, to, overwrite=overwrite, size=size, **loop)
    else:
        path = _export_network(style, output, size or 1024, network or "fine", to, loop, overwrite)
    say_written(path)


def _export_network(
    style: str,
    output: Path | None,
    size: int,
    network: str,
    to: str | None,
    loop: dict[str, float | None],
    overwrite: bool,
) -> Path:
    from pinxit.onnx_file import export_onnx

    if to not in (None, "onnx"):
        raise PinxitError(f"nothing is exported as {to!r}: leave --to out for an ONNX file.")
    given = next((name for name, value in loop.items() if value is not None), None)
    if given:
        raise PinxitError(f"--{given} is for loops of living textures: {style} becomes an ONNX file.")
    if size < _LEAST_SIZE:
        raise PinxitError(f"--size of a network is {_LEAST_SIZE} to 4096, not {size}.")
    if output is None:
        raise PinxitError("name the file to write, NAME.onnx.")
    return export_onnx(style, output, size=size, network=network, overwrite=overwrite)


_LEAST_SIZE = 64  # px
