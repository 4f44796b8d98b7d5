"""A real Chromium, driven by Playwright; software WebGL, so that the map draws on any machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.fixture_server import FixtureServer
from tests.e2e.screen import coarse

ARGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip

#: The page's layers are put together by the browser's own painter; only the map is drawn by WebGL. Without a GPU both
#: by WebGL cost eighty times as much a frame, and a mark that pulses took all there is of two cores.
PAINTED = "--disable-gpu-compositing"

#: What a test waits for at most: two browsers draw in software on two cores. How soon is measured, not tested.
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module. Not one a run: Playwright keeps an event loop in the main thread, and other tests have
    their own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("ALLOW_SKIPS") == "1":
            pytest.skip("not installed: chromium")
        pytest.fail("not installed: chromium (ALLOW_SKIPS=1 leaves out what needs it)", pytrace=False)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGS, PAINTED])
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        yield browser
        browser.close()


def _page(context: BrowserContext) -> Iterator[Page]:
    """A page; an error on it fails the test."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "part of the page failed" in said.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def wall(chromium: Browser) -> Iterator[Page]:
    """A wall display of 1920 x 1080, coarsely drawn; an error on the page fails the test."""
    yield from _page(coarse(chromium))


@pytest.fixture
def fine_wall(chromium: Browser) -> Iterator[Page]:
    """The same drawn pixel by pixel, for who compares pixels."""
    yield from _page(chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH"))


@pytest.fixture
def server() -> Iterator[FixtureServer]:
    """The live map's own server, scripted by the test."""
    fixture = FixtureServer()
    yield fixture
    fixture.stop()
