"""The one way to print what came from outside: a file's name, what a stranger's recipe says."""

from __future__ import annotations

from rich.markup import escape

from pinxit.errors import printable


def say(text: object) -> None:
    """Print a line on standard output; see `pinxit.errors.printable`."""
    print(printable(str(text)))  # noqa: T201


def cell(text: str) -> str:
    """A text for a table or a bar of rich's: what looks like its markup is no markup."""
    return escape(printable(text))
