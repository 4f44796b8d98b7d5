"""The devices' part of a page: who waits, who may speak, and the keys of `/in/*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.desk import thousands
from dashboard.device_rows import device_name, key_rows, known_rows
from dashboard.markdown import plain
from dashboard.tables import device_rows
from dashboard.visit import Visit, visit
from dashboard.words import word
from models.audit.deeds import Did
from models.records.device import Device
from store import admission, devices, registers
from store.admission import KEYED
from store.database import Tx
from store.devices import UnknownDeviceError
from store.registry import Target

#: Most rows of a table; a search narrows them down.
MOST = 1000

#: What a report channel may be called: a level of a topic.
_CHANNEL = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _done(here: Visit, work: Callable[[Tx], None]) -> bool:
    """Write; says so where what was asked for is no longer there."""
    try:
        with here.runtime.db.write() as tx:
            work(tx)
    except UnknownDeviceError:
        st.error(word("dev.gone", here.language))
        return False
    return True


def waiting_devices(names: Mapping[str, str]) -> None:
    """Devices nobody approved yet: for whom each may speak, or that it may not."""
    here = visit()
    language, zone = here.language, here.runtime.values.zone
    with here.runtime.db.read() as conn:
        waiting = devices.devices(conn, here.who.stations, "pending", limit=MOST)
    if not waiting:
        st.info(word("feeds.no_unknown", language))
        return
    rows = device_rows(waiting, zone, language)
    st.dataframe(rows, column_config=thousands(rows), hide_index=True, key="devices-waiting")
    st.caption(word("dev.waiting_help", language))
    one = _chosen(waiting, "device-waiting")
    if one is None:
        return
    _admit(one, names, "waiting", word("dev.refuse", language))


def _admit(one: Device, names: Mapping[str, str], place: str, refuse_word: str = "") -> None:
    """For whom a device is to speak, and the buttons. `place` keeps the widgets of two tabs apart."""
    here = visit()
    station, kind, target = _target(one, names, place)
    allow, refuse, _ = st.columns([1, 1, 3])
    if allow.button(
        word("dev.approve", here.language), type="primary", key=f"device-approve-{place}", disabled=target is None,
        width="stretch",
    ):  # fmt: skip
        _let_in(one, Target(station, kind, target or ""))
    if refuse_word and refuse.button(refuse_word, key=f"device-refuse-{place}", width="stretch"):
        _shut_out(one)


def _let_in(one: Device, whom: Target) -> None:
    here = visit()
    by = page_deed(here, Did.DEVICE_APPROVED)
    if _done(here, lambda tx: admission.admit(tx, one.source, one.foreign_id, whom, by, here.who.stations)):
        st.rerun()


def _shut_out(one: Device) -> None:
    here = visit()
    by = page_deed(here, Did.DEVICE_BLOCKED)
    if _done(here, lambda tx: admission.shut_out(tx, one.source, one.foreign_id, by, here.who.stations)):
        st.rerun()


def _chosen(found: Sequence[Device], key: str) -> Device | None:
    """The device picked from a list that may have changed since."""
    known = {(one.source, one.foreign_id): one for one in found}
    picked = st.selectbox(
        word("feeds.device", visit().language),
        list(known),
        key=key,
        format_func=lambda name: device_name(known[name]),
    )
    return known.get(picked) if picked else None


def _target(one: Device, names: Mapping[str, str], place: str) -> tuple[str, str, str | None]:
    """Station, kind and name of the unit or box chosen for a device; the name is None while there is none."""
    here = visit()
    language = here.language
    where, what, whom = st.columns(3)
    codes = list(names)
    native = one.foreign_id.split("/", 1)[0] if one.source == "native" else ""
    station = where.selectbox(
        word("flt.station", language), codes, key=f"device-station-{place}", format_func=lambda code: names[code],
        index=codes.index(native) if native in names else 0,
    )  # fmt: skip
    kind = what.segmented_control(
        word("dev.kind", language), ["unit", "box"], key=f"device-kind-{place}", required=True, default="unit",
        format_func=lambda code: word(f"dev.{code}", language),
    )  # fmt: skip
    if station is None or kind is None:
        return "", "unit", None
    with here.runtime.db.read() as conn:
        mine = frozenset({station})
        if kind == "unit":
            known = {unit.unit: unit.call_sign for unit in registers.units(conn, mine)}
        else:
            known = {box.box: box.name_th if language == "th" else box.name_en for box in registers.boxes(conn, mine)}
    target = whom.selectbox(
        word(f"dev.{kind}", language), list(known), key=f"device-target-{place}-{station}-{kind}",
        format_func=lambda name: f"{name} · {known[name]}" if known[name] else name,
        placeholder=word("dev.no_target", language),
    )  # fmt: skip
    return station, kind, target


def known_devices(names: Mapping[str, str]) -> None:
    """Devices that may speak, and those that were shut out."""
    here = visit()
    language, zone = here.language, here.runtime.values.zone
    with here.runtime.db.read() as conn:
        found = [
            one
            for state in ("approved", "blocked")
            for one in devices.devices(conn, here.who.stations, state, limit=MOST)
        ]
    sought = st.text_input(word("dev.search", language), key="device-search", max_chars=160).strip().casefold()
    shown = [one for one in found if sought in f"{one.source} {one.foreign_id} {one.station} {one.target}".casefold()]
    if not shown:
        st.info(word("dev.none", language))
        return
    if len(found) >= MOST:
        st.caption(word("dev.limited", language, n=f"{MOST:,}"))
    st.dataframe(known_rows(shown, names, zone, language), hide_index=True, key="devices-known")
    one = _chosen(shown, "device-known")
    if one is None:
        return
    if one.state == "approved":
        if st.button(word("dev.block", language), key="device-block", help=word("dev.block_help", language)):
            _shut_out(one)
        return
    if not one.target:  # refused while it waited: it has never spoken for anybody
        _admit(one, names, "refused")
    elif st.button(word("dev.unblock", language), key="device-unblock"):
        _let_in(one, Target(one.station, one.target_kind, one.target))


def device_keys(names: Mapping[str, str]) -> None:
    """Keys of `/in/*`: what there is, a new one shown once, and ending one."""
    here = visit()
    language, zone = here.language, here.runtime.values.zone
    _new_key(names)
    with here.runtime.db.read() as conn:
        keys = admission.keys_of(conn, here.who.stations)
    st.subheader(word("dev.keys", language), anchor=False)
    if not keys:
        st.info(word("dev.no_keys", language))
        return
    st.dataframe(key_rows(keys, names, zone, language), hide_index=True, key="device-keys")
    labels = {key.id: f"{key.label} · {key.id}" for key, _ in keys if key.revoked_at is None}
    if not labels:
        return
    picked = st.selectbox(
        word("dev.key", language), list(labels), key="device-key-picked", format_func=lambda name: labels[name]
    )
    sure = st.checkbox(word("dev.sure", language), key=f"device-key-sure-{picked}")
    if st.button(word("dev.end_key", language), key="device-key-end", disabled=not sure) and picked in labels:
        by = page_deed(here, Did.KEY_REVOKED)
        if _done(here, lambda tx: admission.end_key(tx, picked, by, here.who.stations)):
            st.rerun()


def _new_key(names: Mapping[str, str]) -> None:
    here = visit()
    language = here.language
    with here.runtime.db.read() as conn:
        approved = devices.devices(conn, here.who.stations, "approved", limit=MOST)
    free = {(one.source, one.foreign_id): one for one in approved if one.source in KEYED}
    use = st.segmented_control(
        word("dev.key_for", language), ["devices", "channel"], key="device-key-for", required=True, default="devices",
        format_func=lambda code: word(f"dev.key_{code}", language),
    )  # fmt: skip
    with st.form("device-key", enter_to_submit=False):
        label = st.text_input(word("dev.label", language), max_chars=80, key="device-key-label").strip()
        if use == "channel":
            where, what = st.columns(2)
            station = where.selectbox(
                word("flt.station", language), list(names), format_func=lambda code: names[code],
                key="device-key-station",
            )  # fmt: skip
            channel = what.text_input(
                word("dev.channel", language), max_chars=64, key="device-key-channel",
                help=word("dev.channel_help", language),
            ).strip()  # fmt: skip
            ready = bool(label and station and _CHANNEL.fullmatch(channel))
            chosen: list[tuple[str, str]] = []
        else:
            chosen = st.multiselect(
                word("dev.key_devices", language), list(free), key="device-key-devices",
                format_func=lambda name: device_name(free[name]), placeholder=word("dev.choose", language),
            )  # fmt: skip
            station, channel = None, ""
            ready = bool(label and chosen)
        asked = st.form_submit_button(word("dev.make_key", language), type="primary")
    if not asked:
        return
    if not ready:
        st.warning(word("dev.incomplete", language))
        return
    by, made = page_deed(here, Did.KEY_CREATED), []

    def make(tx: Tx) -> None:
        mine = here.who.stations
        if station is not None:
            made.append(admission.make_channel_key(tx, label, station, channel, by, mine))
        else:
            made.append(admission.make_device_key(tx, label, chosen, by, mine))

    if _done(here, make):
        st.success(word("dev.key_once", language, name=plain(label)))
        st.code(made[-1][1], language=None)
