"""Letting devices in and shutting them out, with who did it: what the page and the commands have in common.

Every function writes its deed into the audit log with the same transaction. `by` is a deed of the one who acts, of
whatever kind; `stations` are those this one may act for (None: every station). What is outside them is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from models.audit.deeds import Deed, Did
from models.records.device import Device, DeviceKey
from models.records.sos import SosBox
from models.records.unit import Unit
from store import audit, devices
from store.database import Tx
from store.devices import UnknownDeviceError
from store.registry import Target, fitting
from store.rows import table_of

#: Sources a device can be approved for, and those of them that come over HTTP and can be given a key.
SOURCES = ("native", "owntracks", "traccar", "osmand", "chirpstack")
KEYED = ("osmand", "traccar")


def _within(station: str, stations: frozenset[str] | None) -> bool:
    return stations is None or station in stations


def _require_target(conn: Connection, target: Target) -> None:
    table, name = (table_of(Unit), "unit") if target.kind == "unit" else (table_of(SosBox), "box")
    found = select(table.c.station).where(table.c.station == target.station, table.c[name] == target.id)
    if conn.execute(found).first() is None:
        raise UnknownDeviceError(f"station {target.station} has no {target.kind} {target.id}: import it first")


def _require_device(conn: Connection, source: str, foreign_id: str, stations: frozenset[str] | None) -> Device:
    table = table_of(Device)
    found = conn.execute(
        select(table).where(table.c.source == source, table.c.foreign_id == fitting(foreign_id))
    ).one_or_none()
    if found is None or not _within(found.station, stations):
        raise UnknownDeviceError(f"no device {source} {foreign_id}")
    return Device(**found._mapping)


def _write(tx: Tx, by: Deed, action: Did, station: str, what: str, detail: str = "") -> None:
    audit.record(tx, replace(by, action=action, station=station, object=what, detail=detail))


def admit(
    tx: Tx, source: str, foreign_id: str, target: Target, by: Deed, stations: frozenset[str] | None = None
) -> None:
    """Let a device speak for a unit or box that is in the register.

    Raises:
        UnknownDeviceError: no such unit or box, or the device speaks for a station that is not among `stations`.
    """
    if not _within(target.station, stations):
        raise UnknownDeviceError(f"no station {target.station}")
    _require_target(tx.conn, target)
    table = table_of(Device)
    now = tx.conn.execute(
        select(table.c.station).where(table.c.source == source, table.c.foreign_id == fitting(foreign_id))
    ).scalar_one_or_none()
    if now and not _within(now, stations):
        raise UnknownDeviceError(f"no device {source} {foreign_id}")
    devices.approve(tx, source, foreign_id, target, by.who, by.at)
    told = f"{source}:{foreign_id}"
    _write(tx, by, Did.DEVICE_APPROVED, target.station, f"device:{told}", f"speaks for {target.kind} {target.id}")


def shut_out(tx: Tx, source: str, foreign_id: str, by: Deed, stations: frozenset[str] | None = None) -> None:
    """Take a device's word away; a waiting one is refused.

    Raises:
        UnknownDeviceError: there is no such device among the stations.
    """
    device = _require_device(tx.conn, source, foreign_id, stations)
    devices.block(tx, source, foreign_id, by.who, by.at)
    action = Did.DEVICE_REFUSED if device.state == "pending" else Did.DEVICE_BLOCKED
    _write(tx, by, action, device.station, f"device:{source}:{foreign_id}")


def make_device_key(
    tx: Tx, label: str, named: Sequence[tuple[str, str]], by: Deed, stations: frozenset[str] | None = None
) -> tuple[str, str]:
    """A key for `/in/*` that speaks for these approved devices only: (id, key). It is known this once.

    Raises:
        UnknownDeviceError: one of them is not there.
    """
    for source, foreign_id in named:
        _require_device(tx.conn, source, foreign_id, stations)
    key_id, key = devices.create_key(tx, label, by.at)
    for source, foreign_id in named:
        devices.assign_key(tx, key_id, source, foreign_id, by.at)
    told = ", ".join(f"{source}:{foreign_id}" for source, foreign_id in named)
    _write(tx, by, Did.KEY_CREATED, "", f"key:{key_id}", told)
    return key_id, key


def make_channel_key(
    tx: Tx, label: str, station: str, channel: str, by: Deed, stations: frozenset[str] | None = None
) -> tuple[str, str]:
    """A key for a station's report channel: (id, key). It is known this once.

    Raises:
        UnknownDeviceError: the station is not among the stations.
    """
    if not _within(station, stations):
        raise UnknownDeviceError(f"no station {station}")
    key_id, key = devices.create_key(tx, label, by.at, station=station, channel=channel)
    _write(tx, by, Did.KEY_CREATED, station, f"key:{key_id}", f"channel {channel}")
    return key_id, key


def keys_of(conn: Connection, stations: frozenset[str] | None) -> list[tuple[DeviceKey, list[Device]]]:
    """Every key of the stations with the devices it speaks for, the newest first. Keys of several stations are seen
    by who may act for all of them."""
    table = table_of(Device)
    spoken: dict[str, list[Device]] = {}
    for row in conn.execute(
        select(table).where(table.c.key_id.is_not(None)).order_by(table.c.source, table.c.target)
    ):
        spoken.setdefault(row.key_id, []).append(Device(**row._mapping))
    pairs = [(key, spoken.get(key.id, [])) for key in devices.keys(conn)]
    return [pair for pair in pairs if stations is None or (_owned(*pair) and _owned(*pair) <= stations)]


def _owned(key: DeviceKey, spoken: Sequence[Device]) -> frozenset[str]:
    return frozenset({key.station} if key.station else {one.station for one in spoken})


def end_key(tx: Tx, key_id: str, by: Deed, stations: frozenset[str] | None = None) -> None:
    """End a key at once.

    Raises:
        UnknownDeviceError: no such key among the stations, or it was ended before.
    """
    mine = {key.id: key for key, _ in keys_of(tx.conn, stations)}
    if key_id not in mine:
        raise UnknownDeviceError(f"no key {key_id}")
    devices.revoke_key(tx, key_id, by.at)
    _write(tx, by, Did.KEY_REVOKED, mine[key_id].station, f"key:{key_id}")
