"""The how-to pages of the documentation, which are installed with the package, as text for a terminal."""

from __future__ import annotations

import re
from pathlib import Path

from pinxit.errors import PinxitError

_PACKAGE = Path(__file__).parent.parent
_PICTURE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n+", re.MULTILINE)
# `[text](target#anchor)` whose target is another file of the documentation.
_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)([^)#]*)#?([^)]*)\)")


def names() -> list[str]:
    """Return the pages' names in alphabetical order."""
    return sorted(path.stem for path in _folder().glob("*.md") if path.stem != "index")


def read(name: str) -> str:
    """Return a page in Markdown, without pictures; links to other pages become the commands that show them.

    Raises:
        PinxitError: if there is no page of that name.
    """
    if name not in names():
        raise PinxitError(f"there is no page {name!r}; `pinxit help` lists them.")
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    return _LINK.sub(_as_command, _PICTURE.sub("", text)).strip()


def subject(name: str) -> str:
    """Return what a page is about: its title, without the command's name before it."""
    title = read(name).partition("\n")[0].removeprefix("# ")
    return re.sub(r"^`pinxit .*?`: ", "", title)


def _folder() -> Path:
    """Return where an installed package has the pages, or where the repository does."""
    inside = _PACKAGE / "how_to"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "docs" / "how-to"


def _as_command(link: re.Match[str]) -> str:
    text, target, anchor = link.groups()
    page = Path(target)
    if page.name == "commands.md" and anchor:
        return f"{text} (`pinxit {anchor} --help`)"
    if page.name != target or page.stem not in names():
        return text
    command = f"`pinxit help {page.stem}`"
    return command if text == f"`{page.stem}`" else f"{text} ({command})"
