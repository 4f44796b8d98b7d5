"""The patrol suggestion of a map: which unit at which place at which hour, as a table by unit and hour."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.filters import choice_filter
from dashboard.hotspots.chosen import Chosen, shift_hours
from dashboard.hotspots.told import number, shift_name, spot_name
from dashboard.html_table import draw_table
from dashboard.tables import Row
from dashboard.visit import Visit
from dashboard.words import Language, word
from models.analysis.hotspots import HotspotMap
from models.analysis.patrol_plan import COVERS, Plan, Stop, suggest

#: Most units a plan is made for.
MOST_UNITS = 8


def hours_of(begin: str, shifts: Sequence[int]) -> tuple[int, ...]:
    """The hours of a shift by the hour it begins at, in their order; one that passes midnight goes on at 0."""
    starts = [f"{start:02d}" for start in shifts]
    at = starts.index(begin)
    length = (shifts[(at + 1) % len(shifts)] - shifts[at]) % 24 or 24
    return tuple((shifts[at] + hour) % 24 for hour in range(length))


def plan_rows(found: HotspotMap, plan: Plan, hours: Sequence[int], units: int, language: Language) -> list[Row]:
    """One row an hour, one column a unit: its stops with their minutes, the rank of each before its name."""
    ranks = {spot.id: rank for rank, spot in enumerate(found.hotspots, 1)}
    stops: dict[tuple[int, int], list[Stop]] = {}
    for stop in plan.stops:
        stops.setdefault((stop.unit, stop.hour), []).append(stop)

    def told(stop: Stop) -> str:
        rank = ranks[stop.hotspot]
        name = spot_name(found.hotspots[rank - 1], language)
        return word("hot.plan_stop", language, rank=rank, name=name, minutes=stop.minutes)

    return [
        {
            word("hot.plan_hour", language): f"{hour:02d}.00-{(hour + 1) % 24:02d}.00",
            **{
                word("hot.plan_unit", language, n=unit): " → ".join(told(one) for one in stops.get((unit, hour), []))
                or "-"
                for unit in range(1, units + 1)
            },
        }
        for hour in hours
    ]


@st.cache_data(
    max_entries=64, show_spinner=False, hash_funcs={HotspotMap: lambda one: (one.made_at, repr(one.hotspots))}
)
def _planned(found: HotspotMap, units: int, hours: tuple[int, ...]) -> Plan:
    return suggest(found, units, hours)


def patrol(here: Visit, chosen: Chosen, found: HotspotMap) -> None:
    """Draw the choice of shift and units, and the plan once it is asked for: the reckoning may take seconds."""
    language, shifts = here.language, here.runtime.values.targets.shifts
    st.caption(word("hot.plan_help", language))
    columns = st.columns([2, 2, 2, 4], vertical_alignment="bottom")
    starts = [f"{start:02d}" for start in shifts]
    with columns[0]:
        begin = chosen.shift or choice_filter(
            "duty", word("hot.shift", language), starts,
            lambda one: shift_name(shift_hours(one, shifts), language), starts[-1],
        )  # fmt: skip
        if chosen.shift:
            st.markdown(shift_name(shift_hours(begin, shifts), language))
    with columns[1]:
        units = int(
            choice_filter(
                "units", word("hot.units", language), [str(one) for one in range(1, MOST_UNITS + 1)], str, "2"
            )
        )
    asked = columns[2].button(word("hot.plan_make", language), type="primary", key="plan-make")
    hours = hours_of(begin, shifts)
    mine = (chosen.station, chosen.zone, chosen.family, chosen.days, chosen.shift, units, hours, found.made_at)
    if not asked and st.session_state.get("plan-of") != mine:
        return
    st.session_state["plan-of"] = mine
    with st.spinner(word("hot.plan_running", language)):
        plan = _planned(found, units, hours)
    if not plan.stops:
        st.info(word("hot.plan_none", language), icon=":material/info:")
        return
    # Stops are read whole: a grid would cut what does not fit into its cell.
    draw_table(plan_rows(found, plan, hours, units, language), word("hot.part_patrol", language), heads=True)
    st.markdown(word("hot.plan_covered", language, n=f"{plan.covered:.2f}", total=f"{plan.expected:.2f}"))
    if not plan.proved:
        st.caption(word("hot.plan_unproved", language))
    st.caption(word("hot.plan_assumed", language, share=f"{COVERS:.0%}", minutes=number(plan.travel_min)))
