"""A real Chromium, driven by Playwright; software WebGL, so that the map draws on any machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.fixture_server import FixtureServer

ARGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip


#: What a test waits for at most: two browsers draw in software on two cores. How soon is measured, not tested.
PATIENCE_MS = 30_000


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
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def wall(chromium: Browser) -> Iterator[Page]:
    """A wall display of 1920 x 1080; an error on the page fails the test."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "part of the page failed" in said.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def server() -> Iterator[FixtureServer]:
    """The live map's own server, scripted by the test."""
    fixture = FixtureServer()
    yield fixture
    fixture.stop()
