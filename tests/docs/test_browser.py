"""The built site in a real browser: it asks no other host for anything, its search finds pages, and nothing is cut off."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
import time
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.clock import PATIENCE
from tests.docs.test_site import SITE
from tests.studio.chromium import open_chromium

pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="no site here: make docs-site builds it")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without printing requests."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.mark.parametrize(
    ("page", "query", "found"),
    [("/", "hypercolumn", "/explanation/objective/"), ("/zh/", "平铺", "/zh/tutorials/texture/")],
)
def test_search(chromium: Browser, address: str, page: str, query: str, found: str) -> None:
    context = chromium.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    tab = context.new_page()
    result = tab.locator(f".md-search-result__link[href*='{found}']").first
    end = time.monotonic() + PATIENCE
    while not result.count():
        # On a busy machine, the site's search sometimes does not begin until the page is loaded again.
        assert time.monotonic() < end, f"{query!r} finds nothing"
        tab.goto(address + page)
        tab.locator(".md-search__input").click()
        tab.locator(".md-search__input").fill(query)
        with contextlib.suppress(PlaywrightTimeoutError):
            result.wait_for(state="attached", timeout=20_000)
    context.close()
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not foreign


@pytest.mark.parametrize(
    "path", ["/", "/start/", "/how-to/video/", "/reference/commands/", "/gallery/", "/zh/tutorials/theme/"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_telephone(chromium: Browser, address: str, path: str, scheme: Literal["light", "dark"]) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(address + path)
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(wider) <= 0
    assert (
        tab.evaluate("document.body.getAttribute('data-md-color-scheme')")
        == {"light": "default", "dark": "slate"}[scheme]
    )
    context.close()
