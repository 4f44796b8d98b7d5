"""OsmAnd and Traccar Client up to 8: `GET` or `POST /in/osmand`, a query or form. Speed in knots. Pure.

Source: traccar.org, "OsmAnd". The time is epoch seconds or milliseconds, ISO 8601, or `yyyy-MM-dd HH:mm:ss` in
UTC; none means now. A message without a place is a heartbeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from ingest.decode.alarm import alarm_kind, panic
from ingest.decode.fields import BadPayloadError, soft_place
from ingest.decode.foreign import KMH_PER_KNOT, degrees, device_of, fix_or_life, kmh, metres, percent
from ingest.decode.payload import MAX_HTTP_BYTES
from ingest.decode.records import Record
from ingest.decode.times import query_time
from models.records.base import Millis, Reason

SOURCE = "osmand"
_MOST_FIELDS = 200
_NO = frozenset({"false", "0", "no"})
_YES = frozenset({"true", "1", "yes"})


def decode(topic: str, payload: bytes, received_at: Millis) -> list[Record]:
    """A fix or a sign of life, and a panic when `alarm` says so. The payload is a query, a form, or both joined by &.

    Raises:
        BadPayloadError: as the fields say; never when `alarm` says `sos` and the device is named.
    """
    values = _fields(payload)
    device = device_of(values.get("id") or values.get("deviceid"), "id")
    stamp = values.get("timestamp")
    at = query_time(stamp) if stamp else received_at
    lat, lon = _coordinates(values)
    usable = values.get("valid", "").strip().casefold() not in _NO
    kind = alarm_kind(values.get("alarm"))
    if kind is None:
        return [_fix(device, values, at, lat, lon, usable, received_at)]
    place = soft_place(_number(lat), _number(lon)) if usable else None
    battery = percent(_number(values.get("batt")))
    signal = panic("", device, SOURCE, topic, payload, received_at, kind, at, place, battery)
    try:
        return [_fix(device, values, at, lat, lon, usable, received_at), signal]
    except BadPayloadError:
        return [signal]


def _fields(payload: bytes) -> dict[str, str]:
    if len(payload) > MAX_HTTP_BYTES:
        raise BadPayloadError(Reason.TOO_LARGE, f"{len(payload)} bytes")
    try:
        text = payload.decode().rpartition("?")[2]
        return dict(parse_qsl(text, errors="strict", max_num_fields=_MOST_FIELDS))
    except UnicodeDecodeError:
        raise BadPayloadError(Reason.BAD_UTF8) from None
    except ValueError:
        raise BadPayloadError(Reason.TOO_LARGE, "too many fields") from None


def _coordinates(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    both = values.get("location", "").split(",")
    return (both[0], both[1]) if len(both) == 2 else (values.get("lat"), values.get("lon"))


def _number(text: str | None) -> float | None:
    """The number; None when absent or not one."""
    try:
        return float(text) if text and text.isascii() and "_" not in text else None
    except ValueError:
        return None


def _coordinate(text: str | None, name: str) -> float | None:
    number = _number(text)
    if number is None and text is not None:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return number


def _fix(
    device: str,
    values: Mapping[str, str],
    at: Millis | None,
    lat: str | None,
    lon: str | None,
    usable: bool,
    received_at: Millis,
) -> Record:
    if at is None:
        raise BadPayloadError(Reason.WRONG_TYPE, "timestamp", device)
    return fix_or_life(
        SOURCE,
        device,
        at,
        received_at,
        _coordinate(lat, "lat"),
        _coordinate(lon, "lon"),
        usable,
        kmh(_number(values.get("speed")), KMH_PER_KNOT),
        degrees(_number(values.get("bearing") or values.get("heading"))),
        metres(_number(values.get("accuracy"))),
        percent(_number(values.get("batt"))),
        values.get("mock", "").strip().casefold() in _YES,
    )
