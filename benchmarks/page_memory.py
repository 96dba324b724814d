"""Measure whether the page keeps memory that it no longer needs: a hundred paintings by the network, one after the other.

The claim of docs/lab/studio-page.md. It runs a real studio and presses *Perfect it* in Chromium.

    python benchmarks/page_memory.py [--paintings 100]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from support.machine_info import describe_load
from support.running_studio import chromium, heap, studio

_SIDE = 96  # px
_EVERY = 10  # paintings between two measurements
_TIMEOUT = 120_000  # ms


def main() -> None:
    """Paint, and print the memory as it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paintings", type=int, default=100)
    count = parser.parse_args().paintings
    print(f"{describe_load()}; {count} paintings of {_SIDE} px")
    with (
        tempfile.TemporaryDirectory() as folder,
        studio(Path(folder) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=address)
        page.set_default_timeout(_TIMEOUT)
        expect.set_options(timeout=_TIMEOUT)
        session = page.context.new_cdp_session(page)
        _prepare(page)
        for number in range(1, count + 1):
            _paint(page, number, count)
            if number % _EVERY == 0:
                objects = session.send("Memory.getDOMCounters")
                print(
                    f"after {number} paintings: {heap(session):.2f} MB of JavaScript heap, {objects['nodes']} nodes, "
                    f"{objects['jsEventListeners']} listeners",
                    flush=True,
                )
        browser.close()


def _prepare(page: Page) -> None:
    """Choose a photograph, a style, and a small size."""
    page.goto("/paint")
    page.get_by_role("region", name="Easel").get_by_role("button", name="Use Cat").click()
    page.get_by_role("button", name="Use Waves").click()
    expect(page.get_by_alt_text("Preview by the network")).to_be_visible()
    page.get_by_role("radio", name="Instant").check(force=True)
    page.get_by_text("Every setting").click()
    size = page.get_by_role("group", name="Options").get_by_label("Size", exact=True)
    size.fill(str(_SIDE))
    size.press("Tab")


def _paint(page: Page, number: int, count: int) -> None:
    """Paint once more, with another strength, and wait for the result."""
    link = page.get_by_role("link", name="In the gallery")
    before = link.get_attribute("href") if number > 1 else None
    page.get_by_role("slider", name="Strength", exact=True).fill(f"{0.2 + 0.7 * number / count:.2f}")
    page.get_by_role("button", name="Perfect it").click()
    if before is not None:
        expect(page.locator(f"a[href='{before}']")).to_have_count(0)
    expect(link).to_be_visible()


if __name__ == "__main__":
    main()
