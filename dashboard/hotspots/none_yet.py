"""What is said where there is no map yet: why, and when there will be one."""

from __future__ import annotations

import streamlit as st

from dashboard.times import moment
from dashboard.visit import Visit
from dashboard.words import word
from store import hotspots, leases, refits


def none_yet(here: Visit, station: str) -> None:
    """Say that the run has not come to this choice, and how far it is, or that it found nothing to draw.

    Raises:
        StorageError: the store cannot be read.
    """
    language, zone = here.language, here.runtime.values.zone
    with here.runtime.db.read() as conn:
        last = refits.lasts(conn, frozenset({station})).get(station)
        run = next(iter(refits.runs(conn, 1)), None)
        placed = bool(hotspots.stations_with_maps(conn, frozenset({station})))
        holder = leases.holder(conn, leases.REFIT, here.runtime.clock())
    st.info(word("hot.none_yet", language), icon=":material/info:")
    if last is not None:
        said = "hot.station_failed" if last.failed else "hot.station_done"
        st.caption(word(said, language, at=moment(last.at, zone, language)))
    elif run is None:
        st.caption(word("hot.run_never", language))
    if run is not None and run.ended is None and run.id == holder:  # else it was cut off
        st.caption(word("hot.run_now", language, done=f"{run.done:,}", stations=f"{run.stations:,}"))
    if last is not None and not last.failed and last.version.cases and not placed:
        st.caption(word("hot.none_placed", language, n=f"{last.version.cases:,}"))
    else:
        st.caption(word("hot.none_when", language))
