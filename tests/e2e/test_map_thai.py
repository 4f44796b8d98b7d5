"""Thai on the map: the label as drawn against the same text in HTML by the same browser and face, pixel by pixel."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import FixtureServer, unit
from tests.e2e.looking import drawn_at, open_wall
from tests.servers import wait_until

pytestmark = pytest.mark.browser

#: Two storeys of marks above, one below, a tone mark on an ascender, and sara am.
TEXT = "ปู่ที่น้ำ กี่ซื้อ ฟู่ ญี่ปุ่น"
TONES = "".join(chr(code) for code in range(0x0E47, 0x0E4D))

PLACE = (16.546, 104.727)
#: Size of the compared pictures, px: the label's line and some room.
WIDTH, HEIGHT = 300, 42
#: Rows of it above the consonants, where the upper marks stand.
UPPER = slice(0, 16)

_LABEL = """() => {
    const [one] = window.__ssz.map.layer.labels.shown
    const frame = document.querySelector(".ssz-canvas").getBoundingClientRect()
    return [frame.x + one.mark.x, frame.y + one.mark.y, one.side]
}"""

_HTML = """(text) => {
    document.getElementById("same")?.remove()
    const same = document.createElement("div")
    same.id = "same"
    same.textContent = text
    same.style = "position: fixed; left: 40px; top: 300px; z-index: 5000; padding: 10px; width: 400px; height: 60px;"
        + "background: #10161d; color: #f3f6f9; font: 600 21px/30px 'Sarabun SemiBold'; white-space: pre"
    document.body.append(same)
}"""

Mask = NDArray[np.bool_]


def _bright(page: Page, x: float, y: float) -> Mask:
    """Which pixels of the screen are of a text, from a corner on."""
    clip = {"x": x, "y": y, "width": WIDTH, "height": HEIGHT}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip)))  # type: ignore[arg-type]
    return np.asarray(image.convert("L")) > 110


def _alike(one: Mask, other: Mask, rows: slice) -> float:
    """Share of the text's pixels that both have, at the best of a few shifts: the two start at different corners."""
    best = 0.0
    for down in range(-8, 9):
        for right in range(-8, 9):
            moved = np.roll(other, (down, right), (0, 1))
            whole = (one & moved).sum() / max(1, (one | moved).sum())
            if whole > best:
                best = whole
                part = (one & moved)[rows].sum() / max(1, (one | moved)[rows].sum())
    return float(part) if best else 0.0


def _place(page: Page) -> Mask:
    """What is on the screen where the label stands."""
    x, y, side = page.evaluate(_LABEL)
    assert side == "right"
    return _bright(page, x + 22, y - 34)


def _label(page: Page, server: FixtureServer, text: str) -> Mask:
    seen = [_place(page)]
    server.send(units=[unit("201", *PLACE, call=text, hdg=None)])
    page.wait_for_function("(text) => window.__ssz.map.layer.labels.shown[0]?.name === text", arg=text)

    def still() -> bool:
        """Whether another text than before is on the screen, whole: two pictures show the same."""
        seen.append(_place(page))
        return bool(seen[-1].any() and (seen[-1] == seen[-2]).all() and (seen[-1] != seen[0]).any())

    wait_until(still, 60, "the label on the screen")
    return seen[-1]


def _html(page: Page, text: str) -> Mask:
    page.evaluate(_HTML, text)
    return _bright(page, 45, 302)


def test_a_label_is_written_as_html_writes_it_to_the_last_tone_mark(fine_wall: Page, server: FixtureServer) -> None:
    for name in ("zones", "streets", "cameras", "checkpoints"):
        server.ground[name]["features"] = []
    server.units = [unit("201", *PLACE, hdg=None)]
    open_wall(fine_wall, server)
    expect(fine_wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
    drawn_at(fine_wall, "demo/201", *PLACE)
    fine_wall.evaluate("() => window.rerun({ words: {} })")  # no words in the label's second line
    fine_wall.wait_for_function("() => window.__ssz.map.layer.labels.shown[0]?.side === 'right'")
    bare = "".join(letter for letter in TEXT if letter not in TONES)
    html, html_bare = _html(fine_wall, TEXT), _html(fine_wall, bare)
    drawn, drawn_bare = _label(fine_wall, server, TEXT), _label(fine_wall, server, bare)
    whole = slice(0, HEIGHT)
    assert drawn[UPPER].sum() > 100, "there are marks to compare"
    assert _alike(html, drawn, whole) > 0.95
    assert _alike(html, drawn, UPPER) > 0.95
    # A label that lost its tone marks is found out, and so would be a browser that lost them everywhere.
    assert _alike(html, drawn_bare, UPPER) < 0.8
    assert _alike(html_bare, drawn, UPPER) < 0.8
