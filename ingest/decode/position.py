"""Native positions, the hot path: `…/unit/<unit>/position`. Pure."""

from __future__ import annotations

from typing import Any

from ingest.decode.alarm import in_position, panic
from ingest.decode.fields import BadPayloadError, number_of, place_of, time_of
from ingest.decode.payload import load_object
from ingest.decode.topics import agree, native
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.sos import Signal

_MOCK = int(FixFlag.MOCK)


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Fix | SignOfLife | Signal]:
    """A fix, or a sign of life when there is none; with `alarm: "sos"` a panic as well.

    Raises:
        BadPayloadError: as the fields say.
    """
    where = native(topic)
    values = load_object(payload)
    if "unit" in values or "station" in values:
        agree(where, values, "unit")
    station, unit = where.station, where.name
    alarm = values.get("alarm")
    if alarm is None:
        return [_record(station, unit, time_of(values.get("at")), values, received_at)]
    return _with_alarm(station, unit, topic, payload, values, received_at)


def _record(station: str, unit: str, at: Millis, values: dict[str, Any], received_at: Millis) -> Fix | SignOfLife:
    valid = values.get("valid")
    if valid is False:
        return SignOfLife(station, unit, at, "native", received_at)
    if valid is not None and valid is not True:
        raise BadPayloadError(Reason.WRONG_TYPE, "valid")
    place = place_of(values.get("lat"), values.get("lon"))
    if place is None:
        return SignOfLife(station, unit, at, "native", received_at)
    return Fix(
        station,
        unit,
        at,
        place[0],
        place[1],
        number_of(values, "speed_kmh", 0, 1000),
        number_of(values, "heading_deg", 0, 360),
        number_of(values, "accuracy_m", 0, 100_000),
        number_of(values, "battery_pct", 0, 100),
        "native",
        _MOCK if values.get("mock") is True else 0,
        received_at,
    )


def _with_alarm(
    station: str, unit: str, topic: str, payload: bytes, values: dict[str, Any], received_at: Millis
) -> list[Fix | SignOfLife | Signal]:
    """A position that carries a panic: whatever is wrong with its fix, the panic stands."""
    sos = in_position(values.get("alarm"))
    try:
        at = time_of(values.get("at"))
        record = _record(station, unit, at, values, received_at)
    except BadPayloadError:
        if not sos:
            raise
        return [panic(station, unit, "native", topic, payload, received_at, values)]
    if not sos:
        return [record]
    return [record, panic(station, unit, "native", topic, payload, received_at, values)]
