"""The page Live without controls, as a browser source of a streaming program shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.studio.chromium import CAMERA_FLAGS, REQUIRES_CHROMIUM, open_chromium, visit, wait_until

pytestmark = [
    *REQUIRES_CHROMIUM,
    pytest.mark.slow(reason="it paints camera frames in a real browser"),
]
TWO_CAMERAS = "--use-fake-device-for-media-stream=device-count=2"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium(CAMERA_FLAGS[0], TWO_CAMERAS) as browser:
        yield browser


def test_the_painting_alone_from_the_chosen_camera(chromium: Browser, address: str) -> None:
    with visit(chromium, address, width=640, height=360) as page:
        page.goto("/live?clean=1&style=house:ink&camera=DEVICE_1&strength=0.8")
        canvas = page.locator("canvas")
        expect(canvas).to_be_visible()
        assert page.get_by_role("navigation").count() == 0
        assert page.get_by_role("button").count() == 0
        assert page.locator("body").inner_text().strip() == "", "nothing but the painting"
        for element in ("html", "body"):
            color = page.locator(element).evaluate("element => getComputedStyle(element).backgroundColor")
            assert color == "rgba(0, 0, 0, 0)", "what lies behind the source shows"
        label = page.locator("video").evaluate("video => video.srcObject.getVideoTracks()[0].label")
        assert label == "fake_device_1"
        box = canvas.bounding_box()
        assert box == {"x": 0, "y": 0, "width": 640, "height": 360}
        first = canvas.evaluate("canvas => canvas.toDataURL()")
        wait_until(page, lambda: canvas.evaluate("canvas => canvas.toDataURL()") != first)


def test_a_camera_that_is_not_there(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/live?clean=1&camera=Telescope")
        expect(page.get_by_role("alert")).to_have_text("There is no camera named Telescope. Correct the address.")
        assert page.locator("video").evaluate("video => video.srcObject") is None


def test_a_style_that_is_not_there(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected="/live/model") as page:
        page.goto("/live?clean=1&style=house:wavs")
        expect(page.get_by_role("alert")).to_have_text(re.compile("wavs"))


def test_the_page_live_offers_its_address(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/live")
        page.get_by_role("button", name="Start the camera").click()
        link = page.get_by_role("link", name="Without controls, for OBS")
        assert re.match(r"/live\?clean=1&style=house%3Aswirl&camera=fake_device_\d", str(link.get_attribute("href")))
