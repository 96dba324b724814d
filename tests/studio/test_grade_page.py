"""The page Colour grading in a real browser: a preview, the sliders, and the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pinxit.grading import read_table
from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through a page in a browser")]


def test_a_photograph_is_graded(chromium: Browser, address: str, tmp_path: Path) -> None:
    with visit(chromium, address) as page:
        page.goto("/grade")
        page.get_by_role("button", name="Use Astronaut").first.click()
        with page.expect_response(lambda answer: answer.url.endswith("/grade/preview") and answer.ok):
            page.get_by_role("button", name="Use Cut-out").click()
        graded = page.get_by_alt_text("The photograph in the new colours")
        wait_until(page, lambda: (graded.get_attribute("src") or "").startswith("blob:"))
        first = graded.get_attribute("src")
        page.get_by_role("slider", name="Keep the colour of skin").fill("0")
        wait_until(page, lambda: graded.get_attribute("src") not in (None, first))
        check_accessible(page, "graded")

        page.get_by_role("button", name="Grade it").click()
        link = page.get_by_role("list", name="Download").get_by_role("link", name=".cube")
        with page.expect_download() as started:
            link.click()
        started.value.save_as(tmp_path / "look.cube")
        assert read_table(tmp_path / "look.cube").side == 33
        assert (graded.get_attribute("src") or "").startswith("/api/v1/files/")

        # The recipe fills the page again; a change shows the preview again.
        (result,) = page.request.get("/api/v1/results?work=grade").json()["results"]
        page.evaluate("localStorage.clear()")
        page.goto(f"/gallery?result={result['id']}")
        page.get_by_role("button", name="Use all settings").click()
        expect(page.get_by_role("slider", name="Keep the colour of skin")).to_have_value("0")
