"""The cache folder: weights that were downloaded or converted, and the paths where inputs were last found."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Return `PINXIT_CACHE`, or else the user's cache folder for pinxit (`~/.cache/pinxit` on Linux).

    The folder need not exist yet.
    """
    chosen = os.environ.get("PINXIT_CACHE")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("pinxit", appauthor=False)
