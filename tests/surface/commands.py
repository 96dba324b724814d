"""A command run within the test's own process: its errors arrive as they are."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from pinxit.cli.main import app


def run(*arguments: str | Path) -> str:
    """Run `pinxit …` and return what it prints."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output
