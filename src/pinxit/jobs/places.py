"""Sentences for people elsewhere: they tell no places on this machine."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

# An absolute path, in quotes or up to the next blank; `JPEG/PNG`, `1/2` and `https://…` are none.
_PLACE = re.compile(
    r"""(['"])(?:[A-Za-z]:)?[/\\](?:(?!\1).)*\1"""
    r"""|(?<![\w/\\.:])(?:[A-Za-z]:\\|~?/)[^\s'",;()\[\]]*[^\s'",;()\[\].:…]"""
)


def without_places(sentence: str, roots: Iterable[Path] = (), names: Mapping[str, str] | None = None) -> str:
    """Return a sentence with the names of files instead of their paths.

    Args:
        sentence: what a person is to read.
        roots: folders that are to be recognised even where their paths have blanks.
        names: by the SHA-256 of stored files, what people call them; what has none is `the file`.
    """
    known = {str(root) for root in (*roots, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix))}
    for root in sorted(known, key=len, reverse=True):
        if root not in ("/", ".", ""):
            sentence = sentence.replace(root, "/place")
    return _PLACE.sub(lambda found: (names or {}).get(PurePath(found[0].strip("'\"")).stem, "the file"), sentence)
