"""Undo and redo on the page Paint, its keys, where the focus goes, and what is said to screen readers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Browser, Locator, Page, Position, expect

from tests.studio.chromium import AXE, REQUIRES_CHROMIUM, check_accessible, visit, wait_until
from tests.studio.paint_page import is_in_view, stored_form, take_sample

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through the page Paint in a browser")]

# What is shown on the whole screen.
_FULL_SCREEN = "document.fullscreenElement?.tagName ?? ''"


def styles(page: Page) -> list[str]:
    return [style["name"] for style in stored_form(page)["styles"]]


def becomes(page: Page, what: Callable[[Page], Any], value: Any) -> None:
    wait_until(page, lambda: what(page) == value)


def stroke(page: Page, canvas: Locator, height: float) -> None:
    """Paint a horizontal stroke, and wait until the mask is stored."""
    box = canvas.bounding_box()
    assert box is not None
    y = box["y"] + height * box["height"]
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], y, steps=4)
    with page.expect_response(lambda answer: "/files?" in answer.url and answer.ok):
        page.mouse.up()


def finger_stroke(page: Page, canvas: Locator) -> None:
    """Draw a finger over the middle of a canvas, where it is on the screen."""
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"]
    fingers = page.context.new_cdp_session(page)
    for kind, way in ("touchStart", 0), ("touchMove", 40), ("touchMove", 90), ("touchEnd", None):
        points = [] if way is None else [{"x": x + way, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def painted(field: str) -> Callable[[Page], bool]:
    """Return what says whether a mask is stored."""
    return lambda page: bool(stored_form(page)[field])


def test_a_finger_paints_as_soon_as_the_brush_is_opened(chromium: Browser, address: str) -> None:
    with visit(chromium, address, width=390, height=844, touch=True) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").tap()
        # Both buttons are far below the picture.
        for opener, stored in (
            ("Adjust parts by hand…", painted("keep")),
            ("Where Mosaic", lambda page: bool(stored_form(page)["styles"][1].get("region"))),
        ):
            page.get_by_role("button", name=opener).tap()
            canvas = page.get_by_role("application")
            wait_until(page, lambda canvas=canvas: is_in_view(page, canvas))  # type: ignore[misc]
            finger_stroke(page, canvas)
            becomes(page, stored, True)
            # The picture stays while the brush is chosen.
            page.get_by_role("switch", name="Follow edges").scroll_into_view_if_needed()
            assert is_in_view(page, canvas)


def test_every_change_is_undone_and_redone(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").click()
        page.get_by_role("slider", name="Strength", exact=True).fill("0.5")
        page.get_by_role("button", name="Remove Waves").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_label("Drop a photograph here")).to_be_attached()

        page.keyboard.press("Control+z")
        expect(page.get_by_text("Coffee", exact=True).first).to_be_visible()
        page.keyboard.press("Control+z")
        becomes(page, styles, ["house:waves", "house:mosaic"])
        page.get_by_role("button", name="Undo").click()
        becomes(page, lambda page: stored_form(page)["settings"], {})
        page.get_by_role("button", name="Redo").click()
        becomes(page, lambda page: stored_form(page)["settings"], {"strength": 0.5})
        page.keyboard.press("Control+y")
        becomes(page, styles, ["house:mosaic"])
        page.keyboard.press("Control+Shift+z")
        becomes(page, lambda page: stored_form(page)["content"], None)
        page.keyboard.press("Control+z")
        expect(page.get_by_alt_text("Preview by the network")).to_be_visible()


def test_a_removed_photograph_comes_back_with_its_masks(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Adjust parts by hand…").click()
        canvas = page.get_by_role("application")
        stroke(page, canvas, 0.5)
        page.keyboard.press("Escape")
        expect(canvas).to_have_count(0)
        becomes(page, lambda page: bool(stored_form(page)["keep"]), True)
        keep = stored_form(page)["keep"]
        page.get_by_role("button", name="Remove", exact=True).click()
        page.get_by_role("region", name="Easel").get_by_role("button", name="Use Cat").click()
        becomes(page, lambda page: stored_form(page)["keep"], None)
        for _ in range(2):
            page.keyboard.press("Control+z")
        becomes(page, lambda page: stored_form(page)["keep"], keep)
        assert stored_form(page)["content"]["name"] == "sample:coffee"


def test_the_brush_is_undone_redone_and_left_by_keys(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").click()
        opener = page.get_by_role("button", name="Where Mosaic")
        opener.click()
        canvas = page.get_by_role("application")
        expect(canvas).to_be_focused()
        painted = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
        painted += ".filter((value, at) => at % 4 === 3 && value > 8).length"
        stroke(page, canvas, 0.3)
        one = canvas.evaluate(painted)
        stroke(page, canvas, 0.7)
        two = canvas.evaluate(painted)
        assert 0 < one < two
        # Within the canvas and beside it.
        page.keyboard.press("Control+z")
        assert canvas.evaluate(painted) == one
        page.get_by_role("button", name="Clear").click()
        assert canvas.evaluate(painted) == 0
        page.keyboard.press("Control+z")
        assert canvas.evaluate(painted) == one
        page.get_by_role("button", name="Redo").click()
        assert canvas.evaluate(painted) == 0
        page.keyboard.press("Control+z")

        # The next mask is painted first, not erased.
        page.get_by_role("radio", name="Erase").check(force=True)
        page.get_by_role("button", name="Where Waves").click()
        expect(page.get_by_role("radio", name="Paint", exact=True)).to_be_checked()
        opener.click()
        page.keyboard.press("Escape")
        expect(canvas).to_have_count(0)
        expect(opener).to_be_focused()


def test_what_is_kept_is_seen_on_white(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Adjust parts by hand…").click()
        canvas = page.get_by_role("application")
        stroke(page, canvas, 0.5)
        # Light and dark squares: one of them differs from any ground.
        shades = canvas.evaluate(
            """canvas => {
                const { width, height } = canvas;
                const { data } = canvas.getContext("2d").getImageData(0.4 * width, 0.5 * height, 32, 16);
                return [...new Set([...data].filter((_, at) => at % 4 === 0))];
            }"""
        )
        assert min(shades) < 80
        assert max(shades) > 200


def test_a_brush_that_follows_edges_stays_on_what_it_is_put_on(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page, "Rocket")
        page.get_by_role("button", name="Adjust parts by hand…").click()
        canvas = page.get_by_role("application")
        alphas = """canvas => {
            const at = x => canvas.getContext("2d").getImageData(x * canvas.width, 0.6 * canvas.height, 1, 1).data[3];
            return [at(0.51), at(0.46), at(0.56)];
        }"""
        box = canvas.bounding_box()
        assert box is not None
        rocket: Position = {"x": 0.51 * box["width"], "y": 0.6 * box["height"]}
        canvas.click(position=rocket)
        assert min(canvas.evaluate(alphas)) > 100, "the plain brush covers the sky as well"
        page.keyboard.press("Control+z")
        page.get_by_role("switch", name="Follow edges").check()
        expect(canvas).not_to_have_class(re.compile("waits"))
        canvas.click(position=rocket)
        on, left, right = canvas.evaluate(alphas)
        assert on > 200
        assert max(left, right) < 20


def test_strength_is_painted_by_hand(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Adjust parts by hand…").click()
        canvas = page.get_by_role("application")
        strength = page.get_by_role("slider", name="Strength there")
        # All of it at 40 %, and a stroke at full strength within.
        strength.fill("0.4")
        page.get_by_role("button", name="Everywhere").click()
        strength.fill("1")
        stroke(page, canvas, 0.5)
        alphas = """canvas => {
            const at = x => canvas.getContext("2d").getImageData(x * canvas.width, canvas.height / 2, 1, 1).data[3];
            return [at(0.05), at(0.5)];
        }"""
        outside, inside = canvas.evaluate(alphas)
        assert abs(outside - 0.6 * 255) < 3
        assert inside < 3
        page.keyboard.press("Control+z")
        assert abs(canvas.evaluate(alphas)[1] - 0.6 * 255) < 3
        page.keyboard.press("Control+Shift+z")
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok):
            page.keyboard.press("Escape")
            becomes(page, lambda page: bool(stored_form(page)["keep"]), True)
        # The mask is grey where the painting is weaker.
        mask = page.request.get(f"/api/v1/files/{stored_form(page)['keep']['sha256']}").body()
        with PIL.Image.open(io.BytesIO(mask)) as picture:
            grey = picture.convert("L")
            levels = [grey.getpixel((int(x * grey.width), grey.height // 2)) for x in (0.05, 0.5)]
        assert abs(levels[0] - 153) <= 4  # type: ignore[operator]
        assert levels[1] <= 4  # type: ignore[operator]


def test_strokes_and_detail_are_painted_by_hand(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Adjust parts by hand…").click()
        canvas = page.get_by_role("application")
        for height, name, field in (
            (0.3, "Finer strokes", "finer"),
            (0.5, "Broader strokes", "broader"),
            (0.7, "More detail", "detailed"),
        ):
            page.get_by_role("radio", name=name).check(force=True)
            stroke(page, canvas, height)
            becomes(page, painted(field), True)
        with page.expect_request(lambda request: request.url.endswith("/preview")) as asked:
            page.get_by_role("button", name="Done").click()
        order = json.loads(asked.value.post_data or "")
        masks = {name: stored_form(page)[name] for name in ("finer", "broader", "detailed")}
        assert {name: order[name] for name in masks} == masks
        assert "keep" not in order
        assert len({mask["sha256"] for mask in masks.values()}) == 3
        # Undone as any other change.
        page.keyboard.press("Control+z")
        becomes(page, lambda page: stored_form(page)["detailed"], None)


def test_faces_are_painted_as_chosen(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        faces = page.get_by_role("group", name="Faces")
        expect(faces.get_by_role("radio", name="Recognisable")).to_be_checked()
        with page.expect_request(lambda request: request.url.endswith("/preview")) as asked:
            faces.get_by_role("radio", name="Unpainted").check(force=True)
        assert json.loads(asked.value.post_data or "")["faces"] == "keep"


def test_the_focus_stays_and_screen_readers_hear(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/paint")
        said = page.locator("main > [role=status]").first
        expect(said).to_be_attached()
        page.get_by_role("region", name="Easel").get_by_role("button", name="Use Cat").press("Enter")
        expect(page.get_by_role("region", name="Easel")).to_be_focused()
        page.get_by_role("button", name="Use Swirl").press("Enter")
        expect(said).to_have_text("The preview is ready.")
        # The chosen style's tile and the entry in the list have names of their own.
        expect(page.get_by_role("button", name="Remove Swirl")).to_have_count(1)
        expect(page.get_by_role("button", name="Use Swirl")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("radio", name="Instant").check(force=True)
        page.get_by_role("button", name="Perfect it").click()
        expect(said).to_have_text("Cat · Swirl: Finished")


def test_the_keys_are_listed_and_work(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        view = page.get_by_role("group", name="Picture.")
        slider = page.get_by_role("slider", name="Before and after")
        expect(slider).to_be_visible()
        page.keyboard.down("c")
        expect(slider).to_have_count(0)
        assert page.locator(".cut").get_attribute("style") == "clip-path: inset(0px 0px 0px 100%);"
        page.keyboard.up("c")
        expect(slider).to_be_visible()

        percent = page.get_by_text(re.compile(r"^\d+ %$")).first.inner_text
        before = percent()
        # The key works while a style has the focus, too.
        expect(page.get_by_role("button", name="Use Waves")).to_be_focused()
        page.keyboard.press("f")
        becomes(page, lambda page: page.evaluate(_FULL_SCREEN), "FIGURE")
        page.keyboard.press("f")
        becomes(page, lambda page: page.evaluate(_FULL_SCREEN), "")

        wait_until(page, lambda: percent() == before)
        view.hover()
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(300)
        assert percent() == before
        page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Keys")
        expect(keys).to_contain_text("Ctrl+Shift+Z")
        keys.get_by_role("switch", name="The wheel zooms").click()
        page.keyboard.press("Escape")
        view.hover()
        page.mouse.wheel(0, -240)
        wait_until(page, lambda: percent() != before)
        # A text field keeps its keys.
        page.goto("/gallery")
        page.get_by_label("Search titles and styles").press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_every_state_is_accessible_in_light_and_dark_colours(chromium: Browser, address: str) -> None:
    if not AXE.is_file():
        pytest.skip("there is no axe-core: make page")
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").click()
        check_accessible(page, "two styles", dark_too=True)
        page.get_by_role("button", name="Where Mosaic").click()
        expect(page.get_by_role("application")).to_be_visible()
        check_accessible(page, "brush", dark_too=True)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Vary…").click()
        check_accessible(page, "sheet of variations", dark_too=True)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        check_accessible(page, "keys", dark_too=True)
        page.keyboard.press("Escape")
        form = stored_form(page)
        photos = [{"name": f"sample:{name}", "sha256": "", "bytes": 0} for name in ("coffee", "cat", "rocket")]
        several = json.dumps(json.dumps({**form, "photos": photos}))
        page.add_init_script(f"localStorage['pinxit.easel'] = {several}")
        page.reload()
        expect(page.get_by_role("button", name="Show Rocket")).to_be_visible()
        check_accessible(page, "several photographs", dark_too=True)
    with visit(chromium, address, width=390, height=844, touch=True) as page:
        page.goto("/paint")
        expect(page.get_by_text("Choose a photograph")).to_be_visible()
        check_accessible(page, "telephone", dark_too=True)
        page.get_by_role("button", name="Menu").click()
        check_accessible(page, "menu", dark_too=True)
