"""Make the pictures of the studio that docs/studio.md shows: the real program, painting real things, in a real browser.

python docs/make_studio.py [NAME …]     some of: paint, gallery, jobs, video, live, panoramas, textures, patterns, themes, train

Needs Chromium and the built page (`make page`); takes minutes, for everything on the pictures is painted for them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright

from pinxit import picture as pictures

IMAGES = Path(__file__).parent / "images"
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
WIDTH, HEIGHT = 1280, 800
TELEPHONE = (390, 800)
LARGEST = 150_000  # bytes of a picture
PATIENCE = 900_000  # ms: a busy machine


@dataclass(frozen=True)
class Here:
    """Where the pictures are made.

    Attributes:
        browser: which looks.
        address: of the studio.
        folder: for what goes in.
    """

    browser: Browser
    address: str
    folder: Path

    @contextlib.contextmanager
    def visit(
        self, *, size: tuple[int, int] = (WIDTH, HEIGHT), dark: bool = False, language: str = "en-GB"
    ) -> Iterator[Page]:
        """A visitor."""
        context = self.browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            base_url=self.address,
        )
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        context.close()


def stand(page: Page, name: str, value: dict[str, Any]) -> None:
    """Have a page come up as somebody left it."""
    key, text = json.dumps(f"pinxit.{name}"), json.dumps(json.dumps(value))
    page.add_init_script(f"if (window === top) localStorage[{key}] ??= {text}")


def standing(style: str, own: dict[str, Any], preset: str = "draft", **settings: Any) -> dict[str, Any]:
    """What `stand` is told of a page that makes something."""
    styles = [{"name": f"house:{style}", "sha256": "", "bytes": 0, "share": 1}]
    return {"styles": styles, "preset": preset, "settings": settings, "own": own, "job": None}


def save(page: Page, name: str) -> None:
    """What is seen now, as a JPEG that is no larger than it may be."""
    page.wait_for_timeout(1500)
    while not page.evaluate("[...document.images].every(image => image.complete || image.loading === 'lazy')"):
        page.wait_for_timeout(200)
    image = PIL.Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for quality in range(88, 20, -6):
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
        if stream.tell() <= LARGEST:
            break
    (IMAGES / f"studio-{name}.jpg").write_bytes(stream.getvalue())
    print(f"studio-{name}.jpg  {stream.tell() // 1000} kB")


def finished(page: Page) -> None:
    """Wait until there is something to take along."""
    page.get_by_role("list", name="Download").wait_for()


def make_paint(here: Here) -> None:
    """While the optimiser paints; and on a telephone, in Chinese."""
    easel = {
        "content": {"name": "sample:cat", "sha256": "", "bytes": 0},
        "styles": [{"name": "house:swirl", "sha256": "", "bytes": 0, "share": 1}],
        "preset": "standard",
        "settings": {"size": 384},
    }
    with here.visit() as page:
        stand(page, "easel", easel)
        page.goto("/paint")
        page.get_by_alt_text("Preview by the network").wait_for()
        page.get_by_role("button", name="Perfect it").click()
        page.get_by_role("img", name="Losses").wait_for()
        page.get_by_role("link", name="In the gallery").wait_for()
        save(page, "paint")
    with here.visit(size=TELEPHONE, language="zh-CN", dark=True) as page:
        stand(page, "easel", easel | {"styles": [{"name": "house:ink", "sha256": "", "bytes": 0, "share": 1}]})
        with page.expect_response(lambda answer: answer.url.endswith("/preview")):
            page.goto("/paint")
        page.wait_for_timeout(6000)
        save(page, "telephone")


def make_video(here: Here) -> None:
    """A painted clip beside the original."""
    with here.visit() as page:
        own = {"clip": None, "length": 0, "start": 0, "end": 0, "steady": True, "turns": False}
        stand(page, "making.video", standing("pointillism", own, "instant", size=384))
        page.goto("/video")
        page.get_by_label("Drop a clip here").set_input_files(clip(here.folder / "rocket.mp4", "rocket"))
        page.get_by_alt_text("painted by the network").wait_for()
        save(page, "video-first")
        page.get_by_role("button", name="Paint the clip").click()
        page.get_by_label("Both clips in step").wait_for()
        page.get_by_role("slider", name="Moment", exact=True).fill("1")
        save(page, "video")


def make_live(here: Here) -> None:
    """The camera, which sees an astronaut."""
    with here.visit(dark=True) as page:
        stand(page, "live", {"styles": standing("impasto", {})["styles"], "size": "320"})
        page.goto("/live")
        page.get_by_role("button", name="Start the camera").click()
        page.get_by_text("frames a second").wait_for()
        page.get_by_role("button", name="Camera beside it").click()
        page.wait_for_timeout(15_000)
        page.get_by_role("button", name="Take a snapshot").click()
        page.get_by_role("list", name="Snapshots").wait_for()
        page.get_by_role("button", name="Close").click()
        save(page, "live")


def make_panoramas(here: Here) -> None:
    """Looking round in a painted panorama."""
    file = here.folder / "landscape.png"
    subprocess.run([sys.executable, BENCHMARKS / "dome.py", file, "--size", "1536"], check=True)
    with here.visit() as page:
        own = {"content": None, "whole": True, "size": 1536, "cubemap": False}
        stand(page, "making.panorama", standing("swirl", own, "instant"))
        page.goto("/panoramas")
        page.get_by_label("Drop a panorama here").set_input_files(file)
        page.get_by_role("button", name="Paint the panorama").click()
        finished(page)
        for _ in range(14):
            page.get_by_role("application").press("ArrowRight")
        save(page, "panoramas")


def make_textures(here: Here) -> None:
    """A texture laid, and lit on a sphere."""
    with here.visit() as page:
        own = {"height": 256, "width": 256, "tile": True, "maps": True, "like": None}
        stand(page, "making.texture", standing("goldleaf", own))
        page.goto("/textures")
        page.get_by_role("button", name="Paint the texture").click()
        finished(page)
        save(page, "textures")
        page.get_by_role("radio", name="Sphere").check(force=True)
        page.wait_for_timeout(2000)
        save(page, "textures-lit")


def make_patterns(here: Here) -> None:
    """A half-drop with a colourway."""
    with here.visit() as page:
        own = {
            "repeat": "half-drop",
            "height": 5,
            "width": 5,
            "dpi": 130,
            "palettes": [["#1d2a44", "#5b7a8c", "#c9b28b", "#e9dfcc", "#b4472f"]],
            "sheet": True,
            "like": None,
        }
        stand(page, "making.pattern", standing("batik", own))
        page.goto("/patterns")
        page.get_by_role("button", name="Paint the pattern").click()
        finished(page)
        page.get_by_role("radio", name="Colourway 1").check(force=True)
        save(page, "patterns")


def make_themes(here: Here) -> None:
    """A theme's page within the page."""
    with here.visit() as page:
        stand(
            page,
            "making.theme",
            standing("marbling", {"icons": [], "avatars": [], "backgrounds": [[960, 540]]}, "instant"),
        )
        page.goto("/themes")
        page.get_by_role("button", name="Make the theme").click()
        page.locator("iframe").content_frame.get_by_role("heading").first.wait_for()
        save(page, "themes")


def make_train(here: Here) -> None:
    """A network that learns."""
    with here.visit() as page:
        stand(page, "making.train", standing("woodcut", {"steps": 60, "style_weight": 20}))
        page.goto("/train")
        page.get_by_role("button", name="Begin to learn").click()
        page.get_by_role("button", name="Paint with it").wait_for()
        save(page, "train")


def make_gallery(here: Here) -> None:
    """Everything that was made."""
    with here.visit(dark=True) as page:
        page.goto("/gallery")
        page.wait_for_timeout(4000)
        save(page, "gallery")


def make_jobs(here: Here) -> None:
    """A job at work, and those that are done."""
    order = {
        "work": "stylize",
        "content": {"name": "sample:coffee", "sha256": "", "bytes": 0},
        "styles": [{"name": "house:watercolour", "sha256": "", "bytes": 0, "share": 1}],
        "size": 512,
    }
    with here.visit() as page:
        job = page.request.post("/api/v1/jobs", data={"order": order}).json()["id"]
        page.goto("/jobs")
        page.locator(f"img[src*='{job}']").wait_for()
        save(page, "jobs")
        page.request.post(f"/api/v1/jobs/{job}/cancel")


def clip(path: Path, sample: str) -> Path:
    """Two seconds of looking slowly across a photograph."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=Fraction(12), options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = 384, 256, "yuv420p"
        for frame in across(sample, 24, 384, 256):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        target.mux(stream.encode())
    return path


def camera(path: Path) -> Path:
    """What Chromium's camera sees: JPEGs one after the other."""
    with path.open("wb") as stream:
        for frame in across("astronaut", 60, 480, 360):
            PIL.Image.fromarray(frame).save(stream, "JPEG", quality=95)
    return path


def across(sample: str, count: int, width: int, height: int) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Windows of a photograph, from its left to its right."""
    photo = pictures.to_pil(pictures.sample(sample)).convert("RGB")
    factor = 1.15 * max(width / photo.width, height / photo.height)
    pixels = np.asarray(photo.resize((round(photo.width * factor), round(photo.height * factor))))
    for number in range(count):
        left = round((pixels.shape[1] - width) * number / (count - 1))
        yield np.ascontiguousarray(pixels[:height, left : left + width])


MAKERS: dict[str, Callable[[Here], None]] = {
    "paint": make_paint,
    "video": make_video,
    "live": make_live,
    "panoramas": make_panoramas,
    "textures": make_textures,
    "patterns": make_patterns,
    "themes": make_themes,
    "train": make_train,
    "jobs": make_jobs,
    "gallery": make_gallery,
}


@contextlib.contextmanager
def studio(home: Path) -> Iterator[str]:
    """`pinxit studio`, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", "0", "--home", str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None  # noqa: S101 - for the type checker
    try:
        yield process.stdout.readline().split()[-1].rstrip("/")
    finally:
        process.terminate()
        process.wait()


def main(names: list[str]) -> None:
    """Make those that are named, or all."""
    with (
        tempfile.TemporaryDirectory() as place,
        studio(Path(place) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={camera(Path(place) / 'camera.mjpeg')}",
            ],
        )
        here = Here(browser, address, Path(place))
        for name in names or MAKERS:
            MAKERS[name](here)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
