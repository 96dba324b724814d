"""Small copies of stored pictures on the disk, so that a gallery decodes each picture once for each size, not at each visit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic

# px: longer side of the copies that are kept; the page asks for no others of its results.
SIDES = (256, 512, 1024)


class ThumbnailCache:
    """The small copies of stored files as WebP, `ab/ab…-256.webp`.

    Args:
        folder: where they are; it is made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, id: str, side: int) -> bytes | None:
        """Return a copy that is kept already; None where there is none."""
        if side in SIDES:
            with contextlib.suppress(OSError):
                return self._path(id, side).read_bytes()
        return None

    def get(self, id: str, side: int, make: Callable[[], bytes]) -> bytes:
        """Return a copy, and keep it if it has one of the usual sizes.

        Args:
            id: the file's SHA-256.
            side: longer side of the copy, px.
            make: makes the copy.
        """
        kept = self.find(id, side)
        if kept is not None:
            return kept
        webp = make()
        if side in SIDES:
            path = self._path(id, side)
            # A full disk makes the gallery slower, but it still shows the picture.
            with contextlib.suppress(PinxitError):
                write_atomic(webp, path, overwrite=True)
        return webp

    def delete(self, id: str) -> int:
        """Remove all copies of a file; return how many bytes became free."""
        freed = 0
        for side in SIDES:
            with contextlib.suppress(OSError):
                path = self._path(id, side)
                size = path.stat().st_size
                path.unlink()
                freed += size
        return freed

    def sweep(self, is_known: Callable[[str], bool]) -> None:
        """Remove the copies of files that are gone."""
        for path in self.folder.glob("??/*"):
            if not is_known(path.name.partition("-")[0]):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _path(self, id: str, side: int) -> Path:
        return self.folder / id[:2] / f"{id}-{side}.webp"
