"""Options that several commands share, alone or as groups.

A group is a dataclass whose fields are options. A command that has a parameter of that type, under the decorator
`with_settings`, has all of the group's options and receives the group with their values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pinxit.errors import PinxitError

Styles = Annotated[
    list[str] | None,
    typer.Option("--style", "-s", help="A style image; repeat it to mix several.", show_default=False),
]
Blend = Annotated[
    str | None,
    typer.Option("--blend", help="Weights of the styles, such as 2,1.", metavar="X,X,…", show_default="equal"),
]
StyleMasks = Annotated[
    list[str] | None,
    typer.Option(
        "--style-mask",
        help="Use only the white part of the style image before this option.",
        metavar="MASK",
        rich_help_panel="Regions",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
Quality = Annotated[
    int, typer.Option("--quality", help="Quality of JPEG, WebP and AVIF, 1 to 100.", rich_help_panel="Output")
]
Start = Annotated[
    str | None, typer.Option("--start", help="Where to begin in a film: s or min:s.", metavar="TIME", show_default="0")
]
End = Annotated[
    str | None,
    typer.Option("--end", help="Where to end in a film: s or min:s.", metavar="TIME", show_default="the clip's end"),
]
Codec = Annotated[
    str | None,
    typer.Option(
        "--codec",
        help="FFmpeg's name of a film's encoder, such as libx265, or prores_ks for .mov.",
        metavar="NAME",
        show_default="libx264; libvpx-vp9 for WebM; one with transparency for a clip that has it",
        rich_help_panel="Output",
    ),
]
Crf = Annotated[
    str | None,
    typer.Option(
        "--crf",
        help="A film's quality: a lower number is better and larger.",
        metavar="N",
        show_default="18 for libx264",
        rich_help_panel="Output",
    ),
]
EncoderWeights = Annotated[
    Path | None,
    typer.Option(
        "--encoder-weights", help="A local checkpoint of the encoder.", metavar="FILE", rich_help_panel="Encoder"
    ),
]
_Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        help="Paint the white part of a mask in a style; --style paints the rest.",
        metavar="MASK=STYLE",
        rich_help_panel="Regions",
    ),
]


def _mask(name: str, help_: str) -> Any:
    return typer.Option(name, help=help_, metavar="MASK", rich_help_panel="Regions")


_Keep = Annotated[str | None, _mask("--keep", "Leave the white part of this mask as it is.")]
_Finer = Annotated[str | None, _mask("--finer", "Paint the white part of this mask in strokes half as large.")]
_Broader = Annotated[str | None, _mask("--broader", "Paint the white part of this mask in strokes twice as large.")]
_Detailed = Annotated[
    str | None, _mask("--detailed", "Keep the photograph's fine detail in the white part of this mask.")
]
Bits = Annotated[int, typer.Option("--bits", help="Bits per channel, 8 or 16 (PNG, TIFF).", rich_help_panel="Output")]
_Preview = Annotated[
    Path | None,
    typer.Option("--preview", help="A picture to refresh while painting.", metavar="FILE", rich_help_panel="Output"),
]
_Plot = Annotated[
    Path | None,
    typer.Option("--plot", help="Draw the loss curves into a picture.", metavar="FILE", rich_help_panel="Output"),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON per picture.", rich_help_panel="Output")]
_Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Paint on a Ray cluster: its address, or auto if this machine is one of its nodes.",
        metavar="auto|ray://HOST:10001",
        rich_help_panel="Cluster",
    ),
]
_Gpus = Annotated[
    float,
    typer.Option(
        "--gpus", help="GPUs per worker; at 0.25 four workers share one.", metavar="X", rich_help_panel="Cluster"
    ),
]
_Cpus = Annotated[
    int | None,
    typer.Option(
        "--cpus",
        help="CPUs per worker; another number changes the last bits of sums.",
        metavar="N",
        min=1,
        show_default="as many threads as here",
        rich_help_panel="Cluster",
    ),
]


def check_bits(bits: int) -> Literal[8, 16]:
    """Return 8 or 16; raise PinxitError for any other number."""
    if bits == 8:
        return 8
    if bits == 16:
        return 16
    raise PinxitError(f"--bits is 8 or 16, not {bits}.")


def option(annotation: Any, read: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
    """Return the metadata of a field of a group.

    Args:
        annotation: the type and the `typer.Option`.
        read: checks the option's value, or turns it into what the field holds.
    """
    return {"annotation": annotation, "read": read}


class Without:
    """A mark that leaves options out of a group, as in `Annotated[OutputOptions, Without("plot")]`.

    Args:
        *names: the fields whose options are left out.
    """

    def __init__(self, *names: str) -> None:
        self.names = names


@dataclass(frozen=True)
class StyleOptions:
    """Styles, where each goes, and what stays as it is; see `pinxit.cli.placing`.

    Attributes:
        style: style images.
        blend: their weights, as text.
        region: style images for a part of the result, each as `MASK=STYLE`.
        style_mask: masks of the style images before them.
        keep: a mask of the content image.
    """

    style: list[str] | None = field(default=None, metadata=option(Styles))
    blend: str | None = field(default=None, metadata=option(Blend))
    region: list[str] | None = field(default=None, metadata=option(_Regions))
    style_mask: list[str] | None = field(default=None, metadata=option(StyleMasks))
    keep: str | None = field(default=None, metadata=option(_Keep))


@dataclass(frozen=True)
class LocalOptions:
    """Masks of the content image that change how its parts are painted; see `pinxit.stylize`.

    Attributes:
        finer: where strokes are half as large.
        broader: where they are twice as large.
        detailed: where fine detail stays.
    """

    finer: str | None = field(default=None, metadata=option(_Finer))
    broader: str | None = field(default=None, metadata=option(_Broader))
    detailed: str | None = field(default=None, metadata=option(_Detailed))


@dataclass(frozen=True)
class OutputOptions:
    """What to write besides the picture, and how.

    Attributes:
        overwrite: replace files that exist.
        bits: 8 or 16 bits per channel.
        quality: of JPEG, WebP and AVIF, 1 to 100.
        preview: a picture to refresh while the work goes on.
        plot: a picture of the loss curves.
        as_json: print the report as one line of JSON.
    """

    overwrite: bool = field(default=False, metadata=option(Overwrite))
    bits: Literal[8, 16] = field(default=8, metadata=option(Bits, check_bits))
    quality: int = field(default=95, metadata=option(Quality))
    preview: Path | None = field(default=None, metadata=option(_Preview))
    plot: Path | None = field(default=None, metadata=option(_Plot))
    as_json: bool = field(default=False, metadata=option(_Json))


@dataclass(frozen=True)
class ClusterOptions:
    """A cluster to paint on, and what each of its workers gets.

    Attributes:
        address: the cluster's address, or auto; None paints on this machine.
        gpus: per worker.
        cpus: per worker.

    Raises:
        PinxitError: for the workers' options without a cluster.
    """

    address: str | None = field(default=None, metadata=option(_Cluster))
    gpus: float = field(default=0.0, metadata=option(_Gpus))
    cpus: int | None = field(default=None, metadata=option(_Cpus))

    def __post_init__(self) -> None:
        if self.address is None and (self.gpus or self.cpus):
            raise PinxitError("--gpus and --cpus are for --cluster: leave them out, or name a cluster.")
