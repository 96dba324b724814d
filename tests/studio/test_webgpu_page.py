"""The page Live paints by WebGPU what it paints on the processor."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pinxit import image as pictures
from tests.studio.chromium import REQUIRES_CHROMIUM, open_chromium, visit

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="computes WebGPU on the processor, in a browser")]
# The page leaves an adapter that computes on the processor alone, because WebAssembly is faster.
AS_A_CARD = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });\n"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader") as browser:
        yield browser


def painted(page: Page, photo: Path, where: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Paint a photograph on the page Live, and return the painting, `(H, W, 3)`, 0 to 255."""
    page.goto("/live")
    page.get_by_label("or choose a clip or a picture").set_input_files(photo)
    expect(page.get_by_text(f"160 × 104 · {where}")).to_be_visible()
    data = page.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    with PIL.Image.open(io.BytesIO(base64.b64decode(data.split(",", 1)[1]))) as picture:
        return np.asarray(picture.convert("RGB"), float)


def test_the_graphics_card_paints_what_the_processor_paints(chromium: Browser, address: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 160), photo)

    def as_a_card(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=AS_A_CARD + answer.text())

    with visit(chromium, address) as page:
        by_processor = painted(page, photo, "processor")
    with visit(chromium, address) as page:
        page.context.route("**/assets/worker-*.js", as_a_card)
        by_card = painted(page, photo, "graphics card")
    assert np.abs(by_processor - by_card).max() <= 2
    assert by_processor.std() > 30, "it shows something"
