"""A screen for programs with windows, where there is none."""

from __future__ import annotations

import os


def with_screen() -> list[str]:
    """Return the command that runs another one with a screen of its own.

    Processes of tests look for a free screen from different numbers on: two that looked from the same one at the same time
    would take the same.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return ["xvfb-run", "-a", "-n", str(99 + 50 * worker), "-s", "-screen 0 1280x900x24"]
