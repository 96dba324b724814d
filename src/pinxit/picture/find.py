"""Which pictures a person means by files, folders and patterns."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from pinxit.errors import PinxitError

# What a picture to be painted is usually called; a file named outright may be called anything.
_ENDINGS = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp", ".ppm", ".pgm", ".tga")
)


def expand(sources: Iterable[str]) -> list[Path]:
    """Files as they are, the pictures directly in a folder, the files that match a pattern; sorted, each once.

    Raises:
        PinxitError: when a folder or a pattern holds no picture.
    """
    found: dict[Path, None] = {}
    for source in sources:
        path = Path(source).expanduser()
        if path.is_dir():
            pictures = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in _ENDINGS and entry.is_file())
            if not pictures:
                raise PinxitError(f"there is no picture in {path}: give another folder.")
        elif not path.exists() and glob.has_magic(source):
            pictures = sorted(Path(match) for match in glob.glob(str(path)) if Path(match).is_file())  # noqa: PTH207
            if not pictures:
                raise PinxitError(f"nothing matches {source}: check the pattern.")
        else:
            pictures = [path]
        found |= dict.fromkeys(pictures)
    return list(found)
