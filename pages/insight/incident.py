"""The record of one incident: all that is known of it, what was changed, what stands near it."""

from functools import partial

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.desk import desk_head, way_to
from dashboard.html_table import draw_table
from dashboard.incidents.nearby import alarm_rows, camera_rows, zone_rows
from dashboard.incidents.pin import pin_map
from dashboard.incidents.record import fact_rows, history_rows
from dashboard.incidents.saving import edit_incident
from dashboard.report.part import report_buttons
from dashboard.report.record import file_name, of_record
from dashboard.tables import station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from models.audit.deeds import Did
from store import incident_changes, registers
from store.incident_changes import Key
from store.incident_nearby import CAMERA_M, NEAR_M, nearby

here = visit(Action.SEE_INCIDENTS)
language, zone = here.language, here.runtime.values.zone
asked = Key(*(st.query_params.get(name, "") for name in ("station", "source", "id")))
desk_head(here, word("nav.incident", language), word("rec.help", language))
way_to("incidents", word("rec.back", language))

found = None
if here.who.sees(asked.station):
    with here.runtime.db.read() as conn:
        found = incident_changes.one(conn, asked)
        if found is not None:
            history = incident_changes.history(conn, asked)
            stations = registers.stations(conn, frozenset({asked.station}))
            near = nearby(conn, found)
if found is None:
    st.info(word("rec.none", language), icon=":material/search_off:")
    st.stop()

text = here.who.may(Action.SEE_TEXT)
if text and found.description:
    named = f"incident:{found.source}/{found.id}"
    here.runtime.desk.looks.note(
        page_deed(here, Did.SAW_INCIDENT, station=found.station, object=named, detail="page")
    )

if here.who.may(Action.EDIT_INCIDENT) and edit_incident(here, found, history, stations, text):
    st.stop()

name = next(iter(station_names(stations, language).values()), found.station)
ways = {word("rec.way", language): word("rec.open", language)}
facts = fact_rows(found, name, near.zones, text, zone, language)
zones = zone_rows(near.zones, language)
cameras = camera_rows(near.cameras, here.who.may(Action.SEE_MAP), language)
alarms = alarm_rows(near, here.who.may(Action.STEP_ALARM), zone, language)
changes = history_rows(history, text, here.who.may(Action.SEE_PERSON), zone, language)
cameras_title, cameras_none = (
    word(f"rec.{key}", language, m=f"{CAMERA_M:.0f}") for key in ("cameras", "cameras_none")
)

left, right = st.columns([1, 1])
with left:
    draw_table(facts, word("nav.incident", language), heads=True)
with right:
    if found.lat is None or found.lon is None:
        st.info(word("rec.no_place", language), icon=":material/location_off:")
    else:
        pin_map(here, "record-map", (found.lon, found.lat), None)
        if zones:
            draw_table(zones, word("rec.zones", language), ways=ways)
        st.subheader(cameras_title, anchor=False)
        if cameras:
            draw_table(cameras, cameras_title, heads=True, ways=ways)
        else:
            st.caption(cameras_none)
st.subheader(word("rec.alarms", language), anchor=False)
st.caption(word("rec.alarms_help" if alarms else "rec.alarms_none", language, m=f"{NEAR_M:.0f}"))
draw_table(alarms, word("rec.alarms", language), ways=ways)
st.subheader(word("rec.history", language), anchor=False)
if changes:
    draw_table(changes, word("rec.history", language))
else:
    st.caption(word("rec.history_none", language))

on_paper = partial(
    of_record, here, found, name, near.zones,
    ((word("rec.facts", language), facts, "-"), (cameras_title, cameras, cameras_none),
     (word("rec.alarms", language), alarms, word("rec.alarms_none", language, m=f"{NEAR_M:.0f}")),
     (word("rec.history", language), changes, word("rec.history_none", language))),
    history[-1].at if history else 0,
)  # fmt: skip
report_buttons(here, file_name(found), on_paper, station=found.station)
