"""The pictures that a job shows while it is painted: one file, and a number that no two previews of a job share.

Browsers keep pictures by their address, which holds the number. So it may not begin again when a job is resumed, retried or
continued after a restart of the server.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pinxit.files.atomic import write_atomic
from pinxit.image import Picture, fit, to_bytes

_SIDE = 768  # px
_PICTURE, _NUMBER = "preview.jpg", "preview.number"


class Previews:
    """The previews of one job.

    Args:
        folder: the job's own.

    Attributes:
        last: the number of the preview written last by any worker of the job; 0 before the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.last = 0
        with contextlib.suppress(OSError, ValueError):
            self.last = int((folder / _NUMBER).read_text())

    def read(self) -> bytes | None:
        """Return the latest picture, a JPEG; None where there is none yet."""
        try:
            return (self._folder / _PICTURE).read_bytes()
        except OSError:
            return None

    def write(self, picture: Picture) -> None:
        """Replace the picture and raise its number.

        Raises:
            PinxitError: when there is no room for it.
        """
        small = fit(picture, min(_SIDE, max(picture.height, picture.width)))
        data = to_bytes(small, kind="JPEG", quality=80)
        # The number first: a worker killed in between leaves a number without a picture, never one number for two pictures.
        write_atomic(str(self.last + 1).encode(), self._folder / _NUMBER, overwrite=True)
        self.last += 1
        write_atomic(data, self._folder / _PICTURE, overwrite=True)
