"""Steps on the page Paint that several journeys share."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

STYLES = "Swirl", "Mosaic", "Waves"


def take_sample(page: Page, photograph: str = "Coffee", style: str = "Waves") -> None:
    """Choose a sample and a style, and wait for the network's preview."""
    page.goto("/paint")
    page.get_by_role("region", name="Easel").get_by_role("button", name=f"Use {photograph}").click()
    with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok):
        page.get_by_role("button", name=f"Use {style}").click()
    expect(page.get_by_alt_text("Preview by the network")).to_be_visible()


def change_setting(page: Page, name: str, value: str) -> None:
    """Change one of the settings under Every setting, which must be open."""
    field = page.get_by_role("group", name=re.compile("Options|Schedule")).get_by_label(name, exact=True)
    field.fill(value)
    field.press("Tab")


def stored_form(page: Page) -> dict[str, Any]:
    """Return what the browser remembers of the page Paint."""
    form: dict[str, Any] = page.evaluate("JSON.parse(localStorage['pinxit.easel'] ?? '{}')")
    return form


def is_in_view(page: Page, element: Locator) -> bool:
    """Whether the middle of an element is on the screen, and nothing else lies over it."""
    seen: bool = element.evaluate(
        """element => {
            const box = element.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return top !== null && (element.contains(top) || (top.closest("figure, label")?.contains(element) ?? false));
        }"""
    )
    return seen
