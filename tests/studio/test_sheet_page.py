"""The sheet of the page Paint: several styles on one photograph, and one style on several, side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pinxit import image as pictures
from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until
from tests.studio.paint_page import stored_form

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through the page Paint in a browser")]


def previews(page: Page) -> list[str]:
    """Return the addresses of the sheet's previews that are there."""
    images = page.get_by_role("region", name="Sheet").get_by_role("listitem").locator("img")
    return [src for image in images.all() if (src := image.get_attribute("src") or "").startswith("blob:")]


def test_several_styles_are_seen_perfected_and_liked(chromium: Browser, address: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 96), mine)
    # A job that has just ended has no preview any more, and the page may just be asking for it.
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/paint")
        page.get_by_label("Drop a photograph here").set_input_files(mine)
        page.get_by_role("button", name="Use Swirl").click()
        expect(page.get_by_role("radio", name="A sheet")).to_have_count(0)
        page.get_by_role("button", name="Use Waves").click()
        page.get_by_role("radio", name="Instant").check(force=True)
        page.get_by_role("radio", name="A sheet").check(force=True)
        wait_until(page, lambda: len(set(previews(page))) == 2)
        check_accessible(page, "sheet")
        # Styles of a sheet have neither shares nor places.
        expect(page.get_by_role("slider", name="Share of Swirl")).to_have_count(0)

        page.get_by_role("button", name="Show Waves large").click()
        dialog = page.get_by_role("dialog", name="Waves")
        expect(dialog.get_by_role("button", name="♥ Like it")).to_be_enabled()
        dialog.get_by_role("button", name="♥ Like it").click()
        wait_until(page, lambda: len(page.request.get("/api/v1/taste").json()["liked"]) == 1)
        dialog.get_by_role("button", name="Perfect it").click()
        expect(dialog.get_by_text("Finished")).to_be_visible()
        # The finished painting takes the preview's place, and is liked like any other picture.
        expect(dialog.get_by_role("button", name="Like Waves", exact=True)).to_be_visible()
        dialog.get_by_role("button", name="Close").click()

        page.get_by_role("button", name="Paint all 2").click()
        expect(page.get_by_text("paintings are queued")).to_be_visible()
        expect(page.get_by_role("button", name="Show Swirl large, Finished")).to_be_visible()
        results = page.request.get("/api/v1/results").json()["results"]
        assert {"house:swirl", "house:waves"} <= {style for result in results for style in result["styles"]}
        assert all(len(result["styles"]) == 1 for result in results)

        # One of them alone, and back.
        page.get_by_role("button", name="Show Swirl large").click()
        page.get_by_role("button", name="Work on this one alone").click()
        expect(page.get_by_role("region", name="Sheet")).to_have_count(0)
        assert [style["name"] for style in stored_form(page)["styles"]] == ["house:swirl"]
        page.keyboard.press("Control+z")
        expect(page.get_by_role("button", name="Show Waves large")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Show Waves large, Finished")).to_be_visible()


def test_one_style_on_several_photographs(chromium: Browser, address: str, tmp_path: Path) -> None:
    paths = [tmp_path / "cup.png", tmp_path / "rocket.png"]
    for path, name in zip(paths, ("coffee", "rocket"), strict=True):
        pictures.write(pictures.fit(pictures.sample(name), 96), path)
    with visit(chromium, address) as page:
        page.goto("/paint")
        page.get_by_label("Drop a photograph here").set_input_files(paths)
        expect(page.get_by_role("button", name="Show rocket")).to_be_visible()
        page.get_by_role("button", name="Use Mosaic").click()
        page.get_by_role("radio", name="A sheet").check(force=True)
        for name in ("cup", "rocket"):
            expect(page.get_by_role("button", name=f"Show {name} large")).to_be_visible()
        wait_until(page, lambda: len(set(previews(page))) == 2)
        page.get_by_role("button", name="Use Swirl").click()
        expect(page.get_by_role("button", name="Show rocket · Swirl large")).to_be_visible()
        expect(page.get_by_role("button", name="Paint all 4")).to_be_visible()
