"""The style shelf: stars, tags, search, and details of paintings, kept by the studio for every browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through the page Paint in a browser")]


def entries(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = page.request.get("/api/v1/shelf").json()["entries"]
    return found


def test_styles_are_starred_tagged_found_and_cut(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/paint")
        # By keys: S is the star.
        page.get_by_role("button", name="Use Swirl").focus()
        page.keyboard.press("s")
        expect(page.get_by_role("button", name="Swirl is a favourite")).to_be_attached()
        page.get_by_role("button", name="Use Mosaic").click()
        page.get_by_role("button", name="Look at Mosaic").click()
        dialog = page.get_by_role("dialog", name="Mosaic")
        dialog.get_by_label("Tags").fill("small stones, sea")
        dialog.get_by_role("button", name="Save").click()
        wait_until(page, lambda: len(entries(page)) == 2)
        check_accessible(page, "style")

        dialog.get_by_role("button", name="Take a detail…").click()
        frame = dialog.get_by_role("group", name="Frame of the detail")
        expect(frame).to_be_visible()
        before = frame.bounding_box()
        frame.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowDown")
        after = frame.bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] < before["x"]
        assert after["height"] > before["height"]
        # A corner, by the mouse.
        page.mouse.move(after["x"] + after["width"], after["y"] + after["height"])
        page.mouse.down()
        page.mouse.move(after["x"] + after["width"] * 0.8, after["y"] + after["height"] * 0.6)
        page.mouse.up()
        smaller = frame.bounding_box()
        assert smaller is not None
        assert abs(smaller["width"] - after["width"] * 0.8) < 4
        dialog.get_by_role("button", name="Use this detail as a style").click()
        expect(page.get_by_role("button", name="Use Mosaic detail")).to_have_attribute("aria-pressed", "true")
        detail = next(one["picture"] for one in entries(page) if one["own"])
        assert isinstance(detail, dict)
        about = page.request.get(f"/api/v1/files/{detail['sha256']}/about").json()
        assert abs(about["width"] / about["height"] - smaller["width"] / smaller["height"]) < 0.02

    # Another browser finds them, by title and by tag.
    with visit(chromium, address) as page:
        page.goto("/paint")
        search = page.get_by_role("searchbox", name="Search styles and tags")
        search.fill("stone")
        tiles = page.get_by_role("button", name="Use ")
        expect(page.get_by_role("button", name="Use Mosaic", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Use Swirl")).to_have_count(0)
        search.fill("no such style")
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
        search.fill("")
        page.get_by_role("group", name="Tags").get_by_role("button", name="sea").click()
        expect(page.get_by_role("button", name="Use Mosaic", exact=True)).to_be_visible()
        page.get_by_role("group", name="Tags").get_by_role("button", name="sea").click()
        page.get_by_role("radio", name="Favourites").check(force=True)
        expect(page.get_by_role("button", name="Use Swirl")).to_be_visible()
        assert tiles.count() >= 1

        # What is removed comes back.
        page.get_by_role("radio", name="Your own").check(force=True)
        page.get_by_role("button", name="Use Mosaic detail").click()
        page.get_by_role("button", name="Look at Mosaic detail").click()
        page.get_by_role("button", name="Remove from your own").click()
        expect(page.get_by_role("button", name="Use Mosaic detail")).to_have_count(0)
        page.get_by_role("button", name="Undo the last change of the shelf").click()
        expect(page.get_by_role("button", name="Use Mosaic detail")).to_be_visible()
