"""The recipe inside a film: a clip's or a GIF's comment, a file of its own beside numbered frames."""

from __future__ import annotations

from pathlib import Path

from pinxit.picture.metadata import MAX_CHARACTERS
from pinxit.video.reel import comment_in
from pinxit.video.store import RECIPE, text


def read_recipe(path: Path) -> str | None:
    """The text of the recipe inside a film, or None where there is none; whether it is one is not judged.

    Raises:
        PinxitError: when it is no film.
    """
    found = text(path / RECIPE) if path.is_dir() else comment_in(path)
    if not found or len(found) > MAX_CHARACTERS or not found.lstrip().startswith("{"):
        return None
    return found
