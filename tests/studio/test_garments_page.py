"""The page Garments and rooms: marks, the outline found from them, a preview at once, the picture, and the way back."""

from __future__ import annotations

import io
import json

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [
    *REQUIRES_CHROMIUM,
    pytest.mark.slow(reason="works through a page in a browser, which dresses a photograph"),
]

SIDE = 512  # px: of the sample photograph
SUIT, SKY = (330, 100), (60, 330)  # row and column of a pixel of the suit, and of one of the backdrop


def drag(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Paint a stroke between two places, given as shares of the photograph's width and height."""
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (begin, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    with page.expect_response(lambda answer: "/api/v1/files?" in answer.url and answer.ok):
        page.mouse.up()


def difference(page: Page, place: tuple[int, int]) -> float:
    """Return by how much the gallery's only dressed photograph differs from the sample around a pixel, 0 to 255."""
    (result,) = page.request.get("/api/v1/results?work=wear").json()["results"]
    files = {file["role"]: file["id"] for file in result["files"]}
    pixels = [
        np.asarray(
            PIL.Image.open(io.BytesIO(page.request.get(f"/api/v1/files/{files[role]}").body())).convert("RGB"), float
        )
        for role in ("picture", "original")
    ]
    assert pixels[0].shape == (SIDE, SIDE, 3)
    row, column = place
    window = (slice(row - 10, row + 10), slice(column - 10, column + 10))
    return float(np.abs(pixels[0][window] - pixels[1][window]).mean())


def test_a_suit_is_found_dressed_previewed_and_made(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/garments")
        page.get_by_role("button", name="Use Astronaut").first.click()
        drag(page, (0.3, 0.6), (0.4, 0.61))
        with page.expect_response(lambda answer: answer.url.endswith("/wear/mask") and answer.ok):
            page.get_by_role("button", name="Find the outline").click()
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("Now choose a pattern.")).to_be_visible()
        with page.expect_response(lambda answer: answer.url.endswith("/wear/preview") and answer.ok):
            page.get_by_role("button", name="Use Batik").click()
        preview = page.get_by_alt_text("The photograph in the new pattern")
        wait_until(page, lambda: (preview.get_attribute("src") or "").startswith("blob:"))
        first = preview.get_attribute("src")
        with page.expect_response(lambda answer: answer.url.endswith("/wear/preview") and answer.ok):
            page.get_by_role("slider", name="Angle").press("PageUp")
        wait_until(page, lambda: preview.get_attribute("src") != first)
        check_accessible(page, "garments")

        page.get_by_role("button", name="Make the picture").click()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()
        assert difference(page, SUIT) > 15
        assert difference(page, SKY) < 3  # the original beside it is a WebP

        # The gallery's recipe fills the page again.
        (result,) = page.request.get("/api/v1/results?work=wear").json()["results"]
        assert result["recipe"]["patterns"][0]["name"] == "house:batik"
        page.evaluate("localStorage.clear()")
        page.goto(f"/gallery?result={result['id']}")
        page.get_by_role("button", name="Use all settings").click()
        expect(page.get_by_role("button", name="Remove Batik").first).to_be_visible()
        expect(page.get_by_role("radio", name="One")).to_be_checked()
        assert page.get_by_role("slider", name="Angle").input_value() == str(result["recipe"]["angle"]).removesuffix(
            ".0"
        )

        # Vary… makes a sheet of it.
        page.goto(f"/gallery?result={result['id']}")
        page.get_by_role("button", name="Vary…").click()
        expect(page.get_by_text("One sheet of 12 designs")).to_be_visible()
        expect(page.get_by_role("radio", name="12")).to_be_checked()


def test_a_wall_has_corners_that_the_keyboard_moves(chromium: Browser, address: str) -> None:
    with visit(chromium, address, width=390, height=844) as page:
        page.goto("/garments")
        page.get_by_role("button", name="Use Coffee").first.click()
        brush = page.get_by_role("application")
        with page.expect_response(lambda answer: "/api/v1/files?" in answer.url and answer.ok):
            brush.press(" ")
        page.get_by_role("button", name="Done").click()
        page.get_by_role("button", name="Use Weave").click()
        page.get_by_role("switch", name="A wall in perspective").click()
        # The preview without corners may be asked for just before.
        with page.expect_request(
            lambda one: one.url.endswith("/wear/preview") and "corners" in (one.post_data or "")
        ) as asked:
            page.get_by_role("button", name="Upper left corner").press("ArrowLeft")
        corners = json.loads(asked.value.post_data or "")["corners"]
        # The photograph has 600 × 400 px; the first corner began at a fifth of both, and moved by 3 px.
        assert corners == [[117, 80], [480, 80], [480, 320], [120, 320]]
        for _ in range(12):
            page.get_by_role("button", name="Upper left corner").press("Shift+ArrowRight")
            page.get_by_role("button", name="Upper left corner").press("Shift+ArrowDown")
        expect(page.get_by_role("alert")).to_have_text("These corners cross, or lie on one line: drag them apart.")
        expect(page.get_by_role("button", name="Make the picture")).to_be_disabled()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
