"""Which how-to page helps with an error: one table, by the module that raises the error."""

from __future__ import annotations

from types import TracebackType

PAGES = {
    "pinxit.cli.mcp": "mcp",
    "pinxit.cli.placing": "stylize",
    "pinxit.cli.studio": "studio",
    "pinxit.cluster": "cluster",
    "pinxit.design.avatar": "avatar",
    "pinxit.encoder.checkpoints": "weights",
    "pinxit.encoder.device": "doctor",
    "pinxit.encoder.dino_weights": "weights",
    "pinxit.encoder.download": "weights",
    "pinxit.encoder.open": "weights",
    "pinxit.encoder.semantics": "weights",
    "pinxit.encoder.tensors": "weights",
    "pinxit.encoder.weights": "weights",
    "pinxit.grading": "grade",
    "pinxit.host_programs": "plugin",
    "pinxit.jobs": "studio",
    "pinxit.living": "living-textures",
    "pinxit.mcp": "mcp",
    "pinxit.network.training": "train",
    "pinxit.network.weights": "train",
    "pinxit.recipe.masks": "stylize",
    "pinxit.recipe.saved_presets": "preset",
    "pinxit.scene": "assets",
    "pinxit.surface.gpano": "panorama",
    "pinxit.surface.panorama": "panorama",
    "pinxit.surface.pattern": "pattern",
    "pinxit.surface.sprites": "sprites",
    "pinxit.texture.lookup_table": "grade",
    "pinxit.video.codec": "video",
    "pinxit.video.live": "live",
    "pinxit.video.live_output": "live",
    "pinxit.video.side_streams": "video",
}
"""Module or package → page of `pinxit help`. What is not here (a wrong file name, a number out of range) needs no page."""


def help_page(error: BaseException) -> str | None:
    """Return the name of the page that helps with an error; None where there is none."""
    return _page(_raised_in(error.__traceback__))


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
