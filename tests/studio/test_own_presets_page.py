"""Presets of one's own: saved with a thumbnail, exported, imported, and deleted with a way back."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import PIL.Image
import pytest
from playwright.sync_api import Browser, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, visit, wait_until
from tests.studio.paint_page import stored_form, take_sample

pytestmark = [*REQUIRES_CHROMIUM, pytest.mark.slow(reason="works through the page Paint in a browser")]


def test_a_preset_is_saved_and_exchanged_as_a_file(chromium: Browser, address: str, tmp_path: Path) -> None:
    with visit(chromium, address, expected="422") as page:
        take_sample(page)
        page.get_by_role("slider", name="Strength", exact=True).fill("0.5")
        page.get_by_text("Your presets").first.click()
        page.get_by_label("Save these settings as a preset").fill("Soft dusk")
        page.get_by_role("button", name="Save", exact=True).click()
        use = page.get_by_role("button", name="Soft dusk", exact=True)
        expect(use).to_be_visible()
        with page.expect_download() as started:
            page.get_by_role("button", name="Save the preset Soft dusk as a file").click()
        assert started.value.suggested_filename == "Soft dusk.json"
        saved = json.loads(Path(started.value.path()).read_text())
        assert saved["pinxit_preset"] == 1
        assert saved["settings"] == {"preset": "standard", "strength": 0.5}
        with PIL.Image.open(io.BytesIO(base64.b64decode(saved["thumbnail"]))) as thumbnail:
            assert max(thumbnail.size) == 160

        page.get_by_role("slider", name="Strength", exact=True).fill("1")
        use.click()
        wait_until(page, lambda: stored_form(page)["settings"] == {"strength": 0.5})

        # Deleted, and back.
        page.get_by_role("button", name="Remove the preset Soft dusk").click()
        expect(use).to_have_count(0)
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        expect(use).to_be_visible()

        # The file again replaces nothing; files of others are refused in a sentence.
        chooser = page.get_by_label("Import a preset from a file")
        written = tmp_path / "dusk.json"
        written.write_text(json.dumps(saved))
        chooser.set_input_files(written)
        expect(page.get_by_role("button", name="Soft dusk 2", exact=True)).to_be_visible()
        written.write_text(json.dumps({**saved, "settings": {"content": {"name": "/etc/passwd"}}}))
        chooser.set_input_files(written)
        expect(page.get_by_text("there is no setting 'content'")).to_be_visible()
        written.write_text("<html>")
        chooser.set_input_files(written)
        expect(page.get_by_text("dusk.json is not a preset that pinxit exported")).to_be_visible()
        assert len(page.request.get("/api/v1/presets").json()) == 2
