"""`PinxitError`, the one exception that pinxit raises on purpose, and how text from outside is shown."""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
"""Invisible characters that some languages and emoji need."""


def printable(text: str) -> str:
    """Return text from outside so that it is safe to print.

    Line breaks, terminal codes, bidirectional overrides and undecodable bytes become escapes, such as `\\x1b` for ESC.
    """
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)


class PinxitError(Exception):
    """A mistake that a person can correct: one sentence that says what is wrong and what to do.

    The command line prints the sentence and exits with 2; a caller of the library may show it unchanged. It holds no line
    breaks or terminal codes, whatever names of files stand in it.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))
