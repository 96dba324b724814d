"""The options that several commands share, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Styles = Annotated[
    list[str] | None,
    typer.Option("--style", "-s", help="A style image; give it several times to mix.", show_default=False),
]
Blend = Annotated[
    str | None, typer.Option("--blend", help="Shares of the styles, as in 2,1.", metavar="X,X,…", show_default="equal")
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        help="A style for the white part of a mask; --style then paints the rest.",
        metavar="MASK=STYLE",
        rich_help_panel="Regions",
    ),
]
StyleMasks = Annotated[
    list[str] | None,
    typer.Option(
        "--style-mask",
        help="Take only the white part of the style image before this.",
        metavar="MASK",
        rich_help_panel="Regions",
    ),
]
Keep = Annotated[
    str | None,
    typer.Option(
        "--keep", help="Leave the white part of this mask as it is.", metavar="MASK", rich_help_panel="Regions"
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
Bits = Annotated[int, typer.Option("--bits", help="Bits a channel, 8 or 16 (PNG and TIFF).", rich_help_panel="Output")]
Quality = Annotated[int, typer.Option("--quality", help="Of JPEG, WebP and AVIF, 1 to 100.", rich_help_panel="Output")]
Json = Annotated[
    bool, typer.Option("--json", help="Print one line of JSON for each picture.", rich_help_panel="Output")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Paint on a Ray cluster: auto, where this machine is a node of one, or its address.",
        metavar="auto|ray://HOST:10001",
        rich_help_panel="Cluster",
    ),
]
Gpus = Annotated[
    float,
    typer.Option(
        "--gpus", help="GPUs for each painter: several share one at 0.25.", metavar="X", rich_help_panel="Cluster"
    ),
]
Cpus = Annotated[
    int | None,
    typer.Option(
        "--cpus",
        help="CPUs for each painter; with another number the last bits of a sum are others.",
        metavar="N",
        min=1,
        show_default="as many threads as here",
        rich_help_panel="Cluster",
    ),
]
EncoderWeights = Annotated[
    Path | None,
    typer.Option(
        "--encoder-weights", help="A local checkpoint of the encoder.", metavar="FILE", rich_help_panel="Encoder"
    ),
]
