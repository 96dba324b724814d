"""The pages besides Paint, in a real browser with a real studio: each makes something small and shows it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pinxit import image as pictures
from tests.studio.chromium import CAMERA_FLAGS, CHROMIUM, REQUIRES_CHROMIUM, open_chromium, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through whole pages in a browser, which paint")]

# Lets machines without a graphics card draw WebGL on the processor.
GRAPHICS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WAVES = [{"name": "house:waves", "sha256": "", "bytes": 0, "share": 1}]
# A preview requested just when its job ends is gone; the page may log that.
GONE = "/preview?n="
# frames/s on a busy machine; a quiet one with two cores has more than fifteen.
LEAST_RATE = 2


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium(*CAMERA_FLAGS, *GRAPHICS) as browser:
        yield browser


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a clip of a photograph that moves: ten frames, one second."""
    path = tmp_path_factory.mktemp("clip") / "moving cat.mp4"
    pixels = pictures.fit(pictures.sample("cat"), 160).pixels.transpose(1, 2, 0)
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=Fraction(10))
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(10):
            window = np.ascontiguousarray(np.round(255 * pixels[8:72, 4 * number : 4 * number + 96]).astype(np.uint8))
            target.mux(stream.encode(av.VideoFrame.from_ndarray(window)))
        target.mux(stream.encode())
    return path


def remember(page: Page, **stored: Any) -> None:
    """Have the page start with stored settings, whose sizes take little time."""
    for name, value in stored.items():
        key, text = json.dumps(f"pinxit.{name.replace('_', '.')}"), json.dumps(json.dumps(value))
        page.add_init_script(f"if (location.pathname.length > 1 && window === top) localStorage[{key}] ??= {text}")


def form_state(own: dict[str, Any], preset: str = "draft", **settings: Any) -> dict[str, Any]:
    return {"styles": WAVES, "preset": preset, "settings": settings, "own": own, "job": None}


def only_result(page: Page, work: str) -> dict[str, Any]:
    """Return the gallery's only result of a work."""
    (result,) = page.request.get(f"/api/v1/results?work={work}").json()["results"]
    found: dict[str, Any] = result
    return found


def pixels(element: Locator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a canvas's or a film's current picture, reduced to `(16, 16, 3)` RGB, 0 to 255."""
    data = element.evaluate(
        """element => {
            const context = new OffscreenCanvas(16, 16).getContext("2d", { willReadFrequently: true });
            context.drawImage(element, 0, 0, 16, 16);
            return [...context.getImageData(0, 0, 16, 16).data];
        }"""
    )
    return np.array(data, float).reshape(16, 16, 4)[:, :, :3]


def screenshot(element: Locator) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an element's screenshot as `(32, 32, 3)` RGB, 0 to 255: WebGL's pictures cannot be read otherwise."""
    with PIL.Image.open(io.BytesIO(element.screenshot())) as picture:
        return np.asarray(picture.convert("RGB").resize((32, 32)), float)


def mean_difference(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    return float(np.abs(one - other).mean())


def test_the_camera_is_painted_in_the_browser(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        page.goto("/live")
        asked: list[str] = []
        page.get_by_role("button", name="Start the camera").click()
        rate = page.get_by_text(re.compile(r"^\d+ frames a second$"))
        expect(rate).to_be_visible()
        page.on("request", lambda request: asked.append(request.method) if request.method != "GET" else None)
        canvas, camera = page.locator("canvas"), page.locator("video")
        painted, source = pixels(canvas), pixels(camera)
        # Chromium's fake camera moves, and so must the painting, whose frames get smaller until they are fast enough.
        wait_until(page, lambda: float(rate.inner_text().split()[0]) >= LEAST_RATE)
        wait_until(page, lambda: mean_difference(pixels(canvas), painted) > 0.3)
        assert mean_difference(painted, source) > 15
        expect(page.get_by_text(re.compile(r"\d+ × \d+ · (processor|graphics card)"))).to_be_visible()
        assert page.evaluate("crossOriginIsolated")
        # No picture leaves the browser before the visitor asks for it.
        assert asked == []

        with page.expect_response(lambda answer: "/snapshots" in answer.url and answer.ok):
            page.keyboard.press("s")
        expect(page.get_by_role("list", name="Snapshots").get_by_role("listitem")).to_have_count(1)
        snapshot = only_result(page, "live")
        assert snapshot["styles"] == ["house:swirl"]
        assert snapshot["files"][0]["width"] == canvas.evaluate("canvas => canvas.width")

        page.get_by_label("Strength").press("Home")
        expect(page.get_by_text("0 %")).to_be_visible()
        # At strength 0 it is the camera's picture, mirrored.
        wait_until(page, lambda: mean_difference(pixels(canvas)[:, ::-1], pixels(camera)) < 12)

        page.get_by_role("button", name="Stop the camera").click()
        expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
        assert camera.evaluate("video => video.srcObject") is None


def test_a_picture_from_this_machine_is_painted_live(chromium: Browser, address: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 160), photo)
    with visit(chromium, address) as page:
        page.goto("/live")
        page.get_by_label("or choose a clip or a picture").set_input_files(photo)
        canvas = page.locator("canvas")
        expect(page.get_by_text("160 × 104")).to_be_visible()
        first = pixels(canvas)
        with page.expect_response(lambda answer: answer.url.endswith("/live/model") and answer.ok):
            page.get_by_role("button", name="Use Woodcut").click()
        wait_until(page, lambda: mean_difference(pixels(canvas), first) > 5)
        page.get_by_role("button", name="Paint this moment properly").click()
        expect(page).to_have_url(re.compile("/paint$"))
        expect(page.get_by_text("camera", exact=True)).to_be_visible()


def test_without_a_camera_a_sentence_says_so(chromium: Browser, address: str) -> None:
    bare = chromium.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    with contextlib.closing(bare), visit(bare, address) as page:
        page.goto("/live")
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("There is no camera|The camera was not allowed"))


def test_a_clip_is_painted_and_played_in_step(chromium: Browser, address: str, clip: Path) -> None:
    with visit(chromium, address, expected=GONE) as page:
        remember(page, making_video=form_state({}, "instant", size=96))
        page.goto("/video")
        page.get_by_label("Drop a clip here").set_input_files(clip)
        first = page.get_by_role("region", name="Frames, painted")
        expect(first.get_by_alt_text(re.compile("painted by the network"))).to_be_visible()
        expect(first.get_by_role("radio")).to_have_count(2)
        page.get_by_role("button", name="Paint the clip").click()
        expect(page.get_by_label("Both clips in step")).to_be_visible()
        film = next(file for file in only_result(page, "video")["files"] if file["role"] == "film")
        assert (film["width"], film["height"]) == (96, 64)

        original, painted = page.get_by_label("Before"), page.get_by_label("The painted clip")
        page.get_by_role("button", name="Play").click()
        wait_until(
            page, lambda: all(video.evaluate("video => video.currentTime > 0.3") for video in (original, painted))
        )
        page.get_by_role("button", name="Pause").click()
        page.wait_for_timeout(500)
        places = [video.evaluate("video => video.currentTime") for video in (original, painted)]
        assert places[0] == pytest.approx(places[1], abs=0.06)
        assert mean_difference(pixels(original), pixels(painted)) > 8
        page.get_by_label("Both clips in step").press("Home")
        page.get_by_label("Both clips in step").press("ArrowRight")
        assert painted.evaluate("video => video.currentTime") == pytest.approx(0.04, abs=0.01)

        # The recipe fills the page again.
        page.goto(f"/gallery?result={only_result(page, 'video')['id']}")
        page.get_by_role("button", name="Use all settings").click()
        expect(page.get_by_text("moving cat")).to_be_visible()
        expect(page.get_by_role("button", name="Remove Waves").first).to_be_visible()


def test_a_texture_is_repeated_and_lit(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected=GONE) as page:
        own = {"height": 96, "width": 96, "tile": True, "maps": True, "like": None}
        remember(page, making_texture=form_state(own, iterations=4, coarsest=64))
        page.goto("/textures")
        page.get_by_role("button", name="Paint the texture").click()
        expect(page.get_by_role("list", name="Download").get_by_role("link")).to_have_count(5)
        assert [file["role"] for file in only_result(page, "texture")["files"]] == [
            "picture",
            "normal",
            "height",
            "roughness",
        ]
        laid = page.locator("canvas")
        assert laid.evaluate("canvas => [canvas.width, canvas.height]") == [288, 288]
        side = pixels(laid)
        assert mean_difference(side[:5, :5], side[:5, :5].mean()) > 5
        page.get_by_role("radio", name="Sphere").check(force=True)
        sphere = page.get_by_role("application")
        page.wait_for_timeout(1500)
        sphere.press("ArrowLeft")
        for _ in range(9):
            sphere.press("ArrowLeft")
        left = screenshot(sphere)
        for _ in range(20):
            sphere.press("ArrowRight")
        right = screenshot(sphere)
        # Outside the sphere nothing changes; on it the light has moved from one side to the other.
        assert mean_difference(left[:3, :3], right[:3, :3]) < 1
        assert left[10:22, 5:12].mean() > right[10:22, 5:12].mean() + 10
        page.get_by_role("radio", name="Plane").check(force=True)
        wait_until(page, lambda: mean_difference(screenshot(page.get_by_role("application")), left) > 10)


def test_a_pattern_is_shown_as_it_repeats(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected=GONE) as page:
        own = {
            "repeat": "half-drop",
            "height": 1.5,
            "width": 2,
            "dpi": 127,
            "palettes": [],
            "sheet": False,
            "like": None,
        }
        remember(page, making_pattern=form_state(own, iterations=3, coarsest=64))
        page.goto("/patterns")
        expect(page.get_by_text("100 × 75 px.")).to_be_visible()
        page.get_by_role("button", name="Add a palette").click()
        page.get_by_role("button", name="Paint the pattern").click()
        expect(page.get_by_role("list", name="Download").get_by_role("link")).to_have_count(3)
        result = only_result(page, "pattern")
        assert [file["role"] for file in result["files"]] == ["picture", "colorway"]
        cell = result["files"][0]
        assert (cell["width"], cell["height"]) == (100, 76)
        canvas = page.locator("canvas")
        assert canvas.evaluate("canvas => [canvas.width, canvas.height]") == [300, 228]
        own_colors = pixels(canvas)
        # The second column is the first, half a repeat lower.
        columns = canvas.evaluate(
            """canvas => {
                const context = new OffscreenCanvas(300, 228).getContext("2d", { willReadFrequently: true });
                context.drawImage(canvas, 0, 0);
                return [[50, 0], [150, 38]].map(place => [...context.getImageData(...place, 1, 76).data]);
            }"""
        )
        assert columns[0] == columns[1]
        page.get_by_role("radio", name="Colourway 1").check(force=True)
        wait_until(page, lambda: mean_difference(pixels(canvas), own_colors) > 5)


def test_a_panorama_can_be_looked_around_in(chromium: Browser, address: str, tmp_path: Path) -> None:
    path = tmp_path / "around.png"
    column = np.linspace(0, 1, 256, dtype=np.float32)
    sphere = np.stack(
        [np.tile(column, (128, 1)), np.tile(1 - column, (128, 1)), np.full((128, 256), 0.5, np.float32)], 2
    )
    PIL.Image.fromarray(np.round(255 * sphere).astype(np.uint8)).save(path)
    with visit(chromium, address, expected=GONE) as page:
        own = {"content": None, "whole": True, "size": 256, "cubemap": False}
        remember(page, making_panorama=form_state(own, "instant"))
        page.goto("/panoramas")
        page.get_by_label("Drop a panorama here").set_input_files(path)
        around = page.get_by_role("application")
        expect(around).to_be_visible()
        page.wait_for_timeout(2000)
        ahead = screenshot(around)
        for _ in range(6):
            around.press("ArrowRight")
        # The panorama gets redder to the right.
        wait_until(page, lambda: bool(screenshot(around)[16, 16, 0] > ahead[16, 16, 0] + 20))
        around.press("0")
        page.get_by_role("button", name="Paint the panorama").click()
        expect(page.get_by_role("list", name="Download").get_by_role("link")).to_have_count(3)
        wait_until(page, lambda: mean_difference(screenshot(around), ahead) > 8)

        page.get_by_label("As a cube map").check()
        page.get_by_role("button", name="Paint the panorama").click()
        expect(page.get_by_role("link", name="pz.png")).to_be_visible()
        page.wait_for_timeout(2000)
        box = around.bounding_box()
        assert box is not None
        before = screenshot(around)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        wait_until(page, lambda: mean_difference(screenshot(around), before) > 3)


def test_a_theme_shows_its_own_page(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected=GONE) as page:
        own = {"icons": [], "avatars": [], "backgrounds": [[160, 96]]}
        remember(page, making_theme=form_state(own, "instant", size=64))
        page.goto("/themes")
        page.get_by_role("button", name="Make the theme").click()
        frame = page.locator("iframe").content_frame
        expect(frame.get_by_role("heading", name="Waves")).to_be_visible()
        # The page is in a sandbox: it has no origin and can reach nothing.
        assert frame.locator("html").evaluate("() => origin") == "null"
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Download the theme (.zip)").click()
        assert Path(downloading.value.path()).read_bytes().startswith(b"PK")


def test_a_trained_network_is_a_style_at_once(chromium: Browser, address: str) -> None:
    with visit(chromium, address, expected=GONE) as page:
        remember(page, making_train=form_state({"steps": 2, "style_weight": 20}))
        page.goto("/train")
        page.get_by_role("button", name="Start training").click()
        paint = page.get_by_role("button", name="Paint with it")
        expect(paint).to_be_visible()
        assert only_result(page, "train")["files"][0]["name"].endswith(".pinxit")
        paint.click()
        with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok) as painted:
            page.get_by_role("region", name="Easel").get_by_role("button", name="Use Cat").click()
        order = painted.value.request.post_data_json
        assert order is not None
        assert order["styles"][0]["sha256"] == only_result(page, "train")["files"][0]["id"]
