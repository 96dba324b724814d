"""A style and the network that paints it, written as an ONNX file for other programs."""

from __future__ import annotations

from pathlib import Path

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import check_apart
from pinxit.image.writer import check_place
from pinxit.inputs import PictureLike


def export_onnx(
    style: PictureLike,
    output: str | Path,
    *,
    size: int = 1024,
    network: str = "fine",
    overwrite: bool = False,
) -> Path:
    """Write a style and its network as an ONNX file; see `pinxit.network.export`.

    Args:
        style: a file that `train` made, or any style image.
        output: the file to write, its name ending in `.onnx`.
        size: the longer side of the pictures it will paint, px: strokes have their size there.
        network: which network paints, `fine` or `live`; a file that `train` made has its own.
        overwrite: replace a file that exists.

    Returns:
        The file's path.

    Raises:
        PinxitError: when the style cannot be read or the file cannot be written.
    """
    target = Path(output)
    if target.suffix != ".onnx":
        raise PinxitError(f"{target.name} does not end in .onnx: other programs know the file by that ending.")
    check_apart(reads=[style], writes={"the result": target})
    check_place(target, overwrite=overwrite)
    picture, _ = inputs.load_style(style, size)

    from pinxit.network import weights
    from pinxit.network.export import export

    if network not in weights.SHAPES:
        raise PinxitError(f"there is no network {network!r}: choose one of {', '.join(weights.SHAPES)}.")
    trained = inputs.is_network(style)
    chosen = weights.load(Path(style)) if trained else weights.shipped(network)  # type: ignore[arg-type]
    write_atomic(export(picture, chosen, size), target, overwrite=overwrite)
    return target
