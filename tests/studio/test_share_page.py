"""The page to share: it holds everything, loads nothing, and escapes all texts."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.jobs.results import Result
from pinxit.studio.share_page import SharedPicture, render_share_page
from tests.studio.chromium import CHROMIUM, open_chromium

PAINTED, BEFORE = SharedPicture("image/png", b"painted"), SharedPicture("image/webp", b"before")
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)> ${style} $script"


class Elements(HTMLParser):
    """The tags of a page with their attributes, and the texts of its scripts and styles."""

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
    ("painted", "before"), [(PAINTED, BEFORE), (PAINTED, None), (SharedPicture("video/mp4", b"film"), None)]
)
def test_all_is_inside_and_nothing_runs_but_its_own(painted: SharedPicture, before: SharedPicture | None) -> None:
    elements = Elements(render_share_page(result(recipe={"title": HOSTILE}), painted, before))
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
    assert shown == [one.data_uri for one in (painted, before) if one is not None]


def test_styles_have_names_that_people_give_them() -> None:
    page = render_share_page(
        result(styles=("house:swirl", "sample:cat", "old wall.jpg", "swirl.pinxit")), PAINTED, None
    )
    assert "Swirl, Cat, old wall, swirl" in page
    assert "house:" not in page


def test_without_a_recipe_there_is_none() -> None:
    assert "<details>" in render_share_page(result(recipe={"size": 1}), PAINTED, None)
    assert "<details>" not in render_share_page(result(), PAINTED, None)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium")
@pytest.mark.parametrize("shape", [(256, 170), (120, 256)], ids=["wide", "tall"])
def test_a_small_result_is_shown_large_and_in_its_shape(tmp_path: Path, shape: tuple[int, int]) -> None:
    width, height = shape
    picture = pictures.to_bytes(pictures.from_array(np.full((height, width, 3), 0.5, np.float32)))
    page_file = tmp_path / "shared.html"
    page_file.write_text(render_share_page(result(), SharedPicture("image/png", picture), None), encoding="utf-8")
    with open_chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(page_file.as_uri())
        image = page.locator("figure img")
        box = image.bounding_box()
        assert box is not None
        assert max(box["width"], box["height"]) >= 500
        assert box["height"] <= 0.83 * 800
        assert image.evaluate("image => getComputedStyle(image).objectFit") == "contain"
