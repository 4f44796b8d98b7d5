"""The device registry: who is known, who was heard and waits, and which key speaks for whom."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select, update

from models.access.grants import Stations
from models.happenings import RegisterChanged
from models.records.base import UNKNOWN_STATION, Millis
from models.records.device import Device, DeviceKey
from store.database import Tx
from store.registry import NATIVE, Registry, Target, fitting, hash_of, load, native_id
from store.rows import of_stations, put, records, table_of

__all__ = [
    "NATIVE", "Registry", "Target", "approve", "approve_native", "assign_key", "block", "create_key", "devices",
    "forget_waiting", "hash_of", "heard_unknown", "keys", "load", "native_id", "revoke_key",
]  # fmt: skip

_DEVICE = table_of(Device)
_KEY = table_of(DeviceKey)

#: Most devices that wait for approval: a stranger who makes ids up must not fill the store.
MAX_PENDING = 10_000


class UnknownDeviceError(Exception):
    """No such device or key; `str()` is one line."""


def heard_unknown(tx: Tx, source: str, foreign_id: str, now: Millis, count: int = 1) -> bool:
    """Note that a device nobody approved spoke, `count` times; it waits for an administrator.

    True when it is new. Beyond `MAX_PENDING` waiting devices a new one is not noted.
    """
    name = fitting(foreign_id)
    known = tx.conn.execute(
        update(_DEVICE)
        .where(_DEVICE.c.source == source, _DEVICE.c.foreign_id == name)
        .values(heard=_DEVICE.c.heard + count, last_seen=now)
    ).rowcount
    if known:
        return False
    pending = select(func.count()).select_from(_DEVICE).where(_DEVICE.c.state == "pending")
    if tx.conn.execute(pending).scalar_one() >= MAX_PENDING:
        return False
    put(tx, _DEVICE, [_row(source, name, Target("", "unit", ""), "pending", now) | {"heard": count}])
    tx.tell(RegisterChanged(UNKNOWN_STATION, "devices", now))
    return True


def _row(source: str, foreign_id: str, target: Target, state: str, now: Millis) -> dict[str, object]:
    return {
        "source": source,
        "foreign_id": foreign_id,
        "station": target.station,
        "target_kind": target.kind,
        "target": target.id,
        "state": state,
        "first_seen": now,
        "last_seen": now,
        "heard": 0,
        "approved_by": "",
        "approved_at": None,
        "key_id": None,
    }


def _approve(tx: Tx, entries: Iterable[tuple[str, str, Target]], by: str, now: Millis) -> None:
    rows = [
        _row(source, fitting(foreign_id), target, "approved", now) | {"approved_by": by, "approved_at": now}
        for source, foreign_id, target in entries
    ]
    put(tx, _DEVICE, rows, keep=("first_seen", "last_seen", "heard", "key_id"))
    stations = sorted({str(row["station"]) for row in rows})
    tx.tell(*(RegisterChanged(station, "devices", now) for station in stations))


def approve(tx: Tx, source: str, foreign_id: str, target: Target, by: str, now: Millis) -> None:
    """Let a device speak for a unit or box from now on. `by` is the administrator."""
    _approve(tx, [(source, foreign_id, target)], by, now)


def approve_native(tx: Tx, targets: Sequence[Target], by: str, now: Millis) -> None:
    """Let the native devices of units and boxes speak: they carry their own names. A blocked one stays blocked."""
    ids = [native_id(target) for target in targets]
    blocked = set(
        tx.conn.execute(
            select(_DEVICE.c.foreign_id).where(_DEVICE.c.source == NATIVE, _DEVICE.c.state == "blocked")
        ).scalars()
    )
    free = [(NATIVE, name, target) for name, target in zip(ids, targets, strict=True) if fitting(name) not in blocked]
    _approve(tx, free, by, now)


def forget_waiting(tx: Tx, names: Sequence[str]) -> None:
    """Strike native senders off the list of those who wait: they are of a register that needs no approval."""
    fitted = [fitting(name) for name in names]
    waiting = (_DEVICE.c.source == NATIVE, _DEVICE.c.state == "pending")
    for at in range(0, len(fitted), 500):  # a database takes so many values at once
        tx.conn.execute(delete(_DEVICE).where(*waiting, _DEVICE.c.foreign_id.in_(fitted[at : at + 500])))


def block(tx: Tx, source: str, foreign_id: str, by: str, now: Millis) -> None:
    """Take a device's word away.

    Raises:
        UnknownDeviceError: there is no such device.
    """
    name = fitting(foreign_id)
    found = tx.conn.execute(
        update(_DEVICE)
        .where(_DEVICE.c.source == source, _DEVICE.c.foreign_id == name)
        .values(state="blocked", approved_by=by, approved_at=now)
        .returning(_DEVICE.c.station)
    ).one_or_none()
    if found is None:
        raise UnknownDeviceError(f"no device {source} {foreign_id}")
    tx.tell(RegisterChanged(found.station or UNKNOWN_STATION, "devices", now))


def devices(conn: Connection, stations: Stations, state: str | None = None, limit: int = 1000) -> list[Device]:
    """The devices of the stations asked for (None: all, those that wait too), the latest heard first."""
    query = select(_DEVICE).order_by(_DEVICE.c.last_seen.desc(), _DEVICE.c.source, _DEVICE.c.foreign_id).limit(limit)
    if state is not None:
        query = query.where(_DEVICE.c.state == state)
    return records(conn, Device, of_stations(query, _DEVICE.c.station, stations))


def create_key(tx: Tx, label: str, now: Millis, *, station: str = "", channel: str = "") -> tuple[str, str]:
    """Make a key for `/in/*`: (id, key). The key is shown this once; only its SHA-256 is kept.

    With `station` and `channel` it is the key of a report channel; without, of the devices assigned to it.
    """
    key_id, key = secrets.token_hex(8), secrets.token_urlsafe(32)
    row = DeviceKey(
        id=key_id, hash=hash_of(key), label=label, station=station, channel=channel, created_at=now, revoked_at=None
    )
    put(tx, _KEY, [row.model_dump()])
    tx.tell(RegisterChanged(station or UNKNOWN_STATION, "devices", now))
    return key_id, key


def assign_key(tx: Tx, key_id: str, source: str, foreign_id: str, now: Millis) -> None:
    """Let a key speak for a device.

    Raises:
        UnknownDeviceError: no such device, or no such key.
    """
    if tx.conn.execute(select(_KEY.c.id).where(_KEY.c.id == key_id)).one_or_none() is None:
        raise UnknownDeviceError(f"no key {key_id}")
    found = tx.conn.execute(
        update(_DEVICE)
        .where(_DEVICE.c.source == source, _DEVICE.c.foreign_id == fitting(foreign_id))
        .values(key_id=key_id)
        .returning(_DEVICE.c.station)
    ).one_or_none()
    if found is None:
        raise UnknownDeviceError(f"no device {source} {foreign_id}")
    tx.tell(RegisterChanged(found.station or UNKNOWN_STATION, "devices", now))


def revoke_key(tx: Tx, key_id: str, now: Millis) -> None:
    """End a key at once.

    Raises:
        UnknownDeviceError: no such key, or it was ended before.
    """
    found = tx.conn.execute(
        update(_KEY).where(_KEY.c.id == key_id, _KEY.c.revoked_at.is_(None)).values(revoked_at=now)
    ).rowcount
    if not found:
        raise UnknownDeviceError(f"no key {key_id}")
    tx.tell(RegisterChanged(UNKNOWN_STATION, "devices", now))


def keys(conn: Connection) -> list[DeviceKey]:
    """Every key without the key itself, the newest first."""
    return records(conn, DeviceKey, select(_KEY).order_by(_KEY.c.created_at.desc(), _KEY.c.id))
