"""Hotspots as rows of tables, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from dashboard.hotspots.told import (
    area_words,
    expected_words,
    offence_name,
    peak_words,
    share,
    spot_name,
    stability_words,
    trend_words,
)
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.analysis.hotspots import Hotspot, HotspotMap
from models.records.incident import Incident


def spot_rows(found: HotspotMap, language: Language) -> list[Row]:
    """One row a hotspot, in the order of the map's ranks."""
    return [
        {
            word("hot.rank", language): rank,
            word("hot.place", language): spot_name(spot, language),
            word("hot.expected", language): expected_words(spot, language),
            word("hot.past", language): spot.past,
            word("hot.peak", language): peak_words(spot, language),
            word("hot.trend", language): trend_words(spot, language),
            word("hot.stability", language): stability_words(spot, language),
            word("hot.area", language): area_words(spot.area_m2, language),
        }
        for rank, spot in enumerate(found.hotspots, 1)
    ]


def spot_orders(found: HotspotMap, language: Language) -> dict[str, list[float]]:
    """What the list can be ordered by: a number for each hotspot, by column. Words go by their letters; no peak hour
    comes last."""
    spots = found.hotspots
    names = sorted({spot_name(one, language) for one in spots})
    trends = sorted({word(f"hot.trend_{one.trend}", language) for one in spots})
    values: dict[str, list[float]] = {
        "rank": [float(rank) for rank in range(1, len(spots) + 1)],
        "place": [float(names.index(spot_name(one, language))) for one in spots],
        "expected": [one.expected for one in spots],
        "past": [float(one.past) for one in spots],
        "peak": [24.0 if one.peak_hours is None else float(one.peak_hours[0]) for one in spots],
        "trend": [float(trends.index(word(f"hot.trend_{one.trend}", language))) for one in spots],
        "stability": [one.stability for one in spots],
        "area": [one.area_m2 for one in spots],
    }
    return {word(f"hot.{name}", language): numbers for name, numbers in values.items()}


def case_rows(spot: Hotspot, known: Mapping[str, Incident], zone: ZoneInfo, language: Language) -> list[Row]:
    """The cases that made a hotspot and what each gave to it; `known` by `source/id`.

    A case that has gone from the store is told by its id alone.
    """

    def row(name: str, part: float) -> Row:
        one = known.get(name)
        return {
            word("hot.case_when", language): moment(one.occurred_from, zone, language) if one else "",
            word("inc.offence", language): offence_name(one.offence, language) if one else "",
            word("hot.contributed", language): share(part),
            word("inc.id", language): name,
        }

    rows = [row(name, part) for name, part in spot.cases]
    if spot.others > 0:
        rows.append(
            {
                word("hot.case_when", language): "",
                word("inc.offence", language): word("hot.other_cases", language),
                word("hot.contributed", language): share(spot.others),
                word("inc.id", language): "",
            }
        )
    return rows
