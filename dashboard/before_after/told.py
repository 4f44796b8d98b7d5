"""What the figures of before and after say in words. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from dashboard.before_after.read import Found
from dashboard.tables import Row
from dashboard.times import day
from dashboard.words import Language, word
from models.analysis.displacement import Told
from models.analysis.placebo import Earlier
from models.analysis.power import Smallest
from models.analysis.rate_ratio import RateRatio
from models.analysis.windows import Window


def days_words(window: Window, language: Language) -> str:
    """`1 ม.ค. 2569 - 31 ธ.ค. 2569`."""
    return f"{day(window.first, language)} - {day(window.end - timedelta(days=1), language)}"


def number(value: float | None) -> str:
    """A ratio with two digits; a dash for none, a sign for no end."""
    if value is None:
        return "-"
    return "∞" if math.isinf(value) else f"{value:.2f}"


def span(low: float | None, high: float | None, language: Language) -> str:
    """An interval: `0.62 ถึง 1.10`."""
    if low is None or high is None:
        return word("ba.no_interval", language)
    return word("ba.interval", language, low=number(low), high=number(high))


def change_words(ratio: RateRatio, language: Language) -> str:
    """What a ratio and its interval say, with the share: `ลดลง 38% (...)`."""
    if not ratio.before + ratio.after:
        return word("ba.c_none", language)
    if not ratio.clear:
        return word("ba.c_chance", language)
    if ratio.ratio is None:
        return word("ba.c_from_none", language)
    key = "ba.c_fell" if ratio.ratio < 1 else "ba.c_rose"
    return word(key, language, share=f"{abs(ratio.ratio - 1):.0%}")


def area_rows(found: Found, language: Language) -> list[Row]:
    """One row for zone, ring and rest."""
    rest = (found.moved.zone_to_rest, found.moved.ring_to_rest, None)
    names = area_names(found, language)
    rows: list[Row] = []
    for name, ratio, to_rest in zip(names, (found.zone, found.ring, found.rest), rest, strict=True):
        rows.append(
            {
                word("ba.area", language): name,
                word("ba.before", language): ratio.before,
                word("ba.after", language): ratio.after,
                word("ba.ratio", language): f"{number(ratio.ratio)} ({span(ratio.low, ratio.high, language)})",
                word("ba.says", language): change_words(ratio, language),
                word("ba.to_rest", language): "-" if to_rest is None else told_words(to_rest, language),
            }
        )
    return rows


def area_names(found: Found, language: Language) -> tuple[str, str, str]:
    """Zone, ring with its width, rest."""
    width = f"{found.ground.width_m:,.0f}"
    return word("ba.zone", language), word("ba.ring", language, m=width), word("ba.rest", language)


def told_words(value: Told, language: Language) -> str:
    """`0.80 (0.62 ถึง 1.10)`."""
    return f"{number(value.value)} ({span(value.low, value.high, language)})"


def verdict_words(found: Found, language: Language) -> str:
    """The verdict in plain words, with its reason."""
    moved = found.moved
    if not found.whole:
        return word("ba.v_short", language)
    if moved.verdict != "cannot_tell":
        return word(f"ba.v_{moved.verdict}", language)
    return word(f"ba.v_{moved.why}", language)


def quotient_words(found: Found, language: Language) -> str:
    """The quotient with its interval; without an end its value would mislead, and only what is left open is told."""
    moved = found.moved.quotient
    if moved.kind == "between":
        interval = span(moved.low, moved.high, language)
        return word("ba.wdq", language, value=number(moved.value), interval=interval)
    ends = {"low": number(moved.low), "high": number(moved.high)} if moved.kind == "outside" else {}
    return word(f"ba.wdq_{moved.kind}", language, **ends)


def power_words(power: Smallest, before: int, language: Language) -> str:
    """How large a change the zone could have shown."""
    if power.rise is None:
        return word("ba.power_none", language)
    rise = f"{power.rise - 1:.0%}"
    if power.fall is None:
        return word("ba.power_rise", language, n=f"{before:,}", rise=rise)
    return word("ba.power", language, n=f"{before:,}", fall=f"{1 - power.fall:.0%}", rise=rise)


def earlier_rows(earlier: Sequence[Earlier], language: Language) -> list[Row]:
    """One row an earlier year."""
    return [
        {
            word("ba.year", language): days_words(one.windows.after, language),
            word("ba.zone", language): f"{one.zone.before:,} → {one.zone.after:,}",
            word("ba.ratio", language): f"{number(one.zone.ratio)} ({span(one.zone.low, one.zone.high, language)})",
            word("ba.says", language): change_words(one.zone, language),
            word("ba.would_say", language): word(f"ba.p_{one.found.verdict}" if one.judged else "ba.p_few", language),
        }
        for one in earlier
    ]


def earlier_words(earlier: Sequence[Earlier], language: Language) -> str:
    """How often something would have been claimed in years when nothing began."""
    judged = [one for one in earlier if one.judged]
    if not judged:
        return word("ba.placebo_none", language)
    likely = sum(one.found.verdict == "likely" for one in judged)
    spread = sum(one.found.verdict == "diffusion" for one in judged)
    clear = sum(one.zone.clear for one in judged)
    counts = {"likely": likely, "spread": spread, "clear": clear, "few": len(earlier) - len(judged)}
    return word("ba.placebo", language, n=len(judged), **counts)


def left_out_words(found: Found, language: Language) -> str:
    """What did not take part, in both windows."""
    before, after = found.before, found.after

    def pair(name: str) -> str:
        return f"{getattr(before, name):,} → {getattr(after, name):,}"

    return word(
        "ba.left_out", language, group4=pair("group4"), patrol=pair("patrol"), no_place=pair("no_place"),
        other=pair("other"),
    )  # fmt: skip
