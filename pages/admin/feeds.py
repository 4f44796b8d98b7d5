"""Feeds' health: what each source delivered, what was not accepted and why, which devices nobody knows."""

import streamlit as st

from dashboard.access.identity import EVERYTHING
from dashboard.channels import channel_rows, channel_state
from dashboard.desk import desk_head, thousands
from dashboard.tables import device_rows, link_rows, reason_rows, source_rows, station_names
from dashboard.times import age
from dashboard.visit import visit
from dashboard.watching import seen_by
from dashboard.words import word
from models.access.policy import Action
from models.records.named import nobodys_codes
from models.thai_time import month_began
from store import devices, notices, registers, sources
from store.scopes import alarm_stations

here = visit(Action.SEE_MAP)
language, clock_zone = here.language, here.runtime.values.zone
desk_head(here, word("nav.feeds", language), word("feeds.help", language))


@st.fragment(run_every=5)
def health() -> None:
    """The tables, read anew every few seconds."""
    seen = visit(Action.SEE_MAP, by_timer=True)
    scope = seen.who.scope()
    now, picture = seen.runtime.clock(), seen_by(seen.runtime.follower.picture, scope)
    with seen.runtime.db.read() as conn:
        counted = sources.counts(conn, None if scope == EVERYTHING else alarm_stations(conn, scope))
        waiting = devices.devices(conn, seen.who.stations, "pending", limit=200) if scope.unknown else []
        channels = [one for one in seen.runtime.values.channels if seen.who.sees_any(one.stations)]
        tried = notices.newest(conn, [one.name for one in channels])
        sent = notices.spent(conn, month_began(now, clock_zone))
        stations = registers.stations(conn, seen.who.stations)
    names = station_names(stations, language)
    beat = picture.newest_beat
    columns = st.columns([1, 3])
    with columns[0]:
        since = age(now - beat, language) if beat else word("feeds.unknown", language)
        st.metric(word("feeds.heartbeat", language), since)
    with columns[1]:
        links = link_rows(picture.sources.values(), clock_zone, language)
        if links:
            st.dataframe(links, hide_index=True, key="feeds-links")
    rows = source_rows(counted, now, clock_zone, language)
    if rows:
        st.dataframe(rows, column_config=thousands(rows), hide_index=True, key="feeds-sources")
    else:
        st.info(word("feeds.nothing", language))
    basemap = seen.runtime.basemap
    (st.warning if basemap.note(language) else st.caption)(basemap.words(language))
    st.subheader(word("notice.title", language), anchor=False)
    told = channel_rows(channels, tried, sent, names, clock_zone, language)
    bad = sum(
        channel_state(one, tried.get(one.name), sent.get(one.name, 0)) in ("failing", "spent") for one in channels
    )
    if bad:
        st.warning(word("notice.bad", language, n=bad))
    # Who sees some stations only cannot tell a code that nobody has from one of another station.
    nobodys = nobodys_codes(seen.runtime.values.named_stations, names) if seen.who.stations is None else {}
    for setting, codes in nobodys.items():
        st.warning(word("feeds.nobodys_codes", language, setting=setting, codes=", ".join(codes)))
    if told:
        st.dataframe(told, hide_index=True, key="feeds-channels")
    else:
        st.caption(word("notice.demo" if seen.runtime.values.demo else "notice.none", language))
    st.subheader(word("feeds.by_reason", language), anchor=False)
    rejected = reason_rows(counted, names, clock_zone, language)
    if rejected:
        st.dataframe(rejected, column_config=thousands(rejected), hide_index=True, key="feeds-rejected")
    else:
        st.caption(word("feeds.no_rejects", language))
    if not scope.unknown:
        return
    st.subheader(word("feeds.unknown_devices", language), anchor=False)
    if waiting:
        unknown = device_rows(waiting, clock_zone, language)
        st.dataframe(unknown, column_config=thousands(unknown), hide_index=True, key="feeds-devices")
        st.caption(word("feeds.approve", language))
    else:
        st.caption(word("feeds.no_unknown", language))


health()
