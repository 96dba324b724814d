"""Where pinxit keeps what it fetched or converted: weights, and where it last saw an input."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """`PINXIT_CACHE`, or the user's cache folder for pinxit (`~/.cache/pinxit` on Linux). It need not exist yet."""
    chosen = os.environ.get("PINXIT_CACHE")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("pinxit", appauthor=False)
