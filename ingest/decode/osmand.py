"""OsmAnd and Traccar Client up to 8: `GET` or `POST /in/osmand`, a query or form. Speed in knots. Pure.

Source: traccar.org, "OsmAnd". The time is epoch seconds or milliseconds, ISO 8601, or `yyyy-MM-dd HH:mm:ss` in
UTC; none means now. A message without a place is a heartbeat.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from ingest.decode.alarm import in_position, panic
from ingest.decode.fields import BadPayloadError, clean, place_of, time_of
from ingest.decode.payload import MAX_BYTES
from ingest.decode.traccar import KNOT_KMH
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife
from models.records.sos import Signal

SOURCE = "osmand"
_PLAIN_TIME = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")
_MOST_FIELDS = 100


def decode(_topic: str, payload: bytes, received_at: Millis) -> list[Fix | SignOfLife | Signal]:
    """A fix or a sign of life, and a panic when `alarm` says so.

    Raises:
        BadPayloadError: as the fields say.
    """
    values = _fields(payload)
    unit = clean(values.get("id") or values.get("deviceid") or "", 128)
    if not unit:
        raise BadPayloadError(Reason.MISSING_FIELD, "id")
    lat, lon = _place(values)
    records: list[Fix | SignOfLife | Signal] = []
    sos = in_position(values.get("alarm"))
    try:
        at = _time(values.get("timestamp"), received_at)
        records.append(_record(unit, at, values, lat, lon, received_at))
    except BadPayloadError:
        if not sos:
            raise
        at = 0
    if sos:
        place = {} if values.get("valid") == "false" else {"lat": _float(lat), "lon": _float(lon)}
        records.append(panic("", unit, SOURCE, "osmand", payload, received_at, place, at))
    return records


def _fields(payload: bytes) -> dict[str, str]:
    if len(payload) > MAX_BYTES:
        raise BadPayloadError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    try:
        text = payload.decode("utf-8").removeprefix("/").removeprefix("?")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except UnicodeDecodeError:
        raise BadPayloadError(Reason.BAD_UTF8) from None
    except ValueError as error:
        raise BadPayloadError(Reason.WRONG_TYPE, str(error)[:120]) from None


def _place(values: dict[str, str]) -> tuple[str | None, str | None]:
    both = values.get("location", "").split(",")
    if len(both) == 2:
        return both[0], both[1]
    return values.get("lat"), values.get("lon")


def _float(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _time(text: str | None, received_at: Millis) -> Millis:
    if not text:
        return received_at
    if _PLAIN_TIME.match(text):
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            raise BadPayloadError(Reason.WRONG_TYPE, "timestamp") from None
    return time_of(text.replace(" ", "+"), "timestamp")  # an unescaped "+" of an offset arrives as a blank


def _in_range(values: dict[str, str], name: str, high: float) -> float | None:
    number = _float(values.get(name))
    return number if number is not None and 0 <= number <= high else None


def _record(
    unit: str, at: Millis, values: dict[str, str], lat: str | None, lon: str | None, received_at: Millis
) -> Fix | SignOfLife:
    if values.get("valid") == "false" or lat is None or lon is None:
        return SignOfLife("", unit, at, SOURCE, received_at)
    place = place_of(_strict(lat, "lat"), _strict(lon, "lon"))
    if place is None:
        return SignOfLife("", unit, at, SOURCE, received_at)
    knots = _in_range(values, "speed", 540)
    heading = _in_range(values, "bearing", 360)
    return Fix(
        "",
        unit,
        at,
        *place,
        None if knots is None else round(knots * KNOT_KMH, 3),
        _in_range(values, "heading", 360) if heading is None else heading,
        _in_range(values, "accuracy", 100_000),
        _in_range(values, "batt", 100),
        SOURCE,
        int(FixFlag.MOCK) if values.get("mock") == "true" else 0,
        received_at,
    )


def _strict(text: str, name: str) -> float:
    number = _float(text)
    if number is None:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return number
