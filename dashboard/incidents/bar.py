"""The filter bar of the analytic pages: one for all of them, the same address on each.

First what everybody changes (period, station, zone); the rest in a popover that says how many parts narrow. Below it
stands how many cases that is, how many of them have no place and no hour, and how new the data are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import streamlit as st

from dashboard.incidents.asked import Asked, asked, put
from dashboard.incidents.choices import choice, several
from dashboard.incidents.more import more
from dashboard.incidents.parts import parts_in_words
from dashboard.incidents.saved import saved_views
from dashboard.markdown import plain
from dashboard.times import day, moment
from dashboard.visit import Visit
from dashboard.words import word
from models.formats.problems import BadValueError
from models.incidents.answer import Answer
from models.incidents.collation import thai_key
from models.incidents.filter import NO_HOUR, NO_PLACE, Filter, toggled
from models.incidents.periods import DAYS, QUICK, days_of, days_span, typed_day, year_before
from models.records.station import BEAT
from store.columns import PreparingError

#: How often a page asks again while the columns are being read for the first time, in s.
AGAIN_S = 2


def filter_bar(here: Visit, *, safety: bool = False, chips: bool = False) -> Filter:
    """Draw the bar and return the filter. Ends the run, in plain words, while the columns are being prepared.

    `safety`: the page is about one safety zone: only such are offered, the first of them where none is chosen.
    `chips`: the page tells itself what narrows.

    Raises:
        StorageError: the store cannot be read.
    """
    try:
        found = asked(here)
        if safety:
            found = _with_safety_zone(here, found)
        chosen = found.filter
        answer = here.runtime.columns.ask(chosen, here.who.stations)
    except PreparingError as error:
        _being_prepared(here, error.failed)
    columns = st.columns([2.2, 2.4, 2.4, 1.6, 1.4], vertical_alignment="bottom")
    with columns[0]:
        _period(here, found)
    with columns[1]:
        _station(here, found)
    with columns[2]:
        _zone(here, found)
    with columns[3]:
        more(here, found)
    with columns[4]:
        saved_views(here, chosen)
    if chosen.period == DAYS:
        _days(here, chosen)
    _told(here, found, answer)
    if chosen.narrowed and not chips:
        said = " · ".join(words for _, words in parts_in_words(chosen, here.language))
        st.caption(plain(said))
    return chosen


def _with_safety_zone(here: Visit, found: Asked) -> Asked:
    zones = {key: one for key, one in found.zones.items() if one.kind != BEAT}
    stations = found.filter.stations
    own = [key for key, one in zones.items() if stations is None or one.station in stations]
    chosen = found.filter
    if chosen.zone is None and own:
        chosen = replace(chosen, zone=own[0])
        put(chosen, here.runtime.values.zone)
    return replace(found, filter=chosen, zones=zones, zone_needed=True)


def _being_prepared(here: Visit, failed: bool) -> NoReturn:
    if failed:
        st.error(word("flt.unreadable", here.language), icon=":material/error:")
    else:
        st.info(word("flt.preparing", here.language), icon=":material/hourglass_top:")

    @st.fragment(run_every=timedelta(seconds=AGAIN_S))
    def again() -> None:
        if here.runtime.columns.state is not None:
            st.rerun(scope="app")

    again()
    st.stop()


def _period(here: Visit, found: Asked) -> None:
    chosen, language = found.filter, here.language

    def changed(name: str) -> None:
        put(replace(chosen, period=name, back=chosen.back and name != DAYS), here.runtime.values.zone)

    options = [*QUICK, *([chosen.period] if chosen.period not in (*QUICK, DAYS) else []), DAYS]
    choice("period", word("flt.date_range", language), options, lambda one: word(f"flt.p_{one}", language),
           chosen.period, changed)  # fmt: skip


def _station(here: Visit, found: Asked) -> None:
    names = {one.code: one.name_th if here.language == "th" else one.name_en for one in found.stations}

    def changed(codes: list[str]) -> None:
        inside = not codes or (found.filter.zone or "").partition("/")[0] in codes
        put(replace(found.filter, stations=frozenset(codes) or None, zone=found.filter.zone if inside else None),
            here.runtime.values.zone)  # fmt: skip

    several("station", word("flt.station", here.language), sorted(names, key=lambda code: thai_key(names[code])),
             names.__getitem__,
             sorted(found.filter.stations or ()), changed, word("flt.all", here.language))  # fmt: skip


def _zone(here: Visit, found: Asked) -> None:
    language = here.language
    own = [
        key for key, one in found.zones.items() if not found.filter.stations or one.station in found.filter.stations
    ]

    def text(key: str) -> str:
        if not key:
            return word("flt.all", language)
        one = found.zones.get(key)
        if one is None:
            return word("flt.zone_gone", language)
        return (one.name_th if language == "th" else one.name_en) or one.code

    def changed(key: str) -> None:
        put(replace(found.filter, zone=key or None), here.runtime.values.zone)

    # One that is held is shown, also of a station that is not chosen.
    held = found.filter.zone
    options = [*([] if found.zone_needed and own else [""]), *own, *([held] if held and held not in own else [])]
    choice("zone", word("flt.zone", language), options, text, held or "", changed)


def _days(here: Visit, chosen: Filter) -> None:
    """The two days, typed as people write them; shown in the era of the reader."""
    language, zone = here.language, here.runtime.values.zone
    first, last = days_of(chosen.start, chosen.end, zone)
    columns = st.columns([1.6, 1.6, 4], vertical_alignment="bottom")
    bad = st.session_state.pop("bar-bad-day", "")

    def changed(which: str) -> None:
        text = st.session_state[f"bar-{which}"]
        try:
            typed = typed_day(text, zone)
        except BadValueError:
            st.session_state["bar-bad-day"] = text[:40]
            return
        begin, end = (typed, max(typed, last)) if which == "from" else (min(typed, first), typed)
        start, after = days_span(begin, end, zone)
        put(replace(chosen, period=DAYS, back=False, start=start, end=after), zone)

    for column, which, value, key in (
        (columns[0], "from", first, "flt.first_day"),
        (columns[1], "to", last, "flt.last_day"),
    ):
        st.session_state[f"bar-{which}"] = day(value, language)
        column.text_input(word(key, language), key=f"bar-{which}", on_change=changed, args=(which,), max_chars=40)
    columns[2].caption(word("flt.days_help", language))
    if bad:
        st.warning(word("flt.bad_day", language, text=plain(bad)), icon=":material/warning:")


def _told(here: Visit, found: Asked, answer: Answer) -> None:
    """How many cases, the two buckets, how new; what of the address was not understood."""
    language, chosen, zone = here.language, found.filter, here.runtime.values.zone
    if found.bad:
        parts = ", ".join(word(f"flt.part_{name}", language) for name in dict.fromkeys(found.bad))
        st.warning(word("flt.not_understood", language, parts=parts), icon=":material/warning:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{word('flt.cases', language, n=f'{answer.total:,}')}**", width="content")
        _bucket(here, "place", word("flt.no_place", language, n=f"{answer.no_place:,}"), chosen, replace(
            chosen, qualities=toggled(chosen.qualities, NO_PLACE)))  # fmt: skip
        _bucket(here, "hour", word("flt.no_hour", language, n=f"{answer.no_hour:,}"), chosen, replace(
            chosen, hours=_only(chosen.hours)))  # fmt: skip
        _year_ago(here, chosen)
        if chosen.narrowed:
            cleared = Filter(chosen.period, chosen.start, chosen.end, chosen.back)
            st.button(word("flt.clear", language), key="bar-clear", type="tertiary", on_click=put,
                      icon=":material/filter_alt_off:", args=(cleared, zone))  # fmt: skip
        st.caption(_newness(here, answer, chosen), width="content")


def _bucket(here: Visit, name: str, label: str, chosen: Filter, after: Filter) -> None:
    on = (chosen.qualities == frozenset({NO_PLACE})) if name == "place" else (chosen.hours == frozenset({NO_HOUR}))
    st.button(label, key=f"bar-bucket-{name}", type="secondary" if on else "tertiary", on_click=put,
              icon=":material/check_box:" if on else ":material/check_box_outline_blank:",
              args=(after, here.runtime.values.zone))  # fmt: skip


def _year_ago(here: Visit, chosen: Filter) -> None:
    """The same period a year before: of a quick choice there and back, of typed days a year back."""
    zone = here.runtime.values.zone
    if chosen.period == DAYS:
        start, end = year_before((chosen.start, chosen.end), zone)
        after = replace(chosen, start=start, end=end)
    else:
        after = replace(chosen, back=not chosen.back)
    st.button(word("flt.year_ago", here.language), key="bar-back", type="secondary" if chosen.back else "tertiary",
              icon=":material/check_box:" if chosen.back else ":material/history:", on_click=put,
              args=(after, zone))  # fmt: skip


def _only(hours: frozenset[int] | None) -> frozenset[int] | None:
    return None if hours == frozenset({NO_HOUR}) else frozenset({NO_HOUR})


def _newness(here: Visit, answer: Answer, chosen: Filter) -> str:
    language, zone, state = here.language, here.runtime.values.zone, here.runtime.columns.state
    first, last = days_of(chosen.start, chosen.end, zone)
    told = [f"{day(first, language)} - {day(last, language)}"]
    if answer.newest:
        told.append(word("flt.newest", language, at=moment(answer.newest, zone, language)))
    if state is not None and state.behind:
        told.append(word("flt.behind", language))
    return " · ".join(told)
