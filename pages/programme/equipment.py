"""Readiness of the SOS boxes: which can be relied on, which not and why, whose test is overdue; and the drills."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.boxes import COLOURS, readiness_rows, state_text
from dashboard.desk import desk_head
from dashboard.drill_part import announce_drill, drill_records, running_drills
from dashboard.export_part import File, hand_out
from dashboard.filters import station_filter
from dashboard.tables import station_names
from dashboard.times import moment
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from models.formats.table_export import CSV, csv_table
from models.readiness import DAY_MS, Readiness, Rules, Why, board, counts, judge
from store import registers

here = visit(Action.SEE_MAP)
language, values = here.language, here.runtime.values
desk_head(here, word("nav.equipment", language), word("equip.help", language))
with here.runtime.db.read() as conn:
    stations = registers.stations(conn, here.who.stations)
names = station_names(stations, language)
with st.columns([2, 5])[0]:
    station = station_filter(stations, language)
rules = Rules(values.box_silent_s * 1000, values.box_test_days * DAY_MS, battery_low_pct=values.battery_low_pct)


@st.fragment(run_every=10)
def boxes() -> None:
    """The board, judged anew every few seconds."""
    seen = visit(Action.SEE_MAP, by_timer=True)
    now, picture = seen.runtime.clock(), seen.runtime.follower.picture
    mine = [
        judge(box, now, rules)
        for box in picture.boxes.values()
        if box.station in names and station in (None, box.station)
    ]
    if picture.newest_beat < now - values.feed_stale_s * 1000:
        st.warning(word("equip.feed_old", language, time=moment(picture.newest_beat, values.zone, language) or "-"))
    if not mine:
        st.info(word("equip.none", language))
        return
    for column, (state, count) in zip(st.columns(4), counts(mine).items(), strict=True):
        column.metric(state_text(state, language), f"{count:,}", border=True)
        column.caption(word(f"equip.{state.value}_means", language))
    overdue = sum(1 for one in mine if {Why.NEVER_TESTED, Why.TEST_OVERDUE} & set(one.why))
    if overdue:
        st.info(word("equip.overdue", language, n=f"{overdue:,}"))
    options = [state for state in Readiness if counts(mine)[state]]
    shown = st.pills(
        word("equip.state", language), options, selection_mode="multi", key="equipment-state",
        format_func=lambda state: state_text(state, language), label_visibility="collapsed",
    )  # fmt: skip
    found = board([one for one in mine if not shown or one.state in shown])
    rows = readiness_rows(found, names, now, values.zone, language)
    table = pd.DataFrame(rows)
    colours = [COLOURS[one.state] for one in found]
    state_column = word("equip.state", language)
    st.dataframe(
        table.style.apply(lambda _column: colours, subset=[state_column]), hide_index=True, key="equipment-boxes",
        row_height=40,
    )  # fmt: skip
    made = partial(csv_table, rows)
    file = File(Did.EXPORTED_OTHER, "sos-boxes", "sos-boxes.csv", CSV, made, station or "")
    hand_out(seen, word("equip.export", language), file, key="equipment-export")


own = here.who.only(station)
running_drills(own)
readiness, practice = st.tabs([word("drill.board", language), word("drill.title", language)])
with readiness:
    boxes()
with practice:
    announce_drill(station)
    drill_records(own)
