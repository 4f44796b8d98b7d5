"""The record of forecasts in the reader's words: where it stands, period by period, forecast by forecast. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.hotspots.told import family_name, method_name, number, share
from dashboard.tables import Row
from dashboard.times import day_of
from dashboard.words import Language, word
from models.analysis.record import Told
from models.analysis.standing import Summary
from models.response.figures import Share

#: What is drawn of each period, in the order of the legend: the field of `Period`, and its word.
LINES = (("hit", "fc_ours"), ("naive_hit", "fc_naive"), ("ceiling", "fc_ceiling"))


def of_cases(hits: float, found: Summary, language: Language) -> str:
    """The 95 % interval of a share of the cases, in words; empty without a case."""
    bounds = _bounds(hits, found.cases)
    return "" if bounds is None else word("hot.interval", language, low=share(bounds[0]), high=share(bounds[1]))


def pai_interval(found: Summary, language: Language) -> str:
    """That of hit rate / share of the area: the interval of the hit rate, over the same area."""
    bounds = _bounds(found.hits, found.cases)
    if bounds is None or not found.area_share:
        return ""
    low, high = (f"{one / found.area_share:.1f}" for one in bounds)
    return word("hot.interval", language, low=low, high=high)


def pei_told(found: Summary, language: Language) -> tuple[str, str]:
    """Hits of the most that as many cells could have had, and below it its interval; a dash without one."""
    bounds = _bounds(found.hits, found.best_hits)
    if found.pei is None or bounds is None:
        return "-", ""
    low, high = (f"{one:.2f}" for one in bounds)
    return f"{found.pei:.2f}", word("hot.interval", language, low=low, high=high)


def _bounds(hits: float, of: float) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a share; None of nothing."""
    whole = round(of)
    return Share(min(round(hits), whole), whole).interval if whole else None


def caught(found: Summary, language: Language) -> tuple[str, str]:
    """The share of the cases caught, and below it of how many with its interval; a dash without a case."""
    hits, cases = round(found.hits), round(found.cases)
    if not cases:
        return "-", word("hot.fc_no_case", language)
    low, high = Share(min(hits, cases), cases).interval
    told = word("hot.fc_of", language, hits=f"{hits:,}", cases=f"{cases:,}", low=share(low), high=share(high))
    return share(found.hits / found.cases), told


def told_apart(found: Summary) -> tuple[str, str]:
    """The shares caught by the maps and by plain counting; finer where both would read alike and are not. A dash
    without a case."""
    if found.hit is None or found.naive_hit is None:
        return "-", "-"
    ours, naive = share(found.hit), share(found.naive_hit)
    alike = ours == naive and found.hit != found.naive_hit
    return (f"{found.hit:.1%}", f"{found.naive_hit:.1%}") if alike else (ours, naive)


def period_rows(found: Summary, zone: ZoneInfo, language: Language) -> pd.DataFrame:
    """One row a line of a period that had cases: its day, the word of the line, the rate, the number of cases,
    and the rate's 95 % interval (None of the ceiling, which is reckoned and not counted)."""
    rows = [
        {
            "day": day_of(period.start, zone, language), "what": word(f"hot.{name}", language), "rate": rate,
            "cases": period.cases, **_within(rate, period.cases, counted=field != "ceiling"),
        }
        for period in found.periods
        for field, name in LINES
        if (rate := getattr(period, field)) is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["day", "what", "rate", "cases", "low", "high"])


def _within(rate: float, cases: float, counted: bool) -> dict[str, float | None]:
    low, high = (_bounds(rate * cases, cases) if counted else None) or (None, None)
    return {"low": low, "high": high}


def calibration_rows(found: Summary, language: Language) -> list[Row]:
    """One row a bin: how many forecasts, what was expected in their flagged cells, what was seen there."""
    return [
        {
            word("hot.fc_forecasts", language): one.forecasts,
            word("hot.fc_expected", language): number(one.expected),
            word("hot.fc_seen", language): number(one.seen),
            word("hot.fc_ratio", language): f"{one.seen / one.expected:.2f}" if one.expected else "-",
        }
        for one in found.calibration
    ]


def forecast_rows(told: Sequence[Told], stations: Mapping[str, str], zone: ZoneInfo, language: Language) -> list[Row]:
    """One row a forecast, as it stands in the list; one whose window is not over says so."""

    def row(one: Told) -> Row:
        score = one.score
        return {
            word("flt.station", language): stations.get(one.station, one.station),
            word("hot.family", language): family_name(one.family, language),
            word("hot.fc_made", language): day_of(one.made_at, zone, language),
            word("hot.fc_until", language): day_of(one.until, zone, language),
            word("hot.count", language): "" if score is None else number(score.cases),
            word("hot.fc_ours", language): word("hot.fc_waiting", language) if score is None else number(score.hits),
            word("hot.fc_naive", language): "" if score is None else number(score.naive_hits),
            word("hot.fc_method", language): method_name(one.method, language),
            word("hot.fc_hash", language): one.hash[:12],
        }

    return [row(one) for one in told]
