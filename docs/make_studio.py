"""Make the pictures in docs/how-to/studio.md: the real program with real results in a real browser.

python docs/make_studio.py [NAME …]

NAME is one of: paint, telephone, sheet, grade, taste, regions, gallery, blind, jobs, video, live, panoramas, textures,
patterns, themes, train.

It needs Chromium and the built page (`make page`), and takes minutes, because all results are painted for the pictures.
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
from playwright.sync_api import Error as PlaywrightError

from pinxit import image as pictures

IMAGES = Path(__file__).parent / "images"
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
WIDTH, HEIGHT = 1280, 800
TELEPHONE = (390, 800)
LARGEST = 150_000  # bytes: largest size of a picture
PATIENCE = 900_000  # ms: time limit on a busy machine


@dataclass(frozen=True)
class Here:
    """The browser and the studio of the pictures.

    Attributes:
        browser: the browser that takes the pictures.
        address: the studio's address.
        folder: the folder for inputs.
    """

    browser: Browser
    address: str
    folder: Path

    @contextlib.contextmanager
    def visit(
        self, *, size: tuple[int, int] = (WIDTH, HEIGHT), dark: bool = False, language: str = "en-GB"
    ) -> Iterator[Page]:
        """Open a page as a visitor."""
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
    """Restore a page's stored form before it opens."""
    key, text = json.dumps(f"pinxit.{name}"), json.dumps(json.dumps(value))
    page.add_init_script(f"if (window === top) localStorage[{key}] ??= {text}")


def standing(style: str, own: dict[str, Any], preset: str = "draft", **settings: Any) -> dict[str, Any]:
    """Return the stored form of a page that starts jobs, for `stand`."""
    styles = [{"name": f"house:{style}", "sha256": "", "bytes": 0, "share": 1}]
    return {"styles": styles, "preset": preset, "settings": settings, "own": own, "job": None}


def save(page: Page, name: str) -> None:
    """Save the visible page as a JPEG of limited size."""
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
    """Wait until the result can be downloaded."""
    page.get_by_role("list", name="Download").wait_for()


def make_paint(here: Here) -> None:
    """Take Paint while the optimiser paints."""
    with here.visit() as page:
        stand(page, "easel", easel_of("swirl"))
        page.goto("/paint")
        page.get_by_alt_text("Preview by the network").wait_for()
        page.get_by_role("button", name="Perfect it").click()
        page.get_by_role("img", name="Losses").wait_for()
        page.get_by_role("link", name="In the gallery").wait_for()
        save(page, "paint")


def make_telephone(here: Here) -> None:
    """Take Paint on a phone, in Chinese, with a preview."""
    with here.visit(size=TELEPHONE, language="zh-CN", dark=True) as page:
        stand(page, "easel", easel_of("ink"))
        page.goto("/paint")
        page.get_by_alt_text("网络绘制的预览").wait_for()
        save(page, "telephone")


def easel_of(style: str) -> dict[str, Any]:
    """Return the stored form of the page Paint, with a cat in a style."""
    return {
        "content": {"name": "sample:cat", "sha256": "", "bytes": 0},
        "styles": [{"name": f"house:{style}", "sha256": "", "bytes": 0, "share": 1}],
        "preset": "standard",
        "settings": {"size": 384},
    }


def make_sheet(here: Here) -> None:
    """Take a photograph in four styles, side by side."""
    names = ("swirl", "woodcut", "mosaic", "watercolour")
    easel = {
        "content": {"name": "sample:cat", "sha256": "", "bytes": 0},
        "styles": [{"name": f"house:{name}", "sha256": "", "bytes": 0, "share": 1} for name in names],
        "preset": "standard",
        "settings": {},
        "sheet": True,
    }
    with here.visit() as page:
        stand(page, "easel", easel)
        page.goto("/paint")
        sheet = page.get_by_role("region", name="Sheet")
        while sheet.locator("img[src^=blob]").count() < len(names):
            page.wait_for_timeout(500)
        save(page, "sheet")


def make_grade(here: Here) -> None:
    """Take a photograph in the colours of a painting."""
    with here.visit() as page:
        own = {"content": {"name": "sample:coffee", "sha256": "", "bytes": 0}, "strength": 1, "skin": 0.6}
        stand(page, "making.grade", standing("ink", own))
        page.goto("/grade")
        while not page.locator("main img[src^=blob]").count():
            page.wait_for_timeout(500)
        page.get_by_role("button", name="Grade it").click()
        finished(page)
        save(page, "grade")


def make_taste(here: Here) -> None:
    """Take the page Taste after some ratings."""
    ratings = {"swirl": "like", "waves": "like", "woodcut": "like", "batik": "dislike", "halftone": "dislike"}
    with here.visit() as page:
        page.goto("/taste")
        for name, rating in ratings.items():
            picture = {"name": f"house:{name}", "sha256": "", "bytes": 0}
            page.request.put("/api/v1/taste/ratings", data={"picture": picture, "rating": rating})
        page.reload()
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(2000)
        save(page, "taste")
        page.request.delete("/api/v1/taste")


def make_video(here: Here) -> None:
    """Take a painted clip beside the original."""
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
    """Take the live page with an astronaut before the camera."""
    with here.visit(dark=True) as page:
        stand(page, "live", {"styles": standing("impasto", {})["styles"], "size": "320"})
        page.goto("/live")
        page.get_by_role("button", name="Start the camera").click()
        page.get_by_text("frames a second").wait_for()
        page.get_by_role("button", name="Show the camera").click()
        page.wait_for_timeout(15_000)
        page.get_by_role("button", name="Take a snapshot").click()
        page.get_by_role("list", name="Snapshots").wait_for()
        page.get_by_role("button", name="Close").click()
        save(page, "live")


def make_panoramas(here: Here) -> None:
    """Take a painted panorama in the viewer."""
    file = here.folder / "landscape.png"
    subprocess.run(
        [sys.executable, BENCHMARKS / "support" / "synthetic_panorama.py", file, "--size", "3072"], check=True
    )
    with here.visit() as page:
        own = {"content": None, "whole": True, "size": 3072, "cubemap": False}
        stand(page, "making.panorama", standing("swirl", own, "instant"))
        page.goto("/panoramas")
        page.get_by_label("Drop a panorama here").set_input_files(file)
        page.get_by_role("button", name="Paint the panorama").click()
        finished(page)
        for _ in range(14):
            page.get_by_role("application").press("ArrowRight")
        save(page, "panoramas")


def make_textures(here: Here) -> None:
    """Take a texture repeated, and on a lit sphere."""
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
    """Take a half-drop pattern with a colourway."""
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
    """Take a theme's page within the studio."""
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
    """Take a trained network."""
    with here.visit() as page:
        stand(page, "making.train", standing("woodcut", {"steps": 60, "style_weight": 20}))
        page.goto("/train")
        page.get_by_role("button", name="Start training").click()
        page.get_by_role("button", name="Paint with it").wait_for()
        save(page, "train")


def make_gallery(here: Here) -> None:
    """Take the gallery."""
    with here.visit(dark=True) as page:
        page.goto("/gallery")
        page.wait_for_timeout(4000)
        save(page, "gallery")


def order_of(content: str, style: str) -> dict[str, Any]:
    """Return the order of a picture as the page sends it."""
    return {
        "work": "stylize",
        "content": {"name": content, "sha256": "", "bytes": 0},
        "styles": [{"name": style, "sha256": "", "bytes": 0, "share": 1}],
        "size": 512,
    }


def make_regions(here: Here) -> None:
    """Take the matched regions of a photograph and a style."""
    easel = {
        "content": {"name": "sample:astronaut", "sha256": "", "bytes": 0},
        "styles": [{"name": "house:swirl", "sha256": "", "bytes": 0, "share": 1}],
        "preset": "standard",
        "settings": {"match": "regions"},
    }
    with here.visit() as page:
        stand(page, "easel", easel)
        page.goto("/paint")
        page.get_by_role("radio", name="Regions").check(force=True)
        page.get_by_role("button", name="Region 2 of the photograph").click()
        page.mouse.move(WIDTH / 2, HEIGHT - 10)
        save(page, "regions")


def make_blind(here: Here) -> None:
    """Take the blind test with two paintings."""
    order = order_of("sample:astronaut", "house:swirl")
    with here.visit() as page:
        for preset in ("instant", "standard"):
            painted(page, {**order, "preset": preset})
        page.goto("/blind")
        page.get_by_role("button", name="B is nearer to the painting").wait_for()
        save(page, "blind")


def painted(page: Page, order: dict[str, Any]) -> None:
    """Have a picture painted, and wait for it."""
    job = page.request.post("/api/v1/jobs", data={"order": order}).json()["id"]
    # A busy studio may close the connection between two requests.
    while page.request.get(f"/api/v1/jobs/{job}", max_retries=5).json()["state"] != "succeeded":
        page.wait_for_timeout(1000)


def make_jobs(here: Here) -> None:
    """Take the list of jobs, with one running and one done."""
    order = order_of("sample:coffee", "house:watercolour")
    with here.visit() as page:
        painted(page, {**order_of("sample:cat", "house:swirl"), "preset": "instant"})
        job = page.request.post("/api/v1/jobs", data={"order": order}).json()["id"]
        page.goto("/jobs")
        page.locator(f"img[src*='{job}']").wait_for()
        save(page, "jobs")
        page.request.post(f"/api/v1/jobs/{job}/cancel")


def clip(path: Path, sample: str) -> Path:
    """Write a clip of two seconds that pans across a photograph."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=Fraction(12), options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = 384, 256, "yuv420p"
        for frame in across(sample, 24, 384, 256):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        target.mux(stream.encode())
    return path


def camera(path: Path) -> Path:
    """Write the film of Chromium's camera: a sequence of JPEGs."""
    with path.open("wb") as stream:
        for frame in across("astronaut", 60, 480, 360):
            PIL.Image.fromarray(frame).save(stream, "JPEG", quality=95)
    return path


def across(sample: str, count: int, width: int, height: int) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Yield windows of a photograph, from left to right."""
    photo = pictures.to_pil(pictures.sample(sample)).convert("RGB")
    factor = 1.15 * max(width / photo.width, height / photo.height)
    pixels = np.asarray(photo.resize((round(photo.width * factor), round(photo.height * factor))))
    for number in range(count):
        left = round((pixels.shape[1] - width) * number / (count - 1))
        yield np.ascontiguousarray(pixels[:height, left : left + width])


MAKERS: dict[str, Callable[[Here], None]] = {
    "paint": make_paint,
    "telephone": make_telephone,
    "sheet": make_sheet,
    "grade": make_grade,
    "taste": make_taste,
    "regions": make_regions,
    "video": make_video,
    "live": make_live,
    "panoramas": make_panoramas,
    "textures": make_textures,
    "patterns": make_patterns,
    "themes": make_themes,
    "train": make_train,
    "jobs": make_jobs,
    "gallery": make_gallery,
    "blind": make_blind,
}


@contextlib.contextmanager
def studio(home: Path) -> Iterator[str]:
    """Run `pinxit studio` and yield its address."""
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
    """Make the named pictures, or all; one that fails does not stop the others."""
    failed = []
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
            try:
                MAKERS[name](here)
            except PlaywrightError as error:
                print(f"{name}: {error}", file=sys.stderr)
                failed.append(name)
        browser.close()
    if failed:
        raise SystemExit(f"again: python docs/make_studio.py {' '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
