"""The loss curves as a picture."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.image.writer import check_place

_SUFFIXES = (".png", ".svg", ".pdf")


class Point(NamedTuple):
    """One iteration's losses, without its picture."""

    size: int
    iteration: int
    total: float
    content: float
    style: float


def check_plot(path: Path, overwrite: bool) -> None:
    """Raise PinxitError now for what would make `plot` fail.

    Args:
        path: the picture to write.
        overwrite: replace a file that exists.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise PinxitError("--plot needs matplotlib: pip install 'pinxit[plot]'.")
    if path.suffix.lower() not in _SUFFIXES:
        raise PinxitError(f"{path} is not a kind of plot: end its name in {', '.join(_SUFFIXES)}.")
    check_place(path, overwrite=overwrite)


def plot(curve: Sequence[Point], path: Path, overwrite: bool) -> None:
    """Draw content, style and total loss over the iterations, with a grey line where each scale begins.

    Args:
        curve: every iteration.
        path: the picture to write.
        overwrite: replace a file that exists.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    for name in ("total", "content", "style"):
        axes.plot([getattr(point, name) for point in curve], label=name)
    for at, point in enumerate(curve):
        if point.iteration == 1:
            axes.axvline(at, color="0.8", linewidth=1)
            axes.annotate(f"{point.size} px", (at, 1), xycoords=("data", "axes fraction"), va="bottom", fontsize=8)
    axes.set(xlabel="iteration", ylabel="loss", yscale="log")
    axes.legend()
    file = io.BytesIO()
    figure.savefig(file, dpi=120, format=path.suffix[1:].lower())
    pyplot.close(figure)
    write_atomic(file.getvalue(), path, overwrite=overwrite)
