"""Blind comparison in a real browser: by keys and by clicks, accessible, and on a telephone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clock import PATIENCE
from tests.studio.api_client import put_job, small_order, wait_for_state
from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit
from tests.studio.studio_process import run_studio_command

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through whole pages in a browser, which paint")]

STRENGTHS = (1.0, 0.6, 0.3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """Run a studio where nothing has been painted, and yield its address."""
    with run_studio_command(home) as address:
        yield address


def paint(address: str, **changes: Any) -> None:
    with httpx2.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        job = wait_for_state(client, put_job(client, small_order(**changes))["id"], "succeeded", "failed")
        assert job["state"] == "succeeded", job


def answered(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "answers.jsonl").read_text().splitlines()]


def wait_for_left(page: Page, left: int) -> None:
    """Wait until a number of pairs is left and both pictures of the current pair are visible."""
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text(f"To judge: {left}.")
    for side in "AB":
        expect(page.get_by_role("button", name=f"{side} is nearer to the painting").locator("img")).to_be_visible()


def test_pairs_are_judged_by_keys_and_clicks_to_the_counts(chromium: Browser, address: str, home: Path) -> None:
    with visit(chromium, address) as page:
        page.goto("/gallery")
        page.get_by_role("link", name="Blind test").click()
        expect(page.get_by_role("status").filter(has_text="There are no two finished results")).to_be_visible()
        check_accessible(page)
        # Results painted meanwhile make pairs at once.
        for strength in STRENGTHS:
            paint(address, strength=strength)
        page.reload()
        wait_for_left(page, 3)
        expect(page.get_by_alt_text("Photograph")).to_be_visible()
        expect(page.get_by_alt_text("Style")).to_be_visible()
        # The page does not reveal how the two were painted.
        assert not re.search(r"0[.,]\d|[Ss]trength|network", page.get_by_role("main").inner_text())
        check_accessible(page)

        # Keys with another purpose do not answer.
        page.get_by_label("Language").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Control+ArrowLeft")
        page.get_by_role("heading", level=1).click()
        page.keyboard.press("ArrowLeft")
        wait_for_left(page, 2)
        page.get_by_role("button", name="B is nearer to the painting").click()
        wait_for_left(page, 1)
        # On second thoughts: the pair before, by keys alone.
        page.get_by_role("button", name="Back to the previous pair").press("Enter")
        wait_for_left(page, 2)
        page.keyboard.press("ArrowRight")
        wait_for_left(page, 1)
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("status").filter(has_text="Every pair has been judged")).to_be_visible()
        assert [one["answer"] for one in answered(home)] == ["a", "b", "same"]
        assert len({tuple(sorted(one["shown"])) for one in answered(home)}) == 3
        expect(page.get_by_role("heading", name="3 judged")).to_be_visible()
        counts = page.locator("dd")
        expect(counts).to_have_count(3)
        for one in answered(home):
            first, second = sorted(one["differed"]["strength"])
            winner = {"a": 0, "b": 1}.get(one["answer"])
            chosen = None if winner is None else one["differed"]["strength"][winner]
            text = (
                f"{first}: {int(chosen == first)} · {second}: {int(chosen == second)} · the same: {int(chosen is None)}"
            )
            expect(counts.filter(has_text=text)).to_have_count(1)
        check_accessible(page)

        # An answer that is taken back is counted once.
        page.get_by_role("button", name="Back to the previous pair").click()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("heading", name="3 judged")).to_be_visible()
        assert [one["answer"] for one in answered(home)] == ["a", "b", "same", "a"]


def test_on_a_telephone_and_in_chinese(chromium: Browser, address: str) -> None:
    for strength in STRENGTHS:
        paint(address, strength=strength)
    with visit(chromium, address, language="zh-CN", width=390, height=844) as page:
        page.goto("/blind")
        first, second = (page.get_by_role("button", name=f"{side} 更接近原画") for side in "AB")
        expect(second.locator("img")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        boxes = [one.bounding_box() for one in (first, second)]
        assert all(box is not None and box["width"] > 340 for box in boxes)
        # The button that ends the pair is always visible.
        same = page.get_by_role("button", name="不相上下")
        box = same.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844
        words = page.locator("body").inner_text()
        assert not re.search(r"\b(the|and|with|of|is)\b", words), words
        second.scroll_into_view_if_needed()
        assert page.evaluate("scrollY") > 0
        second.click()
        # The next pair is shown from its top.
        expect(page.get_by_role("main").get_by_role("status")).to_contain_text("待评：2。")
        expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
        assert page.evaluate("scrollY") == 0
        for _ in range(2):
            expect(second.locator("img")).to_be_visible()
            expect(first.locator("img")).to_be_visible()
            same.click()
        expect(page.get_by_role("heading", name="已评 3 对")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
