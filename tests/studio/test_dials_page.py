"""The dials of the page Paint: each shows in the preview, or says that it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.studio.chromium import REQUIRES_CHROMIUM, visit
from tests.studio.paint_page import take_sample

pytestmark = REQUIRES_CHROMIUM


@pytest.mark.slow(reason="paints eight previews, each twice")
def test_a_dial_changes_the_preview_or_says_that_it_does_not(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)

        def preview_after(change: Callable[[], None]) -> str:
            with page.expect_response(lambda answer: answer.url.endswith("/preview") and answer.ok) as painted:
                change()
            # The page has read this response; the same order is painted the same again.
            again = page.request.post("/api/v1/preview", data=painted.value.request.post_data_json)
            assert again.ok
            return hashlib.sha256(again.body()).hexdigest()

        strength = page.get_by_role("slider", name="Strength", exact=True)
        stroke = page.get_by_role("slider", name="Stroke size")
        detail = page.get_by_role("slider", name="Detail of the photograph")
        strengths = [preview_after(lambda share=share: strength.fill(share)) for share in ("0.9", "0.4", "0", "1")]  # type: ignore[misc]
        assert len(set(strengths)) == 4
        strokes = [preview_after(lambda key=key: stroke.press(key)) for key in ("ArrowRight", "PageUp", "PageDown")]  # type: ignore[misc]
        assert len({strengths[-1], *strokes}) >= 3
        # It has no upper half that does nothing: the end of the dial is the full style.
        assert strength.get_attribute("max") == "1"
        # What the network does not read says so.
        assert preview_after(lambda: detail.press("PageUp")) == preview_after(lambda: detail.press("PageUp"))
        expect(detail).to_have_accessible_description("Shows in the finished painting, not in the preview.")


def test_the_shares_of_styles_are_percentages(chromium: Browser, address: str) -> None:
    with visit(chromium, address) as page:
        take_sample(page)
        page.get_by_role("button", name="Use Mosaic").click()
        shares = [page.get_by_role("slider", name=f"Share of {name}") for name in ("Waves", "Mosaic")]
        for share in shares:
            expect(share).to_have_attribute("aria-valuetext", "50 %")
        shares[0].fill("0.5")
        expect(shares[0]).to_have_attribute("aria-valuetext", "33 %")
        expect(shares[1]).to_have_attribute("aria-valuetext", "67 %")
        expect(page.get_by_text("33 %", exact=True)).to_be_visible()
        page.get_by_role("button", name="Use Mosaic").click()
        expect(shares[0]).to_have_count(0)
