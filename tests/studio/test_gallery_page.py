"""The gallery: several results are selected and downloaded, one is exported as another kind of file."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import httpx2
import PIL.Image
import pytest
from playwright.sync_api import Browser, expect

from tests.clock import PATIENCE
from tests.studio.api_client import put_job, small_order, wait_for_state
from tests.studio.chromium import REQUIRES_CHROMIUM, check_accessible, visit

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="paints pictures for the gallery")]


@pytest.fixture(scope="module")
def painted(address: str) -> str:
    """Fill the gallery with three small pictures; return the studio's address."""
    with httpx2.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        for title in ("one", "two", "three"):
            wait_for_state(client, put_job(client, small_order(), title=title)["id"], "succeeded")
            time.sleep(0.01)  # so that they are in order
    return address


def test_several_are_downloaded_as_one_zip(chromium: Browser, painted: str) -> None:
    with visit(chromium, painted) as page:
        page.goto("/gallery")
        page.get_by_role("button", name="Select").click()
        for title in ("three", "one"):
            page.get_by_role("button", name=title, exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("status").filter(has_text="2 selected")).to_be_visible()
        check_accessible(page, "selection")
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Download as one ZIP").click()
        archive = zipfile.ZipFile(io.BytesIO(Path(downloading.value.path()).read_bytes()))
        assert len(archive.namelist()) == 2
        page.get_by_role("button", name="All that are shown").click()
        expect(page.get_by_text("3 selected")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        page.get_by_role("button", name="two", exact=True).click()
        expect(page.get_by_role("dialog", name="two")).to_be_visible()


def test_one_is_exported_smaller_as_another_kind(chromium: Browser, painted: str) -> None:
    with visit(chromium, painted) as page:
        page.goto("/gallery")
        page.get_by_role("button", name="one", exact=True).click()
        page.get_by_role("button", name="Download as…").click()
        dialog = page.get_by_role("dialog", name="Download")
        check_accessible(page, "download")
        dialog.get_by_role("radio", name="WebP").check(force=True)
        with page.expect_download() as downloading:
            dialog.get_by_role("button", name="Download").click()
        assert downloading.value.suggested_filename.endswith(".webp")
        assert PIL.Image.open(io.BytesIO(Path(downloading.value.path()).read_bytes())).format == "WEBP"
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("dialog", name="one")).to_be_visible()
