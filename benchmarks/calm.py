"""A map of 5,000 moving units for ten minutes: never blank, never another canvas."""

from __future__ import annotations

import io
import time

import numpy as np
from PIL import Image

from benchmarks.browser import chromium
from benchmarks.map_renders import crowd_page
from benchmarks.report import Figure, Line
from benchmarks.rig import Rig

NAME = "calm"
UNITS = 5_000
MINUTES = 10

#: After each render the drawn pixels of eight rows are looked at; a picture without a mark's blue in it is blank.
_WATCH = """() => {
    const { raw: map, layer } = window.__ssz.map, ground = map.getCanvas(), { canvas } = layer.overlay
    const seen = window.__calm = { renders: 0, looked: 0, blank: 0, swapped: 0, lost: 0, removed: 0, longest: 0 }
    let last = performance.now(), looked = 0
    for (const one of [ground, canvas]) one.addEventListener("webglcontextlost", () => { seen.lost += 1 })
    new MutationObserver((changes) => {
        for (const one of changes) for (const node of one.removedNodes)
            if (node.contains(canvas) || node.contains(ground)) seen.removed += 1
    }).observe(document.body, { childList: true, subtree: true })
    layer.watched = (gl) => {
        const now = performance.now()
        seen.renders += 1
        seen.longest = Math.max(seen.longest, now - last)
        last = now
        if (document.querySelector(".ssz-overlay") !== canvas || map.getCanvas() !== ground) seen.swapped += 1
        if (now - looked < 250) return
        looked = now
        seen.looked += 1
        const width = canvas.width, row = new Uint8Array(width * 4)
        let marks = 0
        for (let i = 1; i <= 8 && marks === 0; i += 1) {
            gl.readPixels(0, Math.floor(canvas.height * i / 9), width, 1, gl.RGBA, gl.UNSIGNED_BYTE, row)
            for (let p = 0; p < row.length && marks === 0; p += 4)
                if ([86, 180, 233].every((wanted, c) => Math.abs(row[p + c] - wanted) < 20)) marks += 1
        }
        if (marks === 0) seen.blank += 1
    }
}"""


def _marks(picture: bytes) -> int:
    """Pixels of a picture of the screen that have the blue of an available unit."""
    image = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    return int((abs(image - (86, 180, 233)) < 20).all(axis=2).sum())


def measure(rig: Rig) -> Figure:
    """The figure."""
    seconds = rig.of(MINUTES * 60, 30)
    screens: list[int] = []
    with chromium() as browser, crowd_page(browser, UNITS, fed=True) as page:
        page.evaluate(_WATCH)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page.wait_for_timeout(10_000)
            screens.append(_marks(page.screenshot(clip={"x": 300, "y": 300, "width": 400, "height": 400})))
        seen: dict[str, float] = page.evaluate("() => window.__calm")
    blank = seen["blank"] + sum(marks == 0 for marks in screens)
    swapped = seen["swapped"] + seen["removed"] + seen["lost"]
    looked = f"{seen['looked']:.0f} looked at and {len(screens)} pictures of the screen"
    lines = [
        Line("blank frames", f"{blank:.0f} of {looked}", "", "0", blank == 0 and seen["looked"] > 0),
        Line("canvas swapped, taken away or lost", f"{swapped:.0f} in {seconds} s", "", "0", swapped == 0),
        Line("renders", f"{seen['renders']:.0f}; longest pause between two {seen['longest']:.0f} ms"),
    ]  # fmt: skip
    how = (
        f"{UNITS:,} units on the product's own feed, all moving, {seconds} s. Four times a second eight rows of what "
        "was just rendered are read back: without one pixel of a mark's colour it is blank. At every render both "
        "canvases must be the first ones; their removal from the page and a lost context are counted. Every ten "
        "seconds a picture of the screen from outside must show marks too."
    )
    return Figure(NAME, "A calm map", how, lines, {"watched": seen, "marks_on_screen": screens})
