"""The documentation's pages and the code blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        page: the page, relative to the repository.
        line: the line of its first line in the page, from 1.
        kind: the language after the fence.
        code: its text, without the fence's indentation.
    """

    page: str
    line: int
    kind: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(kind: str) -> Iterator[Block]:
    """Yield all blocks of a language."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in _FENCE.finditer(text):
            if found["kind"] == kind:
                code = "".join(line.removeprefix(found["indent"]) for line in found["code"].splitlines(keepends=True))
                line = text.count("\n", 0, found.start("code")) + 1
                yield Block(str(page.relative_to(ROOT)), line, kind, code)
