"""Which page of the documentation helps with an error: one table, by the module that raises the error."""

from __future__ import annotations

from importlib import metadata
from types import TracebackType

PAGES = {
    "pinxit.cli.mcp": "how-to/mcp",
    "pinxit.cli.placing": "how-to/stylize",
    "pinxit.cli.studio": "how-to/studio",
    "pinxit.cluster": "how-to/cluster",
    "pinxit.design.avatar": "how-to/avatar",
    "pinxit.encoder.checkpoints": "how-to/weights",
    "pinxit.encoder.device": "how-to/doctor",
    "pinxit.encoder.dino_weights": "how-to/weights",
    "pinxit.encoder.download": "how-to/weights",
    "pinxit.encoder.open": "how-to/weights",
    "pinxit.encoder.semantics": "how-to/weights",
    "pinxit.encoder.tensors": "how-to/weights",
    "pinxit.encoder.weights": "how-to/weights",
    "pinxit.grading": "how-to/grade",
    "pinxit.host_programs": "how-to/plugin",
    "pinxit.jobs": "how-to/studio",
    "pinxit.living": "how-to/living-textures",
    "pinxit.mcp": "how-to/mcp",
    "pinxit.network.training": "how-to/train",
    "pinxit.network.weights": "how-to/train",
    "pinxit.recipe.masks": "how-to/stylize",
    "pinxit.recipe.saved_presets": "how-to/preset",
    "pinxit.scene": "how-to/assets",
    "pinxit.surface.gpano": "how-to/panorama",
    "pinxit.surface.panorama": "how-to/panorama",
    "pinxit.surface.pattern": "how-to/pattern",
    "pinxit.surface.sprites": "how-to/sprites",
    "pinxit.texture.lookup_table": "how-to/grade",
    "pinxit.video.codec": "how-to/video",
    "pinxit.video.live": "how-to/live",
    "pinxit.video.live_output": "how-to/live",
    "pinxit.video.side_streams": "how-to/video",
}
"""Module or package → page of the site. What is not here (a wrong file name, a number out of range) needs no page."""


def help_page(error: BaseException) -> str | None:
    """Return the address of the page that helps with an error; None where there is none."""
    page = _page(_raised_in(error.__traceback__))
    site = _documentation()
    return f"{site.rstrip('/')}/{page}/" if page and site else None


def _page(module: str) -> str | None:
    """Return the page of a module, or of the nearest package around it that has one."""
    while module and module not in PAGES:
        module = module.rpartition(".")[0]
    return PAGES.get(module)


def _raised_in(traceback: TracebackType | None) -> str:
    """Return the name of the module whose code raised an error."""
    module = ""
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        traceback = traceback.tb_next
    return module


def _documentation() -> str | None:
    """Return the address of the documentation, which pyproject.toml gives."""
    try:
        addresses = metadata.metadata("pinxit").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # a copy of the source that was never installed
        return None
    labelled = dict(entry.split(", ", 1) for entry in addresses)
    return labelled.get("Documentation")
