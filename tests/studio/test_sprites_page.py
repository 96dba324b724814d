"""The page Sprites: several files at once, sheets, nine-patches, grounds, and one archive."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Browser, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit, wait_until

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through a page in a browser, which paints sprites")]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write two sheets of 2×1 cells of 24 px, and a nine-patch."""
    folder = tmp_path_factory.mktemp("sprites")
    rows, columns = np.mgrid[:24, :48]
    inside = (columns % 24 - 12) ** 2 + (rows - 12) ** 2 < 90
    for number, name in enumerate(("run.png", "jump.png", "button.9.png")):
        planes = [columns * 5, rows * 10, np.full(rows.shape, 60 * number), inside * 255]
        PIL.Image.fromarray(np.stack(planes, axis=2).astype(np.uint8)).save(folder / name)
    return sorted(folder.iterdir())


def test_a_set_is_painted_shown_on_grounds_and_downloaded(chromium: Browser, address: str, sheets: list[Path]) -> None:
    with visit(chromium, address, expected="/preview?n=") as page:
        page.goto("/sprites")
        check_accessible(page, "no sprites")
        page.get_by_label("Drop the sprites here").set_input_files(sheets)
        expect(page.get_by_text("Sprites: 3, of these nine-patches: 1.")).to_be_visible()
        page.get_by_role("button", name="Use Mosaic").click()
        page.get_by_role("switch", name="They are sheets").click()
        begin = page.get_by_role("button", name="Paint the set")
        page.get_by_label("Width of a cell, px").fill("0")
        expect(begin).to_be_disabled()
        for side in ("Width", "Height"):
            page.get_by_label(f"{side} of a cell, px").fill("24")
        begin.click()
        link = page.get_by_role("link", name="Download the set (.zip)")
        expect(link).to_be_visible()
        with page.expect_download() as downloading:
            link.click()
        with zipfile.ZipFile(downloading.value.path()) as archive:
            assert sorted(archive.namelist()) == ["button.9.png", "jump.png", "run.png"]
            for sheet in sheets:
                painted = PIL.Image.open(io.BytesIO(archive.read(sheet.name)))
                with PIL.Image.open(sheet) as before:
                    np.testing.assert_array_equal(np.asarray(painted)[..., 3], np.asarray(before)[..., 3])
                    assert np.abs(np.asarray(painted, float) - np.asarray(before, float)).max() > 20

        shown = page.get_by_role("group", name="The painted sprites")
        for ground, color in (("Black", "rgb(0, 0, 0)"), ("White", "rgb(255, 255, 255)")):
            page.get_by_role("radio", name=ground).check(force=True)
            assert shown.evaluate("element => getComputedStyle(element).backgroundColor") == color
        picture = page.get_by_alt_text("The painted sprites")
        width = "image => image.complete ? image.width : 0"
        natural = 48  # the three sheets lie one below the other
        wait_until(page, lambda: picture.evaluate(width) == natural)
        page.get_by_role("radio", name="4 ×").check(force=True)
        wait_until(page, lambda: picture.evaluate(width) == 4 * natural)
        check_accessible(page, "painted sprites")

        # The recipe fills the page again.
        (result,) = page.request.get("/api/v1/results?work=sprites").json()["results"]
        page.evaluate("localStorage.clear()")
        page.goto(f"/gallery?result={result['id']}")
        expect(page.get_by_role("dialog", name=re.compile("Set of sprites · Mosaic"))).to_be_visible()
        page.get_by_role("button", name="Use all settings").click()
        expect(page.get_by_text("Sprites: 3, of these nine-patches: 1.")).to_be_visible()
        expect(page.get_by_label("Width of a cell, px")).to_have_value("24")
