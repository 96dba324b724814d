"""The one exception that pinxit raises on purpose."""

from __future__ import annotations


class PinxitError(Exception):
    """Something a person can put right: one sentence that says what is wrong and what to do.

    The command line prints the sentence and exits with 2; a library's caller may show it as it stands.
    """
