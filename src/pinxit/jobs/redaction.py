"""Remove paths of this machine from sentences that leave it."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

# An absolute path, in quotes or up to the next blank; not `JPEG/PNG`, `1/2` or `https://…`.
_PLACE = re.compile(
    r"""(['"])(?:[A-Za-z]:)?[/\\](?:(?!\1).)*\1"""
    r"""|(?<![\w/\\.:])(?:[A-Za-z]:\\|~?/)[^\s'",;()\[\]]*[^\s'",;()\[\].:…]"""
)


def redact_paths(sentence: str, roots: Iterable[Path] = (), names: Mapping[str, str] | None = None) -> str:
    """Return a sentence with the names of files instead of their paths.

    Args:
        sentence: a sentence for a person.
        roots: folders to recognise even if their paths contain blanks.
        names: names of stored files by their SHA-256; others become `the file`.
    """
    known = {str(root) for root in (*roots, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix))}
    for root in sorted(known, key=len, reverse=True):
        if root not in ("/", ".", ""):
            sentence = sentence.replace(root, "/place")
    return _PLACE.sub(lambda found: (names or {}).get(PurePath(found[0].strip("'\"")).stem, "the file"), sentence)
