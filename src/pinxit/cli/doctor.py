"""`pinxit doctor`."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pinxit.cli.command_app import command_app
from pinxit.encoder import dino_weights, weights
from pinxit.errors import PinxitError
from pinxit.files.cache import cache_folder
from pinxit.version import __version__

app = command_app()


@app.command(help="Report what this machine has for pinxit and what is missing. The exit code is 1 if it cannot paint.")
def doctor() -> None:
    import torch

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("pinxit", f"{__version__}, Python {platform.python_version()}, PyTorch {torch.__version__}")
    table.add_row("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    table.add_row("devices", _devices())
    table.add_row("threads", f"{torch.get_num_threads()} (OMP_NUM_THREADS changes it)")
    table.add_row("memory", _memory())
    table.add_row("pictures", _codecs())
    table.add_row("cache", _cache())
    can_paint = True
    for name in weights.SOURCES:
        state = _weights(name)
        can_paint &= not (weights.is_embedded(name) and state.startswith("[red]"))
        table.add_row(f"weights {name}", state)
    table.add_row(f"weights {dino_weights.NAME}", _dino())
    table.add_row("HEIC", _extra("pillow_heif", "pinxit[photo]"))
    table.add_row("JPEG XL", _extra("imagecodecs", "pinxit[photo]"))
    table.add_row("camera raw", _extra("rawpy", "pinxit[photo]"))
    table.add_row("OpenEXR", _extra("OpenEXR", "pinxit[photo]"))
    table.add_row("PSD", _extra("psd_tools", "pinxit[psd]"))
    table.add_row("SVG", _extra("resvg_py", "pinxit[svg]"))
    table.add_row("films", _extra("av", "pinxit[video]"))
    table.add_row("virtual camera", _extra("pyvirtualcam", "pinxit[live]"))
    table.add_row("clusters", _extra("ray", "pinxit[cluster]"))
    table.add_row("loss curves", _extra("matplotlib", "pinxit[plot]"))
    Console().print(table)
    if not can_paint:
        sys.exit(1)


def _devices() -> str:
    import torch

    found = ["cpu"]
    found += [f"cuda ({torch.cuda.get_device_name(index)})" for index in range(torch.cuda.device_count())]
    found += ["mps"] if torch.backends.mps.is_available() else []
    return ", ".join(found)


def _memory() -> str:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        whole, free = (page * os.sysconf(name) / 2**30 for name in ("SC_PHYS_PAGES", "SC_AVPHYS_PAGES"))
        return f"{whole:.1f} GiB, {free:.1f} GiB free"
    except (AttributeError, ValueError, OSError):  # not on every system
        return "unknown"


def _codecs() -> str:
    from PIL import features

    kinds = {
        "JPEG": "jpg",
        "PNG": "zlib",
        "WebP": "webp",
        "TIFF": "libtiff",
        "AVIF": "avif",
        "colour profiles": "littlecms2",
    }
    missing = [kind for kind, feature in kinds.items() if not features.check(feature)]
    present = ", ".join(kind for kind in kinds if kind not in missing)
    return present + (f"; [yellow]missing: {', '.join(missing)}[/yellow]: reinstall pillow" if missing else "")


def _cache() -> str:
    folder = cache_folder()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    writable = os.access(nearest, os.W_OK)
    return escape(str(folder)) + ("" if writable else " [yellow]cannot be written: set PINXIT_CACHE[/yellow]")


def _weights(name: str) -> str:
    if not weights.is_embedded(name) and not weights.cached_file(name).exists():
        return f"not here: pinxit weights pull {name}"
    try:
        weights.load(name)
    except PinxitError as error:
        return f"[red]{escape(str(error))}[/red]"
    return "here, checksum right"


def _dino() -> str:
    if not dino_weights.cached_file().exists():
        return f"not here: pinxit weights pull {dino_weights.NAME} (optional, for matching and judging)"
    try:
        dino_weights.load()
    except PinxitError as error:
        return f"[red]{escape(str(error))}[/red]"
    return "here, checksum right"


def _extra(module: str, install: str) -> str:
    present = importlib.util.find_spec(module) is not None
    return module if present else escape(f"missing: pip install '{install}'")
