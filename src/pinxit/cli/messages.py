"""What the command line prints: results on standard output, everything else on standard error.

Text from outside, such as a file's name or what a stranger's recipe says, goes through `printable` on the way.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.markup import escape

from pinxit.errors import printable


def say(text: object) -> None:
    """Print a line on standard output."""
    print(printable(str(text)))  # noqa: T201


def warn(sentence: str) -> None:
    """Print a sentence on standard error."""
    print(f"pinxit: {printable(sentence)}", file=sys.stderr)  # noqa: T201


def say_written(path: Path) -> None:
    """Print a file's path and its length."""
    length = path.stat().st_size
    say(f"{path} ({length / 2**20:.1f} MB)" if length >= 2**20 / 10 else f"{path} ({length / 2**10:.0f} kB)")


def cell(text: str) -> str:
    """Return a text for one of rich's tables or bars, with nothing in it read as markup."""
    return escape(printable(text))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 texture, 2 textures."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
