"""Measure the studio's first page in new profiles of a browser: when it is usable, and when all pictures in view are there.

The claim of docs/lab/studio-page.md. It starts a real studio in an empty home folder, and opens the page in new profiles of
Chromium; the first time, nothing is cached by the studio either.

    python benchmarks/first_open.py [--times 11]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from support.machine_info import describe_load
from support.running_studio import chromium, studio

_DEADLINE = 60_000  # ms
# True when all pictures on the screen are decoded, and there are some.
_COMPLETE = """() => {
  const seen = [...document.images].filter((image) => {
    const { top, bottom, width } = image.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  });
  return seen.length > 8 && seen.every((image) => image.complete && image.naturalWidth > 0);
}"""


def _open(browser: Browser, address: str) -> tuple[float, float]:
    """Return after how many seconds a photograph can be chosen, and after how many the page is complete."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=address)
    page = context.new_page()
    begin = time.perf_counter()
    page.goto("/", wait_until="commit")
    page.get_by_role("button", name="Use Cat").wait_for(timeout=_DEADLINE)
    usable = time.perf_counter() - begin
    page.wait_for_function(_COMPLETE, timeout=_DEADLINE, polling=20)
    complete = time.perf_counter() - begin
    context.close()
    return usable, complete


def main() -> None:
    """Open the page several times and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=11)
    arguments = parser.parse_args()
    print(describe_load())
    with (
        tempfile.TemporaryDirectory() as home,
        studio(Path(home) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = chromium(playwright)
        usable, complete = _open(browser, address)
        print(f"the very first time: usable after {usable:.2f} s, complete after {complete:.2f} s")
        taken = [_open(browser, address) for _ in range(arguments.times - 1)]
        browser.close()
    for name, seconds in zip(("usable", "complete"), zip(*taken, strict=True), strict=True):
        print(f"{name}: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
