"""Measure the gallery with thousands of results: how smoothly it scrolls, how soon a search answers, what stays in memory.

The claim of docs/lab/studio-page.md. It runs a real studio and Chromium; results are written once into the home folder.

    python benchmarks/gallery.py [--results 2000] [--home /tmp/pinxit-gallery]
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import httpx2
from playwright.sync_api import Page, sync_playwright

from support.full_gallery import fill
from support.machine_info import describe_load
from support.running_studio import chromium, heap, studio

_WORDS = ("swirl", "cat", "cat swirl", "rocket waves", "hubble", "o", "nothing such", "mosaic coffee")
_WHEEL_STEP = 120  # px: one notch
# Collects the time between frames while it runs, ms.
_RECORD_FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const step = (now) => { window.frames_.push(now - last); last = now; window.framing_ = requestAnimationFrame(step); };
  window.framing_ = requestAnimationFrame((now) => { last = now; window.framing_ = requestAnimationFrame(step); });
}"""
_STOP_FRAMES = "() => { cancelAnimationFrame(window.framing_); return window.frames_; }"
# Types a text into the search field and returns when the list shows what was found, ms.
_SEARCH = """(text) => new Promise((resolve) => {
  const field = document.querySelector("input[type=search]");
  const begin = performance.now();
  const watch = new MutationObserver(() => { watch.disconnect(); resolve(performance.now() - begin); });
  watch.observe(document.querySelector("main"), { childList: true, subtree: true, attributes: true, characterData: true });
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def _server(address: str) -> None:
    """Print how long the server takes for searches and small pictures."""
    with httpx2.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=60) as client:
        took = []
        for word in _WORDS * 5:
            begin = time.perf_counter()
            client.get("/results", params={"q": word, "limit": 48}).raise_for_status()
            took.append(time.perf_counter() - begin)
        _row("search, by the server", took)
        covers = [one["cover"] for one in client.get("/results", params={"limit": 60}).json()["results"]]
        for name in ("small picture, made", "small picture, kept"):
            took = []
            for cover in covers:
                begin = time.perf_counter()
                client.get(f"/files/{cover}/thumbnail", params={"side": 512}).raise_for_status()
                took.append(time.perf_counter() - begin)
            _row(name, took)


def _row(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    print(
        f"{name}: median {statistics.median(ordered) * 1e3:.1f} ms, "
        f"95 of 100 within {ordered[int(0.95 * len(ordered))] * 1e3:.1f} ms"
    )


def _page(address: str, count: int) -> None:
    """Print what a person sees in Chromium."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=address)
        refused: list[int] = []
        page.on("response", lambda answer: refused.append(answer.status) if answer.status >= 400 else None)
        page.goto("/gallery")
        page.locator("main li").first.wait_for()
        page.wait_for_timeout(1000)
        took = []
        for word in (*_WORDS[:5], ""):
            took.append(page.evaluate(_SEARCH, word) / 1000)
            page.wait_for_timeout(500)
        _row("search, from the key to the list", took)
        for name, speed in (("standing still", 0), ("scrolling by the wheel", 1500), ("scrolling fast", 12_000)):
            _scroll(page, name, speed)
        _scroll_to_end(page, count)
        session = page.context.new_cdp_session(page)
        print(
            f"at the end of {count} results: {page.locator('main li').count()} of them in the document, "
            f"{heap(session):.1f} MB of JavaScript heap; {len(refused)} requests were refused"
        )
        browser.close()


def _scroll(page: Page, name: str, speed: float, seconds: float = 6.0) -> None:
    """Turn the wheel at a speed, px/s, and print the time between frames."""
    page.mouse.move(640, 400)
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_timeout(500)
    begin_at = page.evaluate("() => scrollY")
    page.evaluate(_RECORD_FRAMES)
    begin = time.monotonic()
    turned = 0.0
    while (passed := time.monotonic() - begin) < seconds:
        if turned < speed * passed:
            page.mouse.wheel(0, _WHEEL_STEP)
            turned += _WHEEL_STEP
        else:
            page.wait_for_timeout(2)
    frames = sorted(page.evaluate(_STOP_FRAMES))
    way = page.evaluate("() => scrollY") - begin_at
    print(
        f"{name}, {way / seconds:.0f} px/s: {len(frames) / seconds:.0f} frames/s; median {statistics.median(frames):.1f} ms, "
        f"95 of 100 within {frames[int(0.95 * len(frames))]:.1f} ms, 99 within {frames[int(0.99 * len(frames))]:.1f} ms, "
        f"longest {frames[-1]:.0f} ms"
    )


def _scroll_to_end(page: Page, count: int) -> None:
    """Scroll until all results are loaded."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(150)
        last = page.locator("main li").last
        if int(last.get_attribute("aria-posinset") or 0) == count:
            return
    raise SystemExit("the page did not load all results in two minutes")


def main() -> None:
    """Fill a gallery and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=2000)
    parser.add_argument("--home", type=Path, default=Path("/tmp/pinxit-gallery"))  # noqa: S108 - a cache
    arguments = parser.parse_args()
    fill(arguments.home, arguments.results)
    print(f"{describe_load()}; {arguments.results} results")
    with studio(arguments.home) as address:
        _server(address)
        _page(address, arguments.results)


if __name__ == "__main__":
    main()
