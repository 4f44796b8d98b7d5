"""The filter bar of the analysis pages: one choice for map, table and count, kept in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.times import day
from dashboard.words import Language, word
from models.records.station import Station

#: Days back from today by the name in the URL; `days` asks for the two days.
PERIODS: Mapping[str, int] = {"7": 7, "30": 30, "90": 90, "365": 365, "1095": 1095}
GROUPS = ("1", "2", "3", "4", "0")
ALL = "all"


def _pick(name: str, label: str, options: Sequence[str], text: Callable[[str], str], default: str) -> str:
    """A select box whose choice stands in the URL; an unknown name in the URL is the default, and so is one that a
    browser says: Streamlit takes any whose words are those of an option for offered."""
    asked = st.query_params.get(name, default)
    index = options.index(asked) if asked in options else options.index(default)
    picked = st.selectbox(label, options, index=index, format_func=text, key=f"filter-{name}")
    if picked is None or picked not in options:
        picked = default
    if picked == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = picked
    return picked


def _asked_day(name: str, default: date) -> date:
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return default


def _days(today: date, language: Language) -> tuple[date, date]:
    """The two days typed by hand; the later one is never before the earlier one."""
    columns = st.columns(2)
    first_key, last_key = "inc.occurred_from", "inc.occurred_to"
    begin = _asked_day("from", today - timedelta(days=29))
    first = columns[0].date_input(word(first_key, language), begin, format="DD/MM/YYYY", key="filter-from")
    end = max(first, _asked_day("to", today))
    last = columns[1].date_input(word(last_key, language), end, min_value=first, format="DD/MM/YYYY", key="filter-to")
    if language == "th":  # Streamlit's calendar knows the Christian era only
        columns[0].caption(day(first, language))
        columns[1].caption(day(last, language))
    st.query_params["from"], st.query_params["to"] = first.isoformat(), last.isoformat()
    return first, last


def _first_last(period: str, today: date, language: Language) -> tuple[date, date]:
    return _days(today, language) if period == "days" else (today - timedelta(days=PERIODS[period] - 1), today)


def period_filter(zone: ZoneInfo, language: Language) -> tuple[date, date]:
    """The first and the last day chosen, kept in the URL; the days are those of the given time zone."""
    label = word("flt.date_range", language)
    period = _pick("period", label, [*PERIODS, "days"], _period_text(language), "30")
    return _first_last(period, datetime.now(zone).date(), language)


def choice_filter(name: str, label: str, options: Sequence[str], text: Callable[[str], str], default: str) -> str:
    """One of a few, kept in the URL under its name; the default stands in no URL."""
    return _pick(name, label, options, text, default)


def station_filter(stations: Sequence[Station], language: Language) -> str | None:
    """One station of those named, kept in the URL; None for all."""
    names = {one.code: one.name_th if language == "th" else one.name_en for one in stations}
    label = word("flt.station", language)
    chosen = _pick("station", label, [ALL, *names], lambda code: names.get(code, word("flt.all", language)), ALL)
    return None if chosen == ALL else chosen


def group_text(group: str, language: Language) -> str:
    """The words of an offence group; `0` = not known."""
    if group == ALL:
        return word("flt.all", language)
    return word("inc.g_unknown" if group == "0" else f"inc.g{group}", language)


def _period_text(language: Language) -> Callable[[str], str]:
    return lambda name: word(f"flt.p_{name}", language)
