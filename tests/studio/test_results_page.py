"""Many results in the gallery, some side by side, and the attempts with one photograph as a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pinxit.jobs.files import Files
from pinxit.jobs.results import Result, ResultFile, write
from tests.studio.api_client import noise_png
from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until
from tests.studio.studio_process import run_studio_command

pytestmark = REQUIRES_CHROMIUM

MANY = 300
CAT = {"name": "sample:cat", "sha256": "", "bytes": 0}


def add_result(home: Path, number: int, **recipe: object) -> Result:
    """Write a painting with a small picture of its own into a home folder, made `number` minutes after midnight."""
    style = {"name": "house:swirl", "sha256": "", "bytes": 0, "share": 1.0}
    facts = {"kind": "picture", "media": "image/png", "width": 64, "height": 48}
    with Files(home / "files").new() as incoming:
        incoming.write(noise_png(seed=number))
        file, _ = incoming.commit(f"{number}.png", facts)
    chosen = {"content": {"name": "sample:cat"}, "styles": [style], "preset": "standard", **recipe}
    result = Result(
        id=f"r{number}",
        work="stylize",
        title=f"result {number}",
        made=f"2026-01-01T{number // 60:02}:{number % 60:02}:00+00:00",
        styles=tuple(str(style["name"]) for style in chosen["styles"]),  # type: ignore[attr-defined]
        bytes=file.bytes,
        cover=file.id,
        files=(ResultFile.of(file, "picture"),),
        recipe=chosen,
    )
    write(home / "results", result)
    return result


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write many results of other photographs, and five attempts with one, the newest."""
    home = tmp_path_factory.mktemp("studio") / "home"
    (home / "results").mkdir(parents=True)
    for number in range(MANY):
        add_result(home, number, content={"name": f"{number}.png", "sha256": "", "bytes": 0})
    mosaic = [{"name": "house:mosaic", "sha256": "", "bytes": 0, "share": 1.0}]
    add_result(home, MANY, content=CAT)
    mosaics = add_result(home, MANY + 1, content=CAT, styles=mosaic)
    add_result(home, MANY + 2, content=CAT, strength=0.5)
    add_result(home, MANY + 3, content=CAT, styles=mosaic, preset="draft", init="picture",
               init_picture={"name": "x.png", "sha256": mosaics.cover, "bytes": 1})  # fmt: skip
    add_result(home, MANY + 4, content=CAT, styles=mosaic, preset="draft", init="picture", size=300,
               init_picture={"name": "x.png", "sha256": mosaics.cover, "bytes": 1})  # fmt: skip
    return home


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with run_studio_command(home) as address:
        yield address


def cards(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("listitem")


def card(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"result {number}", exact=True)


@pytest.mark.slow(reason="scrolls through hundreds of results")
def test_hundreds_of_results_are_loaded_by_scrolling_and_few_are_in_the_document(
    chromium: Browser, address: str
) -> None:
    with visit(chromium, address) as page:
        page.goto("/gallery")
        expect(card(page, MANY + 4)).to_be_visible()
        page.mouse.move(640, 400)

        def scrolled_to_the_first() -> bool:
            page.mouse.wheel(0, 4000)
            return card(page, 0).count() == 1

        wait_until(page, scrolled_to_the_first)
        expect(card(page, 0)).to_be_in_viewport()
        expect(card(page, MANY + 4)).to_have_count(0)
        assert cards(page).count() < 60
        assert cards(page).last.get_attribute("aria-posinset") == str(MANY + 5)
        picture = card(page, 0).locator("img")
        wait_until(page, lambda: picture.evaluate("one => one.complete && one.naturalWidth > 0"))

        # Opening one leaves the gallery where it is, and a change of one does not lose the others.
        before = page.evaluate("scrollY")
        card(page, 0).click()
        dialog = page.get_by_role("dialog", name="result 0")
        dialog.get_by_role("button", name="Keep").click()
        dialog.get_by_role("button", name="Close").click()
        expect(page.get_by_role("button", name="Keep result 0", exact=True)).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("scrollY") == before

        # One that is deleted goes, and comes back to its place.
        card(page, 1).click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(card(page, 1)).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(card(page, 1)).to_have_count(1)


def test_a_search_answers_at_once(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/gallery")
        expect(card(page, MANY + 4)).to_be_visible()
        page.get_by_label("Search titles and styles").fill("mosaic")
        expect(cards(page)).to_have_count(3)
        page.get_by_label("Search titles and styles").fill(f"{MANY + 3}")
        expect(cards(page)).to_have_count(1)


def test_four_results_are_zoomed_as_one(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/gallery")
        page.get_by_role("button", name="Select").click()
        beside = page.get_by_role("button", name="Side by side")
        card(page, MANY).click()
        expect(beside).to_be_disabled()
        for number in (1, 2, 3):
            card(page, MANY + number).click()
        beside.click()
        dialog = page.get_by_role("dialog", name="Side by side")
        frames = dialog.get_by_role("group", name=re.compile("^result"))
        expect(frames).to_have_count(4)
        expect(dialog).to_contain_text("Strength")
        check_accessible(page, "side by side")
        frames.nth(2).focus()
        page.keyboard.press("+")
        page.keyboard.press("ArrowLeft")
        moved = [picture.evaluate("one => one.style.transform") for picture in frames.locator("img").all()]
        assert len(set(moved)) == 1
        assert "scale(1.5)" in moved[0]
        frames.nth(0).dblclick(position={"x": 30, "y": 30})
        assert "scale(1)" in frames.nth(3).locator("img").evaluate("one => one.style.transform")

        # The address shows the same again, and from one of them its own page opens.
        page.reload()
        expect(frames).to_have_count(4)
        dialog.get_by_role("button", name=f"Keep result {MANY}", exact=True).click()
        expect(dialog.get_by_role("button", name=f"Keep result {MANY}", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        dialog.get_by_role("button", name=f"result {MANY + 1}", exact=True).click()
        expect(page.get_by_role("dialog", name=f"result {MANY + 1}")).to_be_visible()
        page.go_back()
        expect(frames).to_have_count(4)


def test_the_attempts_with_a_photograph_are_a_tree(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto(f"/gallery?result=r{MANY + 4}")
        tree = page.get_by_role("region", name="Attempts with this photograph")
        rows = tree.get_by_role("listitem")
        expect(rows).to_have_count(5)
        expect(rows.nth(0)).to_contain_text("The first attempt")
        expect(rows.nth(1)).to_contain_text("Strength 1 → 0.5")
        expect(rows.nth(2)).to_contain_text("Styles Swirl → Mosaic")
        expect(rows.nth(2)).to_contain_text("from 1")
        expect(rows.nth(3)).to_contain_text("Continued from 2 · Preset Standard → Draft")
        expect(rows.nth(4).get_by_role("button", name="Show attempt 5", exact=True)).to_have_attribute(
            "aria-current", "true"
        )
        check_accessible(page, "attempts")
        rows.nth(1).get_by_role("button", name="Show attempt 3", exact=True).click()
        expect(page.get_by_role("dialog", name=f"result {MANY + 2}")).to_be_visible()
        rows.nth(2).get_by_role("button", name="Show attempt 2 beside this one").click()
        beside = page.get_by_role("dialog", name="Side by side")
        expect(beside.get_by_role("group", name=re.compile("^result"))).to_have_count(2)
        expect(beside).to_contain_text("Styles Mosaic → Swirl")

        # A photograph that was painted once has no tree.
        page.goto("/gallery?result=r5")
        expect(page.get_by_role("dialog", name="result 5")).to_be_visible()
        expect(tree).to_have_count(0)


def test_before_and_after_are_compared_in_three_ways(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto(f"/gallery?result=r{MANY}")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("slider", name="Before and after")).to_be_visible()
        dialog.get_by_role("button", name="Side by side").click()
        expect(dialog.get_by_role("group", name=re.compile("^Before: "))).to_be_visible()
        expect(dialog.get_by_role("slider", name="Before and after")).to_have_count(0)
        dialog.get_by_role("button", name=re.compile("^One at a time")).click()
        shown = dialog.get_by_role("group", name=re.compile("^Picture"))
        expect(shown).to_contain_text("After")
        shown.focus()
        page.keyboard.press("c")
        expect(shown).to_contain_text("Before")
        page.keyboard.press("c")
        expect(shown).to_contain_text("After")
        # The way is the same for the next picture.
        page.reload()
        expect(dialog.get_by_role("button", name=re.compile("^One at a time"))).to_have_attribute(
            "aria-pressed", "true"
        )
        dialog.get_by_role("button", name="Split by a line").click()
        page.keyboard.down("c")
        expect(dialog.get_by_role("slider", name="Before and after")).to_have_count(0)
        page.keyboard.up("c")
        expect(dialog.get_by_role("slider", name="Before and after")).to_have_count(1)
