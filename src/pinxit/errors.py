"""The one exception that pinxit raises on purpose, and how text from outside is shown."""

from __future__ import annotations

_JOINERS = "\u200c\u200d"
"""Invisible, but words of some languages and emoji are spelt with them."""


def printable(text: str) -> str:
    """Text from outside, safe to print: line breaks, terminal codes, bidirectional overrides and bytes that are no text are
    shown as escapes, `\\x1b` for ESC."""
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)


class PinxitError(Exception):
    """Something a person can put right: one sentence that says what is wrong and what to do.

    The command line prints the sentence and exits with 2; a library's caller may show it as it stands.

    Whatever stands in it, a file's name above all, is shown without its line breaks and terminal codes.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))
