"""A real browser before a real studio: what the tests of the page start, and what they all look out for."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

# A shared machine may stall for long; what is too slow is for benchmarks to say.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BUILT = Path(__file__).parents[2] / "src" / "pinxit" / "studio" / "page" / "index.html"
NEEDED = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
    pytest.mark.skipif(not BUILT.is_file(), reason="the studio's page is not built: make page"),
]
# As on a machine with a camera, without asking: the picture is a film of Chromium's own.
CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@contextlib.contextmanager
def browser(*arguments: str) -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        # Playwright expects a Chromium of its own; any recent one does, which is what people have.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *arguments])
        yield opened
        opened.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


@contextlib.contextmanager
def studio(home: Path, port: int | None = None) -> Iterator[str]:
    """`pinxit studio` as a person starts it; gives its address, stops it at the end as Ctrl-C does."""
    command = [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--home", str(home)]
    with (home.parent / "studio.log").open("a+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port or free_port())],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert "http" in line, (home.parent / "studio.log").read_text()
            yield line.split()[-1].rstrip("/")
        finally:
            process.terminate()
            try:
                process.wait(120)
            finally:
                process.kill()
                process.stdout.close()


class Watch:
    """What a page does that it never may: speak of errors, break the policy, ask another host."""

    def __init__(self, page: Page, address: str, expected: str) -> None:
        self._address, self._expected = address, expected
        self.wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.context.on("request", self._asked)  # workers and windows that it opens, too

    def _said(self, message: ConsoleMessage) -> None:
        told = f"{message.text} {message.location.get('url', '')}"
        if message.type in ("error", "warning") and not (self._expected and self._expected in told):
            self.wrong.append(told)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._address, "blob:", "data:")):
            self.wrong.append(f"asked {request.url}")


@contextlib.contextmanager
def visit(
    browser: Browser,
    address: str,
    language: str = "en-GB",
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    expected: str = "",
) -> Iterator[Page]:
    """A visitor without a past; whatever went wrong on the page, but what is expected to, fails the test."""
    context = browser.new_context(
        locale=language,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        base_url=address,
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    watch = Watch(page, address, expected)
    yield page
    context.close()
    assert not watch.wrong, watch.wrong
