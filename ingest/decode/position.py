"""Native positions, the hot path: `…/unit/<unit>/position`. Pure, and written to be quick."""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import alarm_kind, panic, says_sos, unreadable
from ingest.decode.fields import BadPayloadError, number_of, soft_number, soft_place
from ingest.decode.payload import load_object
from ingest.decode.records import Record
from ingest.decode.times import readable_time, time_of
from ingest.decode.topics import Topic, agree, forgiving, native
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.sos import EventKind

_MOCK = int(FixFlag.MOCK)


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A fix, or a sign of life when there is none; with `alarm: "sos"` a panic as well.

    Raises:
        BadPayloadError: as the fields say; never when the bytes speak of an SOS.
    """
    try:
        where = native(topic)
        values = load_object(payload)
        if "alarm" in values:
            kind = alarm_kind(values["alarm"])
            if kind is not None:
                return _with_alarm(where, values, kind, topic, payload, received_at)
        return [_record(where, values, received_at)]
    except BadPayloadError:
        if not says_sos(payload):
            raise
        where = forgiving(topic)
        return [unreadable(where.station, "unit", where.name, "native", topic, payload, received_at)]


def _record(where: Topic, values: dict[str, Any], received_at: Millis, alarm: bool = False) -> Fix | SignOfLife:
    get = values.get
    if "unit" in values or "station" in values:
        agree(where, values, "unit")
    at = readable_time(get("at"))
    if at is None:
        at = time_of(get("at"))  # says why
    lat, lon, valid = get("lat"), get("lon"), get("valid")
    if valid is not None and type(valid) is not bool:
        raise BadPayloadError(Reason.WRONG_TYPE, "valid")
    if lat is None or lon is None:
        if valid is False or alarm:
            return SignOfLife(where.station, where.name, at, "native", received_at)
        raise BadPayloadError(Reason.MISSING_FIELD, "lat" if lat is None else "lon")
    lat = number_of(values, "lat", -90, 90)
    lon = number_of(values, "lon", -180, 180)
    speed = number_of(values, "speed_kmh", 0, 2000)
    heading = number_of(values, "heading_deg", 0, 360)
    accuracy = number_of(values, "accuracy_m", 0, 1e7)
    battery = number_of(values, "battery_pct", 0, 100)
    if lat is None or lon is None or valid is False or (lat == 0 and lon == 0):
        return SignOfLife(where.station, where.name, at, "native", received_at)
    flags = _MOCK if get("mock") is True else 0
    return Fix(
        where.station, where.name, at, lat, lon, speed, heading, accuracy, battery, "native", flags, received_at
    )


def _with_alarm(
    where: Topic, values: dict[str, Any], kind: EventKind, topic: str, payload: bytes, received_at: Millis
) -> list[Record]:
    """A position that carries a panic: whatever is wrong with its fix, the panic stands."""
    place = None if values.get("valid") is False else soft_place(values.get("lat"), values.get("lon"))
    battery = soft_number(values.get("battery_pct"), 0, 100)
    at = readable_time(values.get("at"))
    signal = panic(where.station, where.name, "native", topic, payload, received_at, kind, at, place, battery)
    try:
        return [_record(where, values, received_at, alarm=True), signal]
    except BadPayloadError:
        return [signal]
