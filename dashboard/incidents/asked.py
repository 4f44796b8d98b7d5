"""The filter of the page that is looked at: the address is the one place where it is kept.

Every widget of the bar is set from the address before it is drawn and writes into the address when it is changed;
so does a click in a view. Streamlit's own binding of widgets to the address knows neither versions nor what was not
understood, and tells people's words in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.visit import Visit
from models.incidents import address
from models.incidents.filter import Filter
from models.records.station import Station, Zone
from store import registers

#: How long a page waits for the first table of a small store before it says that it is being prepared, in s.
PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the filter, the parts of it that were not understood, and what can be chosen.

    `names`: the offences, statuses and sources there are, the most frequent first. `zones` by `station/zone`;
    `zone_needed`: one of them must be chosen.
    """

    filter: Filter
    bad: list[str]
    stations: Sequence[Station]
    zones: Mapping[str, Zone]
    names: Mapping[str, list[str]]
    zone_needed: bool = False


def asked(here: Visit) -> Asked:
    """The filter of the running page.

    Raises:
        PreparingError: the columns are being read for the first time.
        StorageError: the register cannot be read.
    """
    running = here.runtime
    running.columns.wait(timeout_s=PATIENCE_S)
    names = running.columns.names(here.who.stations)
    with running.db.read() as conn:
        stations = registers.stations(conn, here.who.stations)
        zones = {f"{one.station}/{one.code}": one for one in registers.zones(conn, here.who.stations)}
    known = address.Known(
        running.clock(), running.values.zone, running.values.targets.shifts,
        stations=frozenset(one.code for one in stations), zones=frozenset(zones),
        names=[name for several in names.values() for name in several],
    )  # fmt: skip
    found, bad = address.read(st.query_params.to_dict(), known)
    return Asked(found, bad, stations, zones, names)


def put(chosen: Filter, zone: ZoneInfo) -> None:
    """Make a filter the one of the page: to be called before the bar is drawn, or by a widget's callback."""
    put_parts(address.write(chosen, zone))


def put_parts(parts: Mapping[str, str]) -> None:
    """Make the parts of an address those of the page; what is not the filter's stays in it."""
    for name in address.PARTS:
        if name in parts:
            st.query_params[name] = parts[name]
        else:
            st.query_params.pop(name, None)


def way(path: str, chosen: Filter, zone: ZoneInfo) -> str:
    """The address of another page of ours under the same filter."""
    return f"{path}?{urlencode(address.write(chosen, zone))}"
