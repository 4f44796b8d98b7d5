"""Record of forecasts: every map that was shown, frozen before the fact, and what it came to."""

import streamlit as st

from dashboard.basemap.beside import desk_theme
from dashboard.desk import desk_head, thousands, way_to
from dashboard.filters import ALL, choice_filter
from dashboard.hotspots.chosen import DAYS
from dashboard.hotspots.forecast_chart import rate_chart
from dashboard.hotspots.forecast_rows import (
    calibration_rows,
    caught,
    forecast_rows,
    of_cases,
    pai_interval,
    pei_told,
    period_rows,
    told_apart,
)
from dashboard.hotspots.read import MOST_STATIONS, forecasts_of
from dashboard.hotspots.told import family_name, share
from dashboard.tables import station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.analysis.families import FAMILIES
from store import registers

here = visit(Action.SEE_HOTSPOTS)
language, clock_zone = here.language, here.runtime.values.zone
desk_head(here, word("nav.forecasts", language), word("hot.fc_help", language))
way_to("/hotspots", word("hot.to_map", language))

with here.runtime.db.read() as conn:
    names = station_names(registers.stations(conn, here.who.stations), language)
if not names:
    st.info(word("err.no_data", language))
    st.stop()
# Of a whole country's forecasts no page could be made in a second.
codes = [ALL, *names] if len(names) <= MOST_STATIONS else list(names)
every = word("flt.all", language)
bar = st.columns([3, 3, 2, 2])
with bar[0]:
    station = choice_filter(
        "station", word("flt.station", language), codes, lambda code: names.get(code, every), codes[0]
    )
with bar[1]:
    family = choice_filter(
        "family", word("hot.family", language), [ALL, *FAMILIES],
        lambda code: every if code == ALL else family_name(code, language), ALL,
    )  # fmt: skip
with bar[2]:
    label = word("hot.horizon", language)
    days = choice_filter(
        "days", label, [str(day) for day in DAYS], lambda day: word("hot.days", language, n=day), str(DAYS[0])
    )

own = frozenset(names if station == ALL else {station} & names.keys())
found, told = forecasts_of(
    here.runtime.db, own, None if family == ALL else family, int(days), here.runtime.clock()
)  # fmt: skip
if not found.frozen:
    st.info(word("hot.fc_none", language), icon=":material/info:")
    st.caption(word("hot.none_when", language))
    st.stop()

note = st.warning if found.standing == "worse" else st.success if found.standing == "better" else st.info
note(word(f"hot.fc_{found.standing}", language), icon=":material/info:")
figures = st.columns(5)
_, below = caught(found, language)
rate, naive = told_apart(found)
figures[0].metric(word("hot.fc_ours", language), rate, border=True)
figures[0].caption(below)
figures[1].metric(word("hot.fc_naive", language), naive, border=True)
figures[1].caption(f"{of_cases(found.naive_hits, found, language)} {word('hot.fc_naive_help', language)}".strip())
figures[2].metric(
    word("hot.fc_ceiling", language), "-" if found.ceiling is None else share(found.ceiling), border=True
)
figures[2].caption(word("hot.fc_ceiling_help", language))
figures[3].metric(word("hot.rec_pai", language), "-" if found.pai is None else f"{found.pai:.1f}", border=True)
area = word("hot.fc_area", language, share=share(found.area_share))
figures[3].caption(f"{pai_interval(found, language)} {area}".strip())
pei, within = pei_told(found, language)
figures[4].metric(word("hot.fc_pei", language), pei, border=True)
figures[4].caption(f"{within} {word('hot.fc_pei_help', language)}".strip())
counts = {"frozen": f"{found.frozen:,}", "scored": f"{found.scored:,}", "counted": f"{found.counted:,}"}
st.caption(word("hot.fc_counts", language, **counts))

rows = period_rows(found, clock_zone, language)
if not rows.empty:
    st.subheader(word("hot.fc_chart", language), anchor=False)
    chart = rate_chart(rows, language, night=desk_theme() == "night")
    st.altair_chart(chart, height=460, key="forecast-chart")
if found.calibration:
    st.subheader(word("hot.fc_calibration", language), anchor=False)
    st.caption(word("hot.fc_calibration_help", language))
    bins = calibration_rows(found, language)
    st.dataframe(bins, column_config=thousands(bins), hide_index=True, row_height=40, key="forecast-calibration")
st.subheader(word("hot.fc_list", language), anchor=False)
listed = forecast_rows(told, names, clock_zone, language)
st.dataframe(listed, hide_index=True, row_height=40, key="forecast-list")
