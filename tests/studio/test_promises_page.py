"""What the page promises about jobs: pictures that only get better, sizes, times, undo, and what it says of a lost server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, visit, wait_until
from tests.studio.paint_page import change_setting, take_sample
from tests.studio.studio_process import free_port, run_studio_command

pytestmark = REQUIRES_CHROMIUM

# A preview requested just when its job ends is gone; the page may log that.
GONE = "/preview?n="


def begin(page: Page, **settings: str) -> None:
    """Begin a painting that stays at its first scale until it is stopped."""
    take_sample(page)
    page.get_by_text("Every setting").click()
    for name, value in {"Iterations": "5000", "Tolerance": "0", **settings}.items():
        change_setting(page, name.replace("_", " "), value)
    page.get_by_role("button", name="Perfect it").click()


@pytest.mark.slow(reason="paints by the optimiser, watched in a browser")
def test_a_painting_never_looks_worse_than_its_preview_and_is_kept_in_full_size(
    chromium: Browser, address: str
) -> None:
    with visit(chromium, address, expected=GONE) as page:
        numbers: list[int] = []
        page.on("response", lambda answer: numbers.extend(map(int, re.findall(r"preview\?n=(\d+)", answer.url))))
        begin(page, Size="192", Coarsest_scale="48")
        # The preview stays; the painting, which is at 48 px, is small.
        large = page.get_by_alt_text("Preview by the network")
        small = page.get_by_alt_text("Coffee · Waves")
        expect(small).to_have_attribute("src", re.compile(r"preview\?n="))
        expect(large).to_be_visible()
        widths = [one.evaluate("picture => picture.getBoundingClientRect().width") for one in (large, small)]
        assert widths[0] > 2 * widths[1]
        expect(page.get_by_text("So far, 48 px")).to_be_visible()
        expect(page).to_have_title(re.compile(r"^(\d+ %|…) · Paint · pinxit$"))

        wait_until(page, lambda: len(numbers) >= 4)
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Resume").click()
        seen = len(numbers)
        wait_until(page, lambda: len(numbers) >= seen + 2)
        assert len(set(numbers)) == len(numbers), "a number came twice, for which browsers show the old picture"
        assert numbers == sorted(numbers)

        page.get_by_role("button", name="Stop here and keep the preview at 192 px").click()
        expect(small).to_have_attribute("src", re.compile("/files/"))
        wait_until(page, lambda: small.evaluate("picture => picture.naturalWidth") == 192)
        expect(page).to_have_title("Paint · pinxit")

        # What the next one will take is known now.
        page.get_by_role("button", name="Remove Waves").first.click()
        page.get_by_role("button", name="Use Swirl").click()
        expect(page.get_by_role("button", name=re.compile("^Perfect it about .* here$"))).to_be_visible()


@pytest.mark.slow(reason="paints by the optimiser, watched in a browser")
def test_a_cancelled_job_leaves_nothing_and_a_deleted_result_comes_back(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected=GONE) as page:
        begin(page, Size="96", Coarsest_scale="48", Seed="7")
        page.get_by_role("button", name=re.compile("^Stop here")).wait_for()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        page.get_by_role("group", name=re.compile("Options|Schedule")).get_by_label("Engine").select_option("network")
        page.get_by_role("button", name="Perfect it").click()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()
        page.goto("/jobs")
        finished = page.get_by_role("article").filter(has_text="Finished").first
        view = finished.get_by_role("link", name="View")
        expect(view).to_be_visible()
        page.goto("/gallery")
        frames = page.get_by_role("listitem").filter(has_text="Coffee · Waves")
        expect(frames.first).to_be_visible()
        before = frames.count()

        def delete() -> None:
            frames.first.get_by_role("button", name=re.compile("Coffee · Waves")).first.click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            expect(frames).to_have_count(before - 1)

        delete()
        page.get_by_role("button", name="Undo").click()
        expect(frames).to_have_count(before)
        delete()
        page.goto("/jobs")
        expect(finished).to_be_visible()
        expect(view).to_have_count(0)


@pytest.mark.slow(reason="starts a studio twice")
def test_a_lost_server_is_said_across_the_page_and_the_page_opens_without_it(chromium: Browser, tmp_path: Path) -> None:
    port = free_port()
    with visit(chromium, f"http://127.0.0.1:{port}", expected="ERR_CONNECTION") as page:
        lost = page.get_by_text("The studio is not responding")

        def is_said() -> None:
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 800})
                expect(lost).to_be_in_viewport()

        with run_studio_command(tmp_path / "home", port):
            page.goto("/paint")
            expect(page.get_by_role("heading", name="Paint")).to_be_attached()
            page.evaluate("navigator.serviceWorker.ready.then(() => null)")
            page.reload()  # through the service worker, which stores the page
            expect(page.get_by_role("button", name="Use Coffee").first).to_be_visible()
            expect(lost).to_have_count(0)
        is_said()
        page.reload()
        is_said()
        with run_studio_command(tmp_path / "home", port):
            expect(lost).to_have_count(0)
