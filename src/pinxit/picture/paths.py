"""Names of files as a person types them."""

from __future__ import annotations

import os
from pathlib import Path


def at_home(path: str | os.PathLike[str]) -> Path:
    """`~/a.png` in the person's own folder; `~a.png` stays a file's name, where pathlib's own function raises."""
    return Path(os.path.expanduser(path))  # noqa: PTH111
