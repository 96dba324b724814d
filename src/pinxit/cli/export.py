"""`pinxit export painting.pinxit model.onnx`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pinxit import inputs
from pinxit.cli.arguments import Overwrite
from pinxit.cli.say import say
from pinxit.errors import PinxitError
from pinxit.picture.paths import check_apart
from pinxit.picture.writer import check_place
from pinxit.whole import write_whole

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    help="Write a style, with the network that paints it, as an ONNX file for games, phones and browsers.\n\n"
    "The file takes a [bold]picture[/bold] (1, 3, H, W), RGB from 0 to 1, sides multiples of 8, and gives what is "
    "[bold]painted[/bold], of the same size. Opset 17; convolutions, instance normalisation and their like only.",
    epilog="[bold]pinxit export painting.pinxit painting.onnx[/bold]",
)
def export(
    style: Annotated[str, typer.Argument(help="What pinxit train made, or any style image.", show_default=False)],
    output: Annotated[Path, typer.Argument(help="The file to write, NAME.onnx.", show_default=False)],
    size: Annotated[
        int,
        typer.Option(
            help="Longer side of the pictures it is for, px: strokes have their size there.", min=64, max=4096
        ),
    ] = 1024,
    network: Annotated[str, typer.Option(help="Which network, for a style image.", metavar="fine|live")] = "fine",
    overwrite: Overwrite = False,
) -> None:
    if output.suffix != ".onnx":
        raise PinxitError(f"{output.name} does not end in .onnx: that is how other programs know it.")
    check_apart(reads=[style], writes={"the result": output})
    check_place(output, overwrite=overwrite)
    picture, _ = inputs.load_style(style, size)

    from pinxit.network import weights
    from pinxit.network.export import export as exported

    if network not in weights.SHAPES:
        raise PinxitError(f"there is no network {network!r}: choose one of {', '.join(weights.SHAPES)}.")
    paints = weights.load(Path(style)) if inputs.is_network(style) else weights.shipped(network)
    data = exported(picture, paints, size)
    write_whole(data, output, overwrite=overwrite)
    say(f"{output} ({len(data) / 2**20:.1f} MB)")
