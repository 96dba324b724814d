"""The site that `make docs-site` built: whole, in two languages, and without anything from another host.

The build itself is strict about links between pages. These tests read the HTML that came of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pinxit import __all__ as public_names
from pinxit.cli.main import COMMANDS
from pinxit.recipe.recipe import Settings

SITE = Path(__file__).parents[2] / "build" / "site"
pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="no site here: make docs-site builds it")

# What a browser loads by itself, unlike a link that a reader may follow.
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("link", "href")}
LOADING_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "prefetch", "manifest", "modulepreload"}


class Page(HTMLParser):
    """The links, anchors and loaded files of a page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.styles: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        self.styles.append(values.get("style", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        for name, value in values.items():
            kinds = set(values.get("rel", "").split())
            if (tag, name) in LOADED and (tag != "link" or kinds & LOADING_LINKS):
                self.loaded.append(value)


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    return {file: Page(file) for file in sorted(SITE.rglob("*.html"))}


def target_of(page: Path, link: str) -> Path:
    path = unquote(urlsplit(link).path)
    target = SITE / path.removeprefix("/") if path.startswith("/") else page.parent / path
    return (target / "index.html" if target.is_dir() else target).resolve()


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert len(pages) > 80
    foreign = [
        f"{file.relative_to(SITE)}: {address}"
        for file, page in pages.items()
        for address in [*page.loaded, *(style for style in page.styles if "url(" in style)]
        if urlsplit(address).netloc or "//" in address
    ]
    assert not foreign, "\n".join(foreign)


def test_styles_load_nothing_from_elsewhere() -> None:
    sheets = list(SITE.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        found = re.findall(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)", sheet.read_text(encoding="utf-8"))
        assert not found, (sheet, found)


def test_no_analytics(pages: dict[Path, Page]) -> None:
    for file in pages:
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"google-analytics|googletagmanager|fonts\.g(oogleapis|static)|unpkg|jsdelivr|cdnjs", text
        ), file


def broken(pages: dict[Path, Page]) -> Iterator[str]:
    resolved = {file.resolve(): page for file, page in pages.items()}
    for file, page in pages.items():
        if file.name == "404.html":
            continue  # its links are absolute, for a site at the root of its host
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = target_of(file, link) if parts.path else file.resolve()
            if not target.exists():
                yield f"{file.relative_to(SITE)}: {link} leads nowhere"
            elif parts.fragment and target in resolved:
                anchor = unquote(parts.fragment)
                if anchor not in resolved[target].anchors and not anchor.startswith("__"):
                    yield f"{file.relative_to(SITE)}: {link} has no such anchor"


def test_no_link_is_broken(pages: dict[Path, Page]) -> None:
    assert sum(len(page.links) for page in pages.values()) > 5000
    assert not (found := list(broken(pages))), "\n".join(found[:40])


@pytest.mark.parametrize("language", ["", "zh/"])
def test_the_search_index_finds_pages(language: str) -> None:
    index = json.loads((SITE / "search" / "search_index.json").read_text(encoding="utf-8"))
    entries = [entry for entry in index["docs"] if entry["location"].startswith("zh/") == bool(language)]
    text = " ".join(entry["text"] for entry in entries)
    assert ("纹理" if language else "hypercolumn") in text
    assert any(entry["location"].startswith(f"{language}tutorials/portrait/") for entry in entries)


@pytest.mark.parametrize("page", ["", "start/", "tutorials/portrait/", "tutorials/network/"])
def test_both_languages(page: str) -> None:
    english = (SITE / page / "index.html").read_text(encoding="utf-8")
    chinese = (SITE / "zh" / page / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in english
    assert '<html lang="zh"' in chinese
    body = chinese.partition("<article")[2].partition("</article>")[0]
    assert len(re.findall(r"[\u4e00-\u9fff]", body)) > 200


def test_the_references_name_everything() -> None:
    def page(name: str) -> Page:
        return Page(SITE / "reference" / name / "index.html")

    assert set(COMMANDS) <= page("commands").anchors
    assert set(Settings.model_fields) <= page("settings").anchors
    documented = {anchor.rpartition(".")[2] for anchor in page("library").anchors}
    assert set(public_names) - {"__version__"} <= documented
    api = (SITE / "reference" / "http-api" / "index.html").read_text(encoding="utf-8")
    assert "/api/v1/jobs/{id}" in api
    assert "schema-jobrecord" in api


def test_equations_are_mathml(pages: dict[Path, Page]) -> None:
    text = (SITE / "explanation" / "objective" / "index.html").read_text(encoding="utf-8")
    assert text.count("<math ") > 40
    assert "arithmatex" not in text
    # What the converter does not know it leaves as it is.
    for page in pages:
        equations = re.findall(r"<math .*?</math>", page.read_text(encoding="utf-8"), re.DOTALL)
        assert not [equation for equation in equations if "\\" in equation], page
