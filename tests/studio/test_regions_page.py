"""Regions in a real browser: shown, swapped by clicks and by keys, painted, and reset when the regions change."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.studio.chromium import AXE, REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through whole pages in a browser, which paint")]

ASKED = re.compile(r"/api/v1/correspondence$")


def show_regions(page: Page, *styles: str, **settings: Any) -> dict[str, Any]:
    """Open the paint page with the cat, styles and their regions; return the studio's correspondence."""
    easel = {
        "content": {"name": "sample:cat", "sha256": "", "bytes": 0},
        "styles": [{"name": name, "sha256": "", "bytes": 0, "share": 1} for name in styles or ("sample:coffee",)],
        "preset": "standard",
        "settings": {"size": 96, "coarsest": 96, "iterations": [3], "faces": "style", **settings},
    }
    page.add_init_script(f"localStorage['pinxit.easel'] ??= {json.dumps(json.dumps(easel))}")
    page.goto("/paint")
    with page.expect_response(ASKED) as answer:
        page.get_by_role("button", name="Paint by regions").click()
    found: dict[str, Any] = answer.value.json()
    expect(ours(page, 0)).to_be_visible()
    return found


def ours(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Region {number} of the photograph, \d+ % of it"))


def theirs(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Region {number} of (Coffee|Rocket), for region"))


def assignment(page: Page) -> str | None:
    """Return the setting `assignment` as the page has stored it."""
    chosen: str | None = page.evaluate("JSON.parse(localStorage['pinxit.easel']).settings.assignment ?? null")
    return chosen


def text(regions: list[list[int]]) -> str:
    return ",".join("+".join(map(str, one)) for one in regions)


def test_a_region_is_swapped_and_painted_so(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        found = show_regions(page)
        wanted = [list(one) for one in found["assignment"]]
        numbers = {number for row in found["styles"][0] for number in row}
        ours(page, 1).click()
        expect(ours(page, 1)).to_have_attribute("aria-pressed", "true")
        for number in numbers:
            pressed = str(number in wanted[1]).lower()
            expect(theirs(page, number)).to_have_attribute("aria-pressed", pressed)

        other = min(numbers - set(wanted[1]))
        theirs(page, other).click()
        for number in wanted[1]:
            theirs(page, number).click()
        wanted[1] = [other]
        expect(page.get_by_text(f"Region 1 of the photograph is painted as {other}.")).to_be_visible()
        assert assignment(page) == text(wanted)
        # The last region cannot be removed.
        theirs(page, other).click()
        expect(page.get_by_text("It needs at least one")).to_be_visible()
        assert assignment(page) == text(wanted)

        page.get_by_role("button", name="Perfect it").click()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()
        (result,) = page.request.get("/api/v1/results?limit=1").json()["results"]
        recipe = page.request.get(f"/api/v1/results/{result['id']}/recipe").json()
        assert recipe["assignment"] == wanted
        assert recipe["match"] == "regions"

        # After a reload the choice is still there, and can be undone.
        page.reload()
        page.get_by_role("radio", name="Regions").check(force=True)
        ours(page, 1).click()
        expect(theirs(page, other)).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Back to what was found").click()
        expect(theirs(page, found["assignment"][1][0])).to_have_attribute("aria-pressed", "true")
        assert assignment(page) is None
        expect(page.get_by_role("button", name="Back to what was found")).to_be_disabled()


def test_a_region_is_refined_by_the_brush_and_painted_so(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        found = show_regions(page)
        ours(page, 1).click()
        page.get_by_role("button", name="Refine region 1…").click()
        canvas = page.get_by_role("application")
        page.get_by_role("switch", name="Follow edges").uncheck()
        with page.expect_response(ASKED) as answer:
            canvas.click()
        changed = answer.value.json()
        middle = changed["content"][len(changed["content"]) // 2][len(changed["content"][0]) // 2]
        assert middle == 1
        assert len(changed["assignment"]) == len(found["assignment"])
        # Undone within the editor, not on the page; and what is painted as what stays as it was.
        before = page.evaluate("JSON.parse(localStorage['pinxit.easel']).regionMap.sha256")
        with page.expect_response(ASKED):
            page.keyboard.press("Control+z")
        assert page.evaluate("JSON.parse(localStorage['pinxit.easel']).regionMap.sha256") != before
        with page.expect_response(ASKED):
            page.keyboard.press("Control+Shift+z")
        assert assignment(page) == text(found["assignment"])
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Refine region 1…")).to_be_visible()
        expect(page.get_by_text("The regions have changed")).to_have_count(0)

        page.get_by_role("button", name="Perfect it").click()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()
        (result,) = page.request.get("/api/v1/results?limit=1").json()["results"]
        assert page.request.get(f"/api/v1/results/{result['id']}/recipe").json()["region_map"]["sha256"] == before
        page.get_by_role("radio", name="Regions").check(force=True)
        with page.expect_response(ASKED) as answer:
            page.get_by_role("button", name="Back to what was found").click()
        assert answer.value.json()["content"] == found["content"]
        assert assignment(page) is None


def test_a_click_anywhere_in_a_region_is_one_on_it(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        found = show_regions(page, size=256)
        grid = found["content"]
        rows, columns = len(grid), len(grid[0])
        chosen = page.get_by_role("button", pressed=True, name=re.compile("of the photograph,")).inner_text()
        box = page.get_by_role("img", name="Cat").bounding_box()
        assert box is not None

        def on_picture(x: int, y: int) -> bool:
            """Return whether the picture is visible there, not a button."""
            at = [box["x"] + (x + 0.5) / columns * box["width"], box["y"] + (y + 0.5) / rows * box["height"]]
            seen: str = page.evaluate("([x, y]) => document.elementFromPoint(x, y).tagName", at)
            return seen == "CANVAS"

        # A cell surrounded by its own region, which is not the one that is chosen at first.
        y, x = next(
            (y, x)
            for y in range(1, rows - 1)
            for x in range(1, columns - 1)
            if str(grid[y][x]) != chosen
            and {grid[y + i][x + j] for i in (-1, 0, 1) for j in (-1, 0, 1)} == {grid[y][x]}
            and on_picture(x, y)
        )
        page.mouse.click(box["x"] + (x + 0.5) / columns * box["width"], box["y"] + (y + 0.5) / rows * box["height"])
        expect(ours(page, grid[y][x])).to_have_attribute("aria-pressed", "true")


def test_it_works_by_keys_and_is_accessible(chromium: Browser, address: str) -> None:
    if not AXE.is_file():
        pytest.skip("there is no axe-core: make page")
    with visit(chromium, address) as page:
        found = show_regions(page, "sample:coffee", "sample:rocket")
        last = max(number for row in found["styles"][1] for number in row)
        ours(page, 0).focus()
        page.keyboard.press("Enter")
        expect(ours(page, 0)).to_have_attribute("aria-pressed", "true")
        before = theirs(page, last).get_attribute("aria-pressed")
        theirs(page, last).focus()
        page.keyboard.press(" ")
        after = "false" if before == "true" else "true"
        expect(theirs(page, last)).to_have_attribute("aria-pressed", after)
        expect(theirs(page, last)).to_be_focused()
        assert assignment(page) is not None
        check_accessible(page, dark_too=True)


def test_an_assignment_for_other_regions_is_reset(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        found = show_regions(page)

        def swap() -> None:
            number = min({number for row in found["styles"][0] for number in row} - set(found["assignment"][0]))
            ours(page, 0).click()
            theirs(page, number).click()
            assert assignment(page) is not None

        swap()
        # Settings that do not change the regions leave it alone.
        page.get_by_role("slider", name="Strength").press("ArrowLeft")
        assert assignment(page) is not None
        with page.expect_response(ASKED) as answer:
            page.get_by_role("button", name="Use Rocket").or_(page.get_by_text("Photographs")).first.click()
            page.get_by_role("button", name="Use Rocket").click()
        found = answer.value.json()
        expect(page.get_by_text("The regions have changed")).to_be_visible()
        assert assignment(page) is None
        assert len(found["styles"]) == 2

        # Without regions there must be no assignment, which the studio would refuse.
        swap()
        page.get_by_role("button", name="Paint by regions").click()
        expect(page.get_by_role("radio", name="Regions")).to_have_count(0)
        expect(page.get_by_role("button", name="Paint by regions")).to_have_attribute("aria-pressed", "false")
        wait_until(page, lambda: assignment(page) is None)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_on_a_telephone(chromium: Browser, address: str, language: str) -> None:
    with visit(chromium, address, language=language, width=390, height=844) as page:
        easel = {
            "content": {"name": "sample:cat", "sha256": "", "bytes": 0},
            "styles": [{"name": "sample:coffee", "sha256": "", "bytes": 0, "share": 1}],
            "settings": {"size": 96, "match": "regions"},
        }
        page.add_init_script(f"localStorage['pinxit.easel'] ??= {json.dumps(json.dumps(easel))}")
        page.goto("/paint")
        page.get_by_role("radio", name=re.compile("Regions|区域")).check(force=True)
        expect(page.locator(".map button").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for picture in page.locator(".map").all():
            box = picture.bounding_box()
            assert box is not None
            assert box["width"] > 200
        if language == "zh-CN":
            assert not re.search(r"[A-Za-z]{4}", page.locator(".regions").inner_text())
