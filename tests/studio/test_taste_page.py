"""Taste in the browser: hearts and crosses on styles and results, their order, and the page with the profile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="rates pictures in a browser, which measures them")]


def paint(page: Page, style: str) -> dict[str, Any]:
    """Paint a small picture by the network, and return its result."""
    order = {
        "work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": f"house:{style}"}],
        "engine": "network", "size": 160,
    }  # fmt: skip
    job = page.request.post("/api/v1/jobs", data={"order": order}).json()["id"]
    wait_until(page, lambda: page.request.get(f"/api/v1/jobs/{job}").json()["state"] == "succeeded")
    result: dict[str, Any] = page.request.get(f"/api/v1/results/{job}").json()
    return result


def test_what_is_rated_puts_styles_and_results_in_order(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/taste")
        expect(page.get_by_text("Nothing is rated yet.")).to_be_visible()
        check_accessible(page, "nothing rated")
        page.get_by_role("button", name="Like Weave", exact=True).first.click()
        expect(page.get_by_text(re.compile("You like 1 and dislike 0.*Weave.*closest"))).to_be_visible()

        # On a style, by the keyboard.
        page.goto("/themes")
        tile = page.get_by_role("button", name="Use Ink wash")
        with page.expect_response(lambda answer: answer.url.endswith("/taste/ratings") and answer.ok):
            tile.press("d")
        tiles = page.get_by_role("button", name=re.compile("^Use "))
        assert tiles.first.get_attribute("aria-label") == "Use Swirl"
        page.get_by_label("Order by taste").check()
        wait_until(page, lambda: tiles.first.get_attribute("aria-label") == "Use Weave")
        assert tiles.last.get_attribute("aria-label") == "Use Ink wash"

        # A theme of what suits best.
        page.get_by_role("button", name="Choose by taste").click()
        expect(page.get_by_role("list", name="Chosen styles").get_by_text("Weave")).to_be_visible()

        # Results: the newest is the one that is disliked.
        for style in ("weave", "ink"):
            paint(page, style)
        page.goto("/gallery")
        cards = page.get_by_role("listitem").filter(has=page.get_by_role("button", name=re.compile("^Keep ")))
        expect(cards).to_have_count(2)
        expect(cards.first).to_contain_text("Ink wash")
        cards.first.hover()
        with page.expect_response(lambda answer: answer.url.endswith("/taste/ratings") and answer.ok):
            cards.first.get_by_role("button", name="Dislike Cat · Ink wash").click()
        page.get_by_label("Order").select_option("taste")
        expect(cards.first).to_contain_text("Weave")
        check_accessible(page, "gallery")

        # The profile can be changed and deleted.
        page.goto("/taste")
        expect(page.get_by_text(re.compile("You like 1 and dislike 2"))).to_be_visible()
        check_accessible(page, "taste")
        page.get_by_role("button", name="Remove Weave").click()
        expect(page.get_by_text(re.compile("You like 0 and dislike 2"))).to_be_visible()
        page.get_by_role("button", name="Delete the taste…").click()
        page.get_by_role("button", name="Delete all ratings?").click()
        expect(page.get_by_text("Nothing is rated yet.")).to_be_visible()
        assert page.request.get("/api/v1/taste").json() == {"liked": [], "disliked": []}
