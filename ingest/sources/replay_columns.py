"""Which column of a file of fixes is which: by name, without regard to case. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: What each column may be called, the surest name first. A name that ends in * matches as a beginning.
NAMES: Final = {
    "unit": ("vehicle_id", "unit", "unit_id", "device", "device_id", "vehicle", "bus_id", "car", "imei", "id"),
    "at": ("ts_utc", "time", "timestamp", "at", "ts", "datetime", "recorded_at", "fix_time", "date_time", "tst"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "speed": ("speed", "speed_kmh", "speed*", "velocity"),
    "heading": ("heading", "heading_deg", "heading*", "course", "bearing"),
}

NEEDED: Final = ("unit", "at", "lat", "lon")


class ReplayRefusedError(Exception):
    """The file or the station cannot be replayed; `str()` is one line."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns in the file; speed and heading may be missing."""

    unit: str
    at: str
    lat: str
    lon: str
    speed: str | None = None
    heading: str | None = None

    @property
    def used(self) -> list[str]:
        """The columns to read."""
        return [name for name in (self.unit, self.at, self.lat, self.lon, self.speed, self.heading) if name]


def find_columns(names: Sequence[str]) -> Columns:
    """The mapping for a file with these columns.

    Raises:
        ReplayRefusedError: a needed one is not there; the line says which, and what there is.
    """
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    found = {wanted: _first(by_lower, known) for wanted, known in NAMES.items()}
    for wanted in NEEDED:
        if found[wanted] is None:
            raise ReplayRefusedError(
                f"no column for {wanted} (one of {', '.join(NAMES[wanted])}) in: {', '.join(names)}"
            )
    return Columns(
        unit=str(found["unit"]),
        at=str(found["at"]),
        lat=str(found["lat"]),
        lon=str(found["lon"]),
        speed=found["speed"],
        heading=found["heading"],
    )


def _first(by_lower: dict[str, str], known: Sequence[str]) -> str | None:
    for name in known:
        if name.endswith("*"):
            begins = [original for lower, original in by_lower.items() if lower.startswith(name[:-1])]
            if begins:
                return begins[0]
        elif name in by_lower:
            return by_lower[name]
    return None
