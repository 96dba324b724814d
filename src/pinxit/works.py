"""The kinds of work that pinxit does: one table, which the command line, `redo`, the studio's API and its page read.

To add a kind of work, add an entry here and `cli/NAME.py` with its command. If the studio takes orders for it, add
`jobs/specs/NAME.py` with `NameSpec`, `jobs/runners/NAME.py` with `NameRunner`, and name the page that makes the orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Work:
    """A kind of work.

    Attributes:
        summary: one line for the list of commands.
        recipe: its results carry a recipe of their own, which `redo` in `cli/NAME.py` follows.
        page: address of the studio's page for it; None where the studio has none.
        job: the studio takes orders for it.
    """

    summary: str
    recipe: bool = False
    page: str | None = None
    job: bool = True


WORKS: Final = {
    "stylize": Work("Paint pictures in the style of others: the main command.", page="paint"),
    "sweep": Work("Try styles and settings side by side, on one labelled sheet.", page="paint"),
    "video": Work("Paint a clip so that it does not flicker.", recipe=True, page="video"),
    "live": Work("Paint a camera's picture as it comes, or a clip as it plays.", page="live", job=False),
    "texture": Work("Paint a new texture in a style, which may repeat without a seam.", recipe=True, page="textures"),
    "pattern": Work("Paint a repeat pattern for printing on cloth or paper.", recipe=True, page="patterns"),
    "panorama": Work("Paint a 360° panorama or a cube map, without seams.", recipe=True, page="panoramas"),
    "sprites": Work("Paint a set of sprites or sprite sheets in one style.", recipe=True, page="sprites"),
    "assets": Work("Restyle the textures of glTF models as one set, without seams.", recipe=True, job=False),
    "avatar": Work("Cut a person out of a photograph and paint an avatar.", recipe=True, job=False),
    "theme": Work(
        "Make an interface's colours, backgrounds, icons and buttons from a painting.", recipe=True, page="themes"
    ),
    "wear": Work("Put a pattern or a style on a garment, a wall or a sofa.", recipe=True, page="garments"),
    "grade": Work(
        "Give a photograph or a film the colours of others, and write them as a LUT.", recipe=True, page="grade"
    ),
    "train": Work("Train a network for one style, which then paints at once.", page="train"),
}
JOBS: Final = tuple(name for name, work in WORKS.items() if work.job)
"""The works that the studio takes orders for."""
PAGES: Final = {name: work.page for name, work in WORKS.items() if work.page is not None}
"""The studio's page for each work that has one."""
