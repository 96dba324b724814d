"""CONTRIBUTING's writing rules, as far as a program can check them: these words do not return."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTEAD = {
    "told": "described, passed, reported",
    "heed|heeds": "follow, respect",
    "whoever|whomever|whosoever": "the caller, the client, the user",
    "whence|thence|hither|thither": "from which",
    "lively|liven|livened|livelier": "contrast, detail",
    "easel|staff|crew|seat": "form, supervisor, scheduler, process",
    "nobody|somebody": "no client, another process",
    "in the manner of": "in the style of",
}
# Where a word is a name that is stored or typed, or is quoted.
ALLOWED = {"CONTRIBUTING.md", "CHANGELOG.md"}


@pytest.mark.parametrize("words", INSTEAD)
def test_private_metaphors_do_not_return(words: str) -> None:
    pattern = re.compile(rf"\b({words})\b", re.IGNORECASE)
    files = [
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*.py"),
        *ROOT.glob("*.md"),
    ]
    assert len(files) > 300
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file in files
        if file.name not in ALLOWED
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found, f"say {INSTEAD[words]}:\n" + "\n".join(found)
