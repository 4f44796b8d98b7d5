"""What the foreign formats share: units of speed, and a fix from values already in our units. Pure."""

from __future__ import annotations

from ingest.decode.common import WrongError, check_numbers, soft_number, to_place
from models.records.base import Millis, Reason
from models.records.position import Fix, FixFlag, SignOfLife

KMH_PER_KNOT = 1.852
KMH_PER_MPS = 3.6

#: Faster than this is no speed, in km/h.
_MAX_KMH = 2000.0


def speed(value: object, factor: float = 1.0) -> float | None:
    """A speed in km/h; None when absent, negative (unknown) or not a number. A fault costs the speed only."""
    number = soft_number(value, 0.0, _MAX_KMH)
    return None if number is None or number * factor > _MAX_KMH else round(number * factor, 3)


def heading(value: object) -> float | None:
    """Degrees from north; None when absent or negative (unknown)."""
    return soft_number(value, 0.0, 360.0)


def accuracy(value: object) -> float | None:
    """Metres; None when absent, and for 0, which these clients send for unknown."""
    return soft_number(value, 1e-9, 1e7)


def percent(value: object) -> float | None:
    """0 to 100; None when absent or outside."""
    return soft_number(value, 0.0, 100.0)


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
        WrongError: `wrong_type`, a coordinate is there and not a number.
    """
    check_numbers({"lat": lat, "lon": lon}, "lat", "lon")
    place = to_place(lat, lon) if usable else None
    if place is None:
        return SignOfLife("", unit, at, source, received_at)
    flags = int(FixFlag.MOCK) if mock else 0
    return Fix(
        "", unit, at, place[0], place[1], speed_kmh, heading_deg, accuracy_m, battery_pct, source, flags, received_at
    )


def object_in(message: dict[str, object], name: str) -> dict[str, object]:
    """An object within a message; empty when absent.

    Raises:
        WrongError: `wrong_type`.
    """
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongError(Reason.WRONG_TYPE, name)
    return value
