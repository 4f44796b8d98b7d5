"""A hotspot map in the reader's words: what it claims, how often such a map was right, what was left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from dashboard.words import Language, table, word
from models.analysis.families import FAMILIES
from models.analysis.hotspots import HistoryQuality, Hotspot, HotspotMap, LocationQuality, Record
from models.analysis.left_out import LeftOut
from models.formats.offences import OFFENCES

#: Stability from which on each word holds: the share of resamples in which the place is flagged again.
_STABLE = ((0.9, "always"), (0.7, "mostly"), (0.5, "often"), (0.0, "seldom"))

#: Hotspots that are less than this part of the cells the map picked are said to be a part of them.
_WHOLE = 0.99

_DAYS = tuple(f"hot.day_{day}" for day in range(7))


def family_name(code: str, language: Language) -> str:
    """What an offence family is called; its code when nobody knows it."""
    family = FAMILIES.get(code)
    return code if family is None else family.th if language == "th" else family.en


def shift_name(shift: str | None, language: Language) -> str:
    """The hours of a shift, `08.00-16.00`; the whole day for none."""
    if not shift:
        return word("hot.whole_day", language)
    begin, _, end = shift.partition("-")
    return word("hot.hours", language, begin=begin, end=end)


def spot_name(spot: Hotspot, language: Language) -> str:
    """The street or landmark of a hotspot, else where in the zone it lies; a number where two would have one name."""
    name = spot.name or word(f"hot.side_{spot.side}", language)
    return f"{name} ({spot.number})" if spot.number > 1 else name


def number(value: float) -> str:
    """An expected count: one digit after the point while that says something."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def share(value: float) -> str:
    """A share from 0 to 1 in per cent; more than none is never written as none."""
    return f"{value:.0%}" if value == 0 or value >= 0.095 else f"{value:.1%}"


def verdict_words(found: HotspotMap, language: Language) -> str:
    """What the map claims, or why it claims nothing."""
    if found.verdict in ("shown", "grey"):
        # Of the places that are claimed: of all cells the map picked some may be no more than chance.
        area = sum(spot.area_m2 for spot in found.hotspots)
        there, total = number(sum(spot.expected for spot in found.hotspots)), number(found.expected_total)
        told = word(
            "hot.claim", language, n=len(found.hotspots), area=area_words(area, language),
            share=share(area / found.area_m2), flagged=there, total=total, days=found.days,
        )  # fmt: skip
        if found.record is not None and area < _WHOLE * found.area_flagged_m2:
            told = f"{told} {word('hot.claim_part', language, share=share(found.area_flagged_m2 / found.area_m2))}"
        return told if found.verdict == "shown" else f"{told} {why_words(found, language)}"
    return why_words(found, language)


def why_words(found: HotspotMap, language: Language) -> str:
    """Why the map is what it is."""
    return word(f"hot.why_{found.why}", language, n=f"{found.cases:,}")


def area_words(area_m2: float, language: Language) -> str:
    """An area as a person says it: square metres, above a tenth of a square kilometre square kilometres."""
    if area_m2 < 100_000:
        return word("hot.m2", language, n=f"{area_m2:,.0f}")
    return word("hot.km2", language, n=f"{area_m2 / 1e6:.2f}")


def expected_words(spot: Hotspot, language: Language) -> str:
    """How many cases are expected, and between what nine horizons in ten will lie."""
    low, high = f"{spot.expected_low:,}", f"{spot.expected_high:,}"
    return word("hot.expected_range", language, n=number(spot.expected), low=low, high=high)


def stability_words(spot: Hotspot, language: Language) -> str:
    """How often the place is flagged again when chance deals the same cases anew."""
    name = next(name for least, name in _STABLE if spot.stability >= least)
    return word(f"hot.stable_{name}", language, share=share(spot.stability))


def trend_words(spot: Hotspot, language: Language) -> str:
    """The trend class, with the count to be expected next beside it: a word alone would alarm for nothing."""
    trend = word(f"hot.trend_{spot.trend}", language)
    return word("hot.trend_next", language, trend=trend, n=number(spot.next_expected))


def peak_words(spot: Hotspot, language: Language) -> str:
    """Hours and days on which it happens more than chance would have it."""
    hours, days = spot.peak_hours, ", ".join(word(_DAYS[day], language) for day in spot.peak_days)
    told = (
        [] if hours is None else [word("hot.hours", language, begin=f"{hours[0]:02d}", end=f"{hours[1] or 24:02d}")]
    )
    return " · ".join([*told, *([days] if days else [])]) or word("hot.no_peak", language)


def offence_name(code: str, language: Language) -> str:
    """What an offence is called in the standard table; else the name it came with."""
    known = OFFENCES.find(code)
    return code if known is None else known.th if language == "th" else known.en


def offence_words(spot: Hotspot, language: Language) -> str:
    """The offences behind a hotspot, the most first."""
    return " · ".join(f"{offence_name(code, language)} {count:,}" for code, count in spot.offences)


def pile_words(spot: Hotspot, language: Language) -> str:
    """How many of its cases share coordinates with many others."""
    cases, part = sum(pile.cases for pile in spot.pile_up), sum(pile.share for pile in spot.pile_up)
    return word("hot.piles_some" if cases else "hot.piles_none", language, n=f"{cases:,}", share=share(part))


def warnings(spot: Hotspot, language: Language) -> Iterator[str]:
    """What to know before somebody is sent there."""
    if spot.near_repeat:
        yield word("hot.near_repeat", language)
    for pile in spot.pile_up:
        at = f"{pile.lat:.5f}, {pile.lon:.5f}"
        yield word("hot.pile_up", language, n=f"{pile.cases:,}", share=share(pile.share), at=at)


def record_words(record: Record | None, language: Language) -> list[str]:
    """How often such a map was right, beside plain counting, in sentences."""
    if record is None:
        return [word("hot.rec_none", language)]
    told = [
        word(
            "hot.rec_caught", language, hits=f"{round(record.hit * record.cases):,}", cases=f"{record.cases:,}",
            low=share(record.hit_low), high=share(record.hit_high), origins=f"{record.origins:,}",
        ),
        word("hot.rec_naive", language, hits=f"{round(record.naive_hit * record.cases):,}",
             share=share(record.naive_hit)),
    ]  # fmt: skip
    if not record.enough:
        told.append(word("hot.rec_few", language))
    elif record.as_good:
        told.append(word("hot.rec_as_good", language))
    if record.pooled:
        told.append(word("hot.rec_pooled", language))
    return told


def record_intervals(record: Record, language: Language) -> str:
    """The 95 % intervals of the figures beside the hit rate: plain counting's rate (Wilson's, of the same cases), and
    those of PAI and PEI (the hit rate's, over the same share of the area and of the most there could be)."""
    # Not at the top: the live map names hotspots too, and a start shall not load NumPy.
    from models.response.figures import wilson

    naive = wilson(min(round(record.naive_hit * record.cases), record.cases), record.cases)
    told = [(word("hot.rec_hit_naive", language), share(naive[0]), share(naive[1]))]
    if record.hit > 0:
        by_chance = record.pai / record.hit
        low, high = record.hit_low * by_chance, record.hit_high * by_chance
        told.append((word("hot.rec_pai", language), f"{low:.1f}", f"{high:.1f}"))
    if record.hit > 0 and record.pei is not None:
        of_best = record.pei / record.hit
        low, high = record.hit_low * of_best, min(1.0, record.hit_high * of_best)
        told.append((word("hot.rec_pei", language), f"{low:.2f}", f"{high:.2f}"))
    return " · ".join(f"{name} {word('hot.interval', language, low=low, high=high)}" for name, low, high in told)


def method_name(method: str, language: Language) -> str:
    """What a method of ranking is called; its own name when there is no word for it."""
    return table()[language].get(f"hot.method_{method}", method)


def left_out_words(left: LeftOut, language: Language) -> list[tuple[str, int]]:
    """Every reason for which cases did not take part, with how many; all of them, noughts too."""
    return [(word(f"hot.out_{one.name}", language), getattr(left, one.name)) for one in fields(left)]


def unnamed_words(found: HotspotMap, language: Language) -> str:
    """What may be of the map's family, under names nobody has said the meaning of; empty when nothing is."""
    left = found.left_out.unnamed
    if not left:
        return ""
    told = [f"{name} {count:,}" for name, count in found.unnamed]
    if left > sum(count for _, count in found.unnamed):
        told.append("…")
    return word("hot.unnamed", language, n=f"{left:,}", names=", ".join(told))


def place_meter(quality: LocationQuality, language: Language) -> tuple[str, str]:
    """The word of the meter for places, and what makes it."""
    detail = word(
        "hot.place_detail", language, n=f"{quality.placed:,}", exact=share(quality.exact),
        rough=share(quality.street + quality.area + quality.unsaid), piled=share(quality.piled),
    )  # fmt: skip
    return word(f"hot.quality_{quality.verdict}", language), detail


def history_meter(quality: HistoryQuality, language: Language) -> tuple[str, str]:
    """The word of the meter for the past, and what makes it."""
    detail = word(
        "hot.history_detail", language, days=f"{quality.days:,.0f}", n=f"{quality.cases:,}",
        month=number(quality.per_month),
    )  # fmt: skip
    return word(f"hot.quality_{quality.verdict}", language), detail
