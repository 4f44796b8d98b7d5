"""The alarm lane's writes: every event of a box or panic button, once, with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, false, insert, select, update

from models.alarms.causes import fault_kind
from models.alarms.kinds import Kind
from models.happenings import BoxHeard, SignalStored
from models.readiness import is_minor
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.sos import ALARMING, EventKind, Mark, Signal, SosBox, SosEvent, join_marks
from store import alarms, boxes, drills
from store.alarms import Place
from store.database import Tx
from store.positions import newest_mark

_EVENT = SosEvent.__table__  # type: ignore[attr-defined]
_BOX = SosBox.__table__  # type: ignore[attr-defined]

#: Kinds of event that say whether a box is faulty.
_FAULTS = frozenset({EventKind.TAMPER.value, EventKind.FAULT.value, EventKind.RESTORE.value})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event: seen before, and the alarm it raised or joined."""

    duplicate: bool
    alarm: AlarmNow | None


def take_signal(tx: Tx, signal: Signal, now: Millis) -> Taken:
    """Store an event once, raise or join its alarm, and have the receipt published.

    The same id with another `at` or `kind` is another event, marked `id_reused`. A receipt follows a repeated
    event too: the box resends because it has not seen one.
    """
    same_id = tx.conn.execute(
        select(_EVENT.c.at, _EVENT.c.kind, _EVENT.c.alarm).where(
            _EVENT.c.station == signal.station,
            _EVENT.c.origin_kind == signal.origin_kind,
            _EVENT.c.origin == signal.origin,
            _EVENT.c.id == signal.id,
        )
    ).all()
    # What could not be read at all has an id of our own making: the box would not know it.
    if signal.origin_kind == "box" and not signal.id.startswith("raw-"):
        tx.publish(_receipt_topic(signal), {"id": signal.id})
    for row in same_id:
        if (row.at, row.kind) == (signal.at, signal.kind.value):
            tx.tell(SignalStored(signal.station, signal.key, now, row.alarm or ""))
            return Taken(True, None)
    if same_id:
        signal = replace(signal, marks=signal.marks | {Mark.ID_REUSED})
    place = _place(tx, signal)
    if signal.kind in ALARMING and place.lat is None:
        signal = replace(signal, marks=signal.marks | {Mark.NO_PLACE})
    drill = drills.of_press(tx.conn, signal) if signal.kind in ALARMING else None
    if drill is not None:
        signal = replace(signal, marks=signal.marks | {Mark.DRILL})
    alarm = alarms.raise_or_join(tx, signal, place, now) if signal.kind in ALARMING else None
    if drill is not None and alarm is not None:
        drills.pressed(tx, drill, signal, alarm)
    tx.conn.execute(insert(_EVENT).values(**_row(signal, now, alarm)))
    if signal.origin_kind == "box":
        _box_heard(tx, signal, now)
    tx.tell(SignalStored(signal.station, signal.key, now, alarm.id if alarm else ""))
    return Taken(False, alarm)


def is_stored(conn: Connection, signal: Signal) -> bool:
    """Whether the store has this event, by its identity or by its very bytes, however they were read then."""
    event = _EVENT.c
    same = (event.id == signal.id) & (event.at == signal.at) & (event.kind == signal.kind.value)
    bytes_too = (event.raw == signal.raw) if signal.raw else false()
    found = conn.execute(
        select(event.id).where(
            event.station == signal.station,
            event.origin_kind == signal.origin_kind,
            event.origin == signal.origin,
            same | bytes_too,
        )
    )
    return found.first() is not None


def heard(conn: Connection, signals: Sequence[Signal]) -> set[tuple[str, bytes]]:
    """Topic and bytes of those events that the store has, whoever their sender was taken for then.

    A press of a device nobody knew lies under the device's own name; one of a device that has another unit now, under
    the former. Reads every event, once for all that are asked about.
    """
    if not signals:
        return set()
    event = _EVENT.c
    found = select(event.topic, event.raw).where(
        event.raw.in_({signal.raw for signal in signals if signal.raw}),
        event.topic.in_({signal.topic for signal in signals}),
    )
    return {(str(topic), bytes(raw)) for topic, raw in conn.execute(found)}


def _receipt_topic(signal: Signal) -> str:
    """Beside the topic the event came on: a box of a station nobody registered listens there too."""
    if signal.topic.endswith("/event"):
        return signal.topic.removesuffix("event") + "receipt"
    return f"ssz/v1/{signal.station}/sos/{signal.origin}/receipt"


def _row(signal: Signal, now: Millis, alarm: AlarmNow | None) -> dict[str, object]:
    return {
        "station": signal.station,
        "origin_kind": signal.origin_kind,
        "origin": signal.origin,
        "id": signal.id,
        "at": signal.at,
        "kind": signal.kind.value,
        "received_at": signal.received_at,
        "stored_at": now,
        "lat": signal.lat,
        "lon": signal.lon,
        "battery_pct": signal.battery_pct,
        "mains": signal.mains,
        "seq": signal.seq,
        "boot": signal.boot,
        "note": signal.note,
        "marks": join_marks(signal.marks),
        "alarm": alarm.id if alarm else None,
        "source": signal.source,
        "topic": signal.topic,
        "raw": signal.raw,
    }


def _place(tx: Tx, signal: Signal) -> Place:
    """Where the person is: the registered box, else what the message says, else the unit's newest mark."""
    if signal.origin_kind == "box":
        box = tx.conn.execute(
            select(_BOX.c.name_th, _BOX.c.lat, _BOX.c.lon).where(
                _BOX.c.station == signal.station, _BOX.c.box == signal.origin
            )
        ).one_or_none()
        return Place(signal.origin, signal.lat, signal.lon) if box is None else Place(box.name_th, box.lat, box.lon)
    if signal.lat is None and signal.kind in ALARMING:
        return Place(signal.origin, *(newest_mark(tx.conn, signal.station, signal.origin) or (None, None)))
    return Place(signal.origin, signal.lat, signal.lon)


def _box_heard(tx: Tx, signal: Signal, now: Millis) -> None:
    """What the event says of the box's health, unless a newer event has said it already: a late one is no news.
    Of its faults the worst stands until the box says that it works again.

    Boxes of no registered station have no row to keep it in.
    """
    mine = (_BOX.c.station == signal.station, _BOX.c.box == signal.origin)
    box = tx.conn.execute(select(_BOX.c.heard_at, _BOX.c.tested_at, _BOX.c.fault).where(*mine)).one_or_none()
    if box is None:
        return
    # Nothing newer can be there when it was sent after the box was last heard: spares the look at its events.
    newer = _newer(tx, signal) if signal.at < (box.heard_at or 0) else []
    battery_pct = None if any(row.battery_pct is not None for row in newer) else signal.battery_pct
    mains = None if any(row.mains is not None for row in newer) else signal.mains
    fault = _standing_fault(signal, box.fault or "", newer)
    tested = signal.at if signal.kind is EventKind.TEST and signal.at > (box.tested_at or 0) else None
    heard_at = max(signal.received_at, box.heard_at or 0)
    values: dict[str, object] = {"heard_at": heard_at, "battery_pct": battery_pct, "mains": mains}
    values |= {"fault": fault, "tested_at": tested}
    said = {name: value for name, value in values.items() if value is not None}
    tx.conn.execute(update(_BOX).where(*mine).values(**said))
    boxes.remember(tx, signal.station, signal.origin, heard_at)
    tx.tell(BoxHeard(signal.station, signal.origin, heard_at, None, battery_pct, mains, fault, tested))
    word = None if any(row.kind in _FAULTS for row in newer) else _fault(signal.kind, signal.note)
    if word is not None:
        kind = fault_kind(word)
        among = frozenset({kind}) if word else frozenset({Kind.TAMPER, Kind.BOX_FAULT})
        standing = {kind: "" if kind is Kind.TAMPER else word} if word else {}
        boxes.trouble(tx, signal.station, signal.origin, among, standing, now, signal.topic)


def _fault(kind: str, note: str | None) -> str | None:
    """The fault an event tells of; empty when it ends one, None when it is no word on faults."""
    words = {EventKind.TAMPER.value: "tamper", EventKind.FAULT.value: note or "fault", EventKind.RESTORE.value: ""}
    return words.get(kind)


def _grade(fault: str) -> int:
    """How grave a fault is: 0 none, 1 a minor one, 2 any other."""
    return (1 if is_minor(fault) else 2) if fault else 0


def _standing_fault(signal: Signal, before: str, newer: Sequence[Row[Any]]) -> str | None:
    """The fault a box has after an event; None = as `before`. `newer`: what was heard of the time after it, in order.

    The worst since it last said that all is well, of equally grave ones the newest; in whatever order words arrive.
    """
    said = _fault(signal.kind, signal.note)
    later = [word for row in newer if (word := _fault(row.kind, row.note)) is not None]
    if said is None or "" in later:
        return None
    if not said:
        return max(reversed(later), key=_grade, default="")
    if any(_grade(word) >= _grade(said) for word in later) or _grade(before) > _grade(said):
        return None
    return said


def _newer(tx: Tx, signal: Signal) -> Sequence[Row[Any]]:
    """The stored events of the same box that come after this one by the box's clock, in its order."""
    event = _EVENT.c
    return tx.conn.execute(
        select(event.kind, event.note, event.battery_pct, event.mains)
        .where(
            event.station == signal.station,
            event.origin_kind == "box",
            event.origin == signal.origin,
            event.at > signal.at,
        )
        .order_by(event.at)
    ).all()


def recent_keys(conn: Connection, since: Millis, limit: int) -> list[str]:
    """`Signal.key` of the newest stored events, the oldest first: what a web process need not show as unstored."""
    event = _EVENT.c
    query = (
        select(event.station, event.origin_kind, event.origin, event.id, event.at, event.kind)
        .where(event.received_at >= since)
        .order_by(event.received_at.desc())
        .limit(limit)
    )
    return ["/".join(str(part) for part in row) for row in reversed(conn.execute(query).all())]
