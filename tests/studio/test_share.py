"""The page to give away: everything inside it, nothing from elsewhere, nothing of what it names taken for markup."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from pinxit.jobs.results import Result
from pinxit.studio.share import Shown, page

PAINTED, BEFORE = Shown("image/png", b"painted"), Shown("image/webp", b"before")
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)> ${style} $script"


class Elements(HTMLParser):
    """What a browser finds in a page: tags with their attributes, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.within: dict[str, str] = {}
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._tag = tag

    def handle_data(self, data: str) -> None:
        if self._tag in ("script", "style", "title"):
            self.within[self._tag] = self.within.get(self._tag, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""


def result(**changes: object) -> Result:
    return Result.model_validate({"id": "x", "work": "stylize", "title": HOSTILE, "styles": (HOSTILE,), **changes})


@pytest.mark.parametrize(
    ("painted", "before"), [(PAINTED, BEFORE), (PAINTED, None), (Shown("video/mp4", b"film"), None)]
)
def test_all_is_inside_and_nothing_runs_but_its_own(painted: Shown, before: Shown | None) -> None:
    elements = Elements(page(result(recipe={"title": HOSTILE}), painted, before))
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 1
    assert elements.within["title"] == HOSTILE
    for _, attributes in elements.found:
        assert not any(name.startswith("on") or name in ("style", "href") for name in attributes)
        assert (attributes.get("src") or "data:").startswith("data:")
    (policy,) = [
        attributes["content"] or "" for _, attributes in elements.found if attributes.get("http-equiv") is not None
    ]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(elements.within[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert ("input" in tags) == (before is not None)
    shown = [attributes["src"] for tag, attributes in elements.found if tag in ("img", "video")]
    assert shown == [one.uri for one in (painted, before) if one is not None]


def test_without_a_recipe_there_is_none() -> None:
    assert "<details>" in page(result(recipe={"size": 1}), PAINTED, None)
    assert "<details>" not in page(result(), PAINTED, None)
