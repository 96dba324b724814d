"""The one way in which every command is made."""

from __future__ import annotations

from typing import Any

import typer


def command_app(*, add_completion: bool = False, **options: Any) -> typer.Typer:
    """Return the app of a command, which `pinxit.cli.main` finds as `app` in the command's file.

    Args:
        add_completion: give it the options that set up the shell's completion; only `pinxit` itself has them.
        **options: further arguments of `typer.Typer`.
    """
    return typer.Typer(rich_markup_mode="rich", add_completion=add_completion, **options)
