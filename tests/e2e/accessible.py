"""The accessibility rules (axe-core) on what a page shows now."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

#: What fades in or out has done so: half way its colours are nobody's choice. What pulses for ever is let be.
_SHOWN = """async () => {
    await new Promise(requestAnimationFrame)
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map((one) => one.finished))
}"""


def violations(page: Page, where: str = ".ssz") -> list[tuple[str, list[Any]]]:
    """Serious and critical violations inside an element: (rule, the first places)."""
    page.evaluate(_SHOWN)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("(where) => axe.run(where)", where)
    assert len(found["passes"]) > 10, "the rules ran"
    grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in grave]
