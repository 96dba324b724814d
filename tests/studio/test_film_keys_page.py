"""The page Video: keyframes and regions are chosen on frames of the clip, seen in others, and painted."""

from __future__ import annotations

import re
from pathlib import Path

import PIL.Image
import PIL.ImageOps
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until
from tests.video.clips import pan, write

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through a page in a browser, which paints films")]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a camera's pan of 24 frames."""
    return write(tmp_path_factory.mktemp("clip") / "pan.mp4", pan(24, 96, 144))


def sources(page: Page) -> list[str]:
    """Return the pictures of the frames around the key, once they are painted."""
    shown = page.locator(".around img")
    expect(page.locator(".around")).to_have_attribute("aria-busy", "false")
    expect(shown.first).to_be_visible()
    return [str(one.get_attribute("src")) for one in shown.all()]


def test_a_key_is_chosen_seen_edited_and_painted(chromium: Browser, address: str, clip: Path, tmp_path: Path) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/video")
        page.get_by_label("Drop a clip here").set_input_files(clip)
        page.get_by_role("button", name="Use Impasto").click()
        first = page.get_by_role("button", name="Make frame 1 a keyframe")
        expect(first).to_be_visible()
        first.click()
        expect(page.get_by_text("Frame 1 is painted with the film.")).to_be_visible()
        plain = sources(page)
        # While they are painted, the first frames are paler.
        expect(page.get_by_role("region", name="Frames, painted")).to_have_attribute("aria-busy", "false")
        check_accessible(page, "a keyframe")

        with page.expect_download() as downloading:
            page.get_by_role("button", name="Save to edit").click()
        assert downloading.value.suggested_filename == "frame_0001.png"
        edited = tmp_path / "edited.png"
        with PIL.Image.open(downloading.value.path()) as image:
            assert image.size == (144, 96)
            PIL.ImageOps.invert(image.convert("RGB")).save(edited)
        page.get_by_label("Replace by a picture").set_input_files(edited)
        expect(page.get_by_text("Frame 1 is the picture edited.png.")).to_be_visible()
        wait_until(page, lambda: sources(page)[-1] != plain[-1])

        page.get_by_role("button", name="Make frame 24 a keyframe").click()
        expect(page.get_by_text("Frame 24 is painted with the film.")).to_be_visible()
        page.get_by_role("button", name="Paint the clip").click()
        expect(page.get_by_role("list", name="Download").get_by_role("link").first).to_be_visible()
        (result,) = page.request.get("/api/v1/results?work=video").json()["results"]
        recipe = page.request.get(f"/api/v1/results/{result['id']}").json()["recipe"]
        assert recipe["keys"] == [24]
        assert [key["number"] for key in recipe["keyframes"]] == [1]


def test_a_region_is_drawn_on_a_frame_seen_in_others_and_painted(chromium: Browser, address: str, clip: Path) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/video")
        page.get_by_label("Drop a clip here").set_input_files(clip)
        for style in ("Impasto", "Woodcut"):
            page.get_by_role("button", name=f"Use {style}").click()
        page.get_by_role("button", name="Where Woodcut").click()
        page.get_by_role("button", name="Draw on frame 11").click()
        canvas = page.get_by_role("application")
        box = canvas.bounding_box()
        assert box is not None
        page.get_by_role("slider", name="Brush size").fill("1")
        page.get_by_role("switch", name="Follow edges").check()
        expect(canvas).not_to_have_class(re.compile("waits"))
        page.get_by_role("switch", name="Follow edges").uncheck()
        with page.expect_response(lambda answer: "/files?" in answer.url and answer.ok):
            canvas.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
        check_accessible(page, "a region", dark_too=True)
        with page.expect_response(lambda answer: answer.url.endswith("/films/regions") and answer.ok):
            page.get_by_role("button", name="Done").click()
        frames = page.get_by_role("region", name="Frames, painted")
        expect(frames.get_by_role("button", name="Painted frame 24")).to_be_visible()
        check_accessible(page, "frames with a region")
        page.get_by_role("button", name="Paint the clip").click()
        expect(page.get_by_role("list", name="Download").get_by_role("link").first).to_be_visible()
        (result, *_) = page.request.get("/api/v1/results?work=video").json()["results"]
        recipe = page.request.get(f"/api/v1/results/{result['id']}").json()["recipe"]
        placed = [
            (style["name"], style.get("region") is not None, style.get("region_frame")) for style in recipe["styles"]
        ]
        assert placed == [("house:impasto", False, 1), ("house:woodcut", True, 11)]
