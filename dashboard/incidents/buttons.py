"""Pieces the views are made of: a button that narrows, the scale of coloured cells. Pure; every text is escaped."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from dashboard.words import Language, word

#: Steps of the scale of the coloured cells above none.
STEPS = 5


def step(n: int, most: int) -> int:
    """Which step of the scale a count has: 0 for none, else 1 to `STEPS`."""
    return 0 if n <= 0 else max(1, -(-STEPS * n // max(most, 1)))


def button(
    part: str, value: str, inner: str, said: str, *, n: int | None = None, scale: int | None = None, kind: str = "",
    pressed: bool = False, raw: bool = False,
) -> str:  # fmt: skip
    """A button that narrows; `raw`: `inner` is HTML of our own. What it says is shown to a pointer that rests, too:
    the page's script sees to that, for the words twice were much of all that a change told."""
    classes = f"{kind} l{scale}" if scale is not None else kind
    counted = "" if n is None else f' data-n="{n}"'
    return (
        f'<button type="button" class="{classes.strip()}" data-narrow="{part}" data-value="{escape(value)}"{counted} '
        f'aria-pressed="{"true" if pressed else "false"}" aria-label="{escape(said)}">'
        f"{inner if raw else escape(inner)}</button>"
    )


def only(chosen: Collection[object] | None, one: object) -> bool:
    return chosen is not None and set(chosen) == {one}


def short(n: int) -> str:
    return "" if n == 0 else str(n) if n < 1000 else f"{n / 1000:.0f}k" if n >= 10_000 else f"{n / 1000:.1f}k"


def scale_html(language: Language) -> str:
    steps = "".join(f'<i class="l{number}"></i>' for number in range(STEPS + 1))
    few, many = (escape(word(f"cas.{name}", language)) for name in ("few", "many"))
    return f'<span class="scale">{few}{steps}{many}</span>'
