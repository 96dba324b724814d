"""Chromium before a real studio: how the tests of the page start it, and what they check on every page."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.clock import PATIENCE

# ms.
TIMEOUT = 1000 * PATIENCE
expect.set_options(timeout=TIMEOUT)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_ROOT = Path(__file__).parents[2]
BUILT_PAGE = _ROOT / "src" / "pinxit" / "studio" / "page" / "index.html"
AXE = _ROOT / "studio" / "web" / "node_modules" / "axe-core" / "axe.min.js"
REQUIRES_CHROMIUM = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
    pytest.mark.skipif(not BUILT_PAGE.is_file(), reason="the studio's page is not built: make page"),
]
# A camera that needs no permission; its picture is a film of Chromium's own.
CAMERA_FLAGS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@contextlib.contextmanager
def open_chromium(*flags: str) -> Iterator[Browser]:
    """Start Chromium without a window."""
    with sync_playwright() as playwright:
        # Playwright expects a Chromium of its own, but any recent one works, which is what people have.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *flags], timeout=TIMEOUT)
        yield browser
        browser.close()


class PageMonitor:
    """Collects what a page must never do: log errors, violate its policy, send requests to another host."""

    def __init__(self, page: Page, address: str, expected: str) -> None:
        self._address, self._expected = address, expected
        self.problems: list[str] = []
        page.on("console", self._check_message)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.context.on("request", self._check_request)  # including workers and windows that it opens

    def _check_message(self, message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type in ("error", "warning") and not (self._expected and self._expected in text):
            self.problems.append(text)

    def _check_request(self, request: Request) -> None:
        if not request.url.startswith((self._address, "blob:", "data:")):
            self.problems.append(f"request to {request.url}")


@contextlib.contextmanager
def visit(
    browser: Browser,
    address: str,
    language: str = "en-GB",
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    expected: str = "",
    touch: bool = False,
    calm: bool = False,
) -> Iterator[Page]:
    """Open a page as a new visitor; any problem on it fails the test, except messages that contain `expected`.

    Args:
        browser: the browser.
        address: the studio's.
        language: of the visitor.
        width: of the screen, CSS px.
        height: of the screen, CSS px.
        dark: whether the visitor's system is dark.
        expected: a part of messages that are no problem.
        touch: whether the screen is a phone's, used by fingers.
        calm: whether the visitor wants reduced motion.
    """
    context = browser.new_context(
        locale=language,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        has_touch=touch,
        is_mobile=touch,
        reduced_motion="reduce" if calm else "no-preference",
        base_url=address,
    )
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    monitor = PageMonitor(page, address, expected)
    yield page
    context.close()
    assert not monitor.problems, monitor.problems


def check_accessible(page: Page, view: str = "", dark_too: bool = False) -> None:
    """Assert that axe finds nothing: names, contrasts, order of headings, roles.

    Args:
        page: the page.
        view: what it shows, for the message.
        dark_too: whether to check the contrasts in dark colours as well, which are all that differs then.
    """
    page.get_by_role("heading", level=1).first.wait_for()  # each page is a file of its own, which may still be loading
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    rules: list[str] | dict[str, Any] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    _check_rules(page, rules, view)
    if dark_too:
        page.emulate_media(color_scheme="dark")
        _check_rules(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, f"{view}, dark")
        page.emulate_media(color_scheme="light")


def _check_rules(page: Page, rules: list[str] | dict[str, Any], view: str) -> None:
    # While colours change they are neither the ones nor the others.
    found = page.evaluate(
        """async rules => {
            const changes = document.getAnimations().filter(one => one instanceof CSSTransition);
            const ended = Promise.allSettled(changes.map(one => one.finished));
            await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 2000))]);
            return axe.run({ runOnly: rules });
        }""",
        rules,
    )
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], view


def wait_until(page: Page, is_true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a condition."""
    # Playwright's own wait evaluates scripts again and again, which the page's policy forbids.
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it did not happen in time"
        page.wait_for_timeout(50)
