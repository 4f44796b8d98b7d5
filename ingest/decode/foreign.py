"""What the foreign formats share: units of speed, and a fix from values already in our units. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.decode.fields import MAX_NAME, BadPayloadError, identifier, place_of, soft_number
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife

KMH_PER_KNOT = 1.852
KMH_PER_MPS = 3.6

#: Faster than this is no speed, in km/h.
_MAX_KMH = 2000.0


def kmh(value: object, factor: float = 1.0) -> float | None:
    """A speed in km/h; None when absent, negative (unknown) or not a number: a fault costs the speed only."""
    number = soft_number(value, 0, _MAX_KMH / factor)
    return None if number is None else round(number * factor, 3)


def degrees(value: object) -> float | None:
    """Degrees from north; None when absent or negative (unknown)."""
    return soft_number(value, 0, 360)


def metres(value: object) -> float | None:
    """An accuracy; None when absent, and for 0, which these clients send for unknown."""
    return soft_number(value, 1e-9, 1e7)


def percent(value: object) -> float | None:
    """0 to 100; None when absent or outside."""
    return soft_number(value, 0, 100)


def device_of(value: object, name: str) -> str:
    """A foreign device's id, which some clients send as a number.

    Raises:
        BadPayloadError: missing, or not a name.
    """
    if value is None:
        raise BadPayloadError(Reason.MISSING_FIELD, name)
    found = identifier(value, MAX_NAME)
    if found is None:
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return found


def object_in(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within a message; empty when absent.

    Raises:
        BadPayloadError: it is something else.
    """
    value = values.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadPayloadError(Reason.WRONG_TYPE, name)
    return value


def fix_or_life(
    source: str,
    unit: str,
    at: Millis,
    received_at: Millis,
    lat: object,
    lon: object,
    usable: bool = True,
    speed_kmh: float | None = None,
    heading_deg: float | None = None,
    accuracy_m: float | None = None,
    battery_pct: float | None = None,
    mock: bool = False,
) -> Fix | SignOfLife:
    """A fix without a station, which the registry gives; a sign of life when there is no usable place.

    Raises:
        BadPayloadError: a coordinate is there and not a number.
    """
    place = place_of(lat, lon) if usable and lat is not None and lon is not None else None
    if place is None:
        return SignOfLife("", unit, at, source, received_at)
    flags = int(FixFlag.MOCK) if mock else 0
    return Fix("", unit, at, *place, speed_kmh, heading_deg, accuracy_m, battery_pct, source, flags, received_at)
