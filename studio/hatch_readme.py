"""The README as package indexes show it: its links and pictures lead to the repository, because they show no other file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# `](target)` of a link or a picture, but for addresses and anchors within the page.
_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|#)([^)\s]+)\)")


class ReadmeForIndexes(MetadataHookInterface):
    """Sets the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Read README.md and make its links absolute."""
        source = metadata["urls"]["Source"]
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, source)}


def absolute(text: str, source: str) -> str:
    """Return Markdown whose relative links lead to the files of a repository.

    Args:
        text: the Markdown.
        source: the repository's address.
    """
    return _LINK.sub(
        lambda found: f"{found[1]}{found[2]}({source}/{'raw' if found[1] else 'blob'}/main/{found[3]})", text
    )
