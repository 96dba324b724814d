"""What a person does in the studio, in a real browser with a real server."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from pinxit import image as pictures
from tests.studio.chromium import AXE, REQUIRES_CHROMIUM, check_accessible, visit, wait_until
from tests.studio.paint_page import change_setting, take_sample
from tests.studio.studio_process import free_port, run_studio_command

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through whole pages in a browser, which paint")]

PAGES = (
    "paint", "video", "live", "panoramas", "textures", "patterns", "garments", "sprites", "themes", "train",
    "gallery", "taste", "blind", "jobs",
)  # fmt: skip


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small photograph with a name of its own."""
    path = tmp_path_factory.mktemp("photo") / "my cat.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 120), path)
    return path


def test_a_photograph_is_painted_watched_stopped_and_found_again(
    chromium: Browser, photo: Path, tmp_path: Path
) -> None:
    port = free_port()
    # A resumed job has no preview at first, and the page may just be asking for it.
    with (
        run_studio_command(tmp_path / "home", port) as address,
        visit(chromium, address, expected="/preview?n=") as page,
    ):
        previews: list[str] = []
        page.on("response", lambda answer: previews.append(answer.url) if "/preview?n=" in answer.url else None)
        page.goto("/")
        with page.expect_response(lambda answer: "/api/v1/files" in answer.url and answer.ok):
            page.get_by_label("Drop a photograph here").set_input_files(photo)
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok):
            page.get_by_role("button", name="Use Swirl").click()
        preview = page.get_by_alt_text("Preview by the network")
        expect(preview).to_have_attribute("src", re.compile("^blob:"))
        assert preview.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [512, 341]

        page.get_by_text("Every setting").click()
        change_setting(page, "Size", "96")
        change_setting(page, "Coarsest scale", "48")
        change_setting(page, "Iterations", "5000")
        change_setting(page, "Tolerance", "0")
        page.get_by_role("button", name="Perfect it").click()
        wait_until(page, lambda: len(set(previews)) >= 3)
        picture = page.get_by_alt_text("my cat · Swirl")
        expect(picture).to_have_attribute("src", re.compile(r"preview\?n=\d+"))
        expect(page.get_by_role("img", name="Losses")).to_be_visible()
        expect(page.get_by_text(re.compile(r"iteration \d+.*left"))).to_be_visible()

        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text(re.compile("^Paused"))).to_be_visible()
        page.get_by_role("button", name="Resume").click()
        seen = len(set(previews))
        wait_until(page, lambda: len(set(previews)) > seen)
        expect(page.get_by_text(re.compile("^Painting ·"))).to_be_visible()
        page.get_by_role("button", name=re.compile("^Stop here")).click()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()
        expect(picture).to_have_attribute("src", re.compile("/files/"))
        shown = picture.get_attribute("src") or ""
        assert page.request.get(shown).headers["content-type"].startswith("image/")

        # After a reload everything is as it was.
        page.reload()
        expect(page.get_by_text("my cat", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Remove Swirl").first).to_be_visible()
        expect(page.get_by_role("link", name="In the gallery")).to_be_visible()

    with run_studio_command(tmp_path / "home", port) as address, visit(chromium, address) as page:
        page.goto("/gallery")
        frame = page.get_by_role("listitem").filter(has_text="my cat · Swirl")
        expect(frame).to_have_count(1)
        expect(frame).to_contain_text("draft")
        page.get_by_label("Search titles and styles").fill("mosaic")
        expect(frame).to_have_count(0)
        page.get_by_label("Search titles and styles").fill("swirl")
        expect(frame).to_have_count(1)
        star = frame.get_by_role("button", name="Keep")
        for kept in ("true", "false"):  # stopping the job kept it already
            expect(star).to_have_attribute("aria-pressed", kept)
            star.click()
        expect(star).to_have_attribute("aria-pressed", "true")

        frame.get_by_role("button", name="my cat · Swirl", exact=True).click()
        detail = page.get_by_role("dialog")
        expect(detail).to_contain_text("5000")
        with page.expect_download() as downloading:
            detail.get_by_role("link", name="Recipe (JSON)").click()
        recipe: dict[str, Any] = json.loads(Path(downloading.value.path()).read_text())
        assert recipe["size"] == 96
        assert recipe["styles"][0]["name"] == "house:swirl"
        with page.expect_download() as downloading:
            detail.get_by_role("link", name="A page to share (HTML)").click()
        assert "<html" in Path(downloading.value.path()).read_text()
        with page.expect_download() as downloading:
            detail.get_by_role("link", name=re.compile(r"^my cat-swirl\.png")).click()
        painted = tmp_path / "from elsewhere.png"
        downloading.value.save_as(painted)

        detail.get_by_role("button", name="Use all settings").click()
        expect(page).to_have_url(re.compile("/paint$"))
        expect(page.get_by_text("my cat", exact=True)).to_be_visible()
        page.get_by_text("Every setting").click()
        expect(page.get_by_role("group", name="Schedule").get_by_label("Iterations")).to_have_value("5000")

        # Another visitor who uploads the picture gets its recipe.
        with visit(chromium, address) as other:
            other.goto("/paint")
            other.get_by_label("Drop a photograph here").set_input_files(painted)
            expect(other.get_by_text("my cat", exact=True)).to_be_visible()
            expect(other.get_by_role("button", name="Remove Swirl").first).to_be_visible()
            other.get_by_text("Every setting").click()
            expect(other.get_by_role("group", name="Schedule").get_by_label("Iterations")).to_have_value("5000")


def test_a_region_is_painted_with_the_brush(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").click()
        page.get_by_role("button", name="Where Mosaic").click()
        canvas = page.get_by_role("application")
        mask = brushed(page, canvas, [(0.1, 0.2), (0.3, 0.2)])
        assert mask[mask.shape[0] // 5, mask.shape[1] // 5] == 255
        assert mask[mask.shape[0] // 2 :].max() == 0
        assert np.unique(mask).size > 3  # the brush has a soft edge

        second = brushed(page, canvas, [(0.7, 0.8), (0.9, 0.8)])
        assert second[second.shape[0] * 4 // 5, second.shape[1] * 4 // 5] == 255
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok) as painted:
            page.get_by_role("button", name="Undo").click()
        plain, region = regions(painted.value)
        assert plain is None
        assert region is not None
        assert np.array_equal(gray_pixels(page, region), mask)

        # By keys alone: paint in another place.
        canvas.focus()
        for key in ("]", "ArrowDown", "ArrowLeft"):
            page.keyboard.press(key)
        with page.expect_response(lambda answer: "/files?" in answer.url and answer.ok) as sent:
            page.keyboard.press(" ")
        by_keys = gray_pixels(page, sent.value.json()["id"])
        assert by_keys.astype(int).sum() > mask.astype(int).sum()
        page.get_by_role("button", name="Done").click()
        expect(canvas).to_have_count(0)


def brushed(page: Page, canvas: Locator, along: list[tuple[float, float]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Draw with the mouse along points in shares of the picture, wait for the preview, and return the uploaded mask."""
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in along]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    with page.expect_response(lambda answer: "/files?" in answer.url and answer.ok) as sent:
        page.mouse.up()
    file = sent.value.json()["id"]
    with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok and file in regions(answer)):
        pass  # otherwise the next step could take this preview for its own
    return gray_pixels(page, file)


def regions(preview: Response) -> list[str | None]:
    """Return the mask file of each style in a preview's request, or None."""
    order = preview.request.post_data_json
    assert order is not None
    return [(style.get("region") or {}).get("sha256") for style in order["styles"]]


def gray_pixels(page: Page, file: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(PIL.Image.open(io.BytesIO(page.request.get(f"/api/v1/files/{file}").body())).convert("L"))


def test_everything_works_by_keys(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/paint")
        expect(page.get_by_role("button", name="Use Waves")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("region", name="Easel").get_by_role("button", name="Use Cat"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("button", name="Use Ink wash"))
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok):
            page.keyboard.press("Enter")
        strokes = page.get_by_role("slider", name="Stroke size")
        tab_to(page, strokes)
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok) as painted:
            page.keyboard.press("ArrowRight")
        order = painted.value.request.post_data_json
        assert order is not None
        assert order["style_scale"] == pytest.approx(1.2, abs=0.05)
        tab_to(page, page.get_by_role("button", name="Vary…"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="A sheet of variations")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Vary…")).to_be_focused()


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(90):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the tab key does not reach {wanted}")


def test_in_chinese(chromium: Browser, address: str) -> None:
    with visit(chromium, address, language="zh-CN") as page:
        page.goto("/paint")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        expect(page.get_by_text("把照片拖到这里")).to_be_visible()
        page.get_by_role("region", name="画架").get_by_role("button", name="使用咖啡").click()
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok):
            page.get_by_role("button", name="使用水墨").click()
        page.get_by_text("全部设置", exact=True).click()
        for place in PAGES:
            page.get_by_role("navigation").locator(f"a[href='/{place}']").click()
            words = page.locator("body").inner_text()
            # Only names stay Latin: the program, presets, layers, units, the choices of settings.
            assert not re.search(r"\b(the|and|with|of|is)\b", words), words
        page.get_by_label("语言").select_option("en")
        expect(page.get_by_role("link", name="Gallery")).to_be_visible()
        page.reload()
        expect(page.get_by_role("link", name="Gallery")).to_be_visible()


def test_every_page_is_accessible_in_light_and_dark_colours(chromium: Browser, address: str) -> None:
    if not AXE.is_file():
        pytest.skip("there is no axe-core: make page")
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_text("Every setting").click()
        for place in PAGES:
            if place != "paint":
                page.goto(f"/{place}")
            expect(page.get_by_role("heading").first).to_be_attached()
            check_accessible(page, place, dark_too=True)


def test_on_a_telephone(chromium: Browser, address: str) -> None:
    with visit(chromium, address, width=390, height=844) as page:
        take_sample(page)
        page.get_by_text("Every setting").click()
        for place in PAGES:
            if place != "paint":
                page.get_by_role("button", name="Menu").click()
                page.get_by_role("navigation").locator(f"a[href='/{place}']").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, place


def test_a_refused_file_is_explained_in_a_sentence(chromium: Browser, address: str, tmp_path: Path) -> None:
    hostile = tmp_path / "not a picture.png"
    hostile.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    with visit(chromium, address, expected="422") as page:
        page.goto("/paint")
        page.get_by_label("Drop a photograph here").set_input_files(hostile)
        expect(page.get_by_role("status").filter(has_text=re.compile(r"\w+.*\."))).to_be_visible()
        expect(page.get_by_label("Drop a photograph here")).to_be_attached()
