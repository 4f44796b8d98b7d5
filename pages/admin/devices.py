"""Devices: who waits for approval, who may speak for which unit or box, and the keys of `/in/*`."""

import streamlit as st

from dashboard.desk import desk_head
from dashboard.device_part import device_keys, known_devices, waiting_devices
from dashboard.tables import station_names
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action
from store import registers

here = visit(Action.MANAGE_DEVICES)
language = here.language
desk_head(here, word("nav.devices", language), word("dev.help", language))
with here.runtime.db.read() as conn:
    names = station_names(registers.stations(conn, here.who.stations), language)
waiting, known, keys = st.tabs(
    [word("dev.tab_waiting", language), word("dev.tab_known", language), word("dev.tab_keys", language)]
)
with waiting:
    waiting_devices(names)
with known:
    known_devices(names)
with keys:
    device_keys(names)
