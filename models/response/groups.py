"""What the report can be told apart by: the key of each alarm in a column of words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from models.records.base import Millis
from models.response.times import Numbers, Times, Words


class By(StrEnum):
    """What groups are made of."""

    STATION = "station"
    ZONE = "zone"
    BOX = "box"
    UNIT = "unit"
    SHIFT = "shift"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Area:
    """A version of a zone: `key` = `station/code`, true from `start` until before `end` (None: still)."""

    station: str
    key: str
    shape: shapely.Geometry
    start: Millis
    end: Millis | None


def keys(by: By, times: Times, areas: Sequence[Area], zone: ZoneInfo, shifts: Sequence[int]) -> Words:
    """The key of each alarm; empty: it belongs to no such group.

    Box and unit are `station/id`, a shift is the hour it begins at, two digits, a month `YYYY-MM` of the time zone.
    """
    made: dict[By, Callable[[], Words]] = {
        By.STATION: lambda: times.station,
        By.ZONE: lambda: _zones(times, areas),
        By.BOX: lambda: np.where(times.origin_kind == "box", times.station + "/" + times.origin, ""),
        By.UNIT: lambda: times.unit,
        By.SHIFT: lambda: _shifts(times.raised, zone, shifts),
        By.MONTH: lambda: _local(times.raised, zone).strftime("%Y-%m").to_numpy(dtype=object),
    }
    return made[by]()


def _local(at: Numbers, zone: ZoneInfo) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(at.astype(np.int64), unit="ms", utc=True)).tz_convert(zone)


def _shifts(at: Numbers, zone: ZoneInfo, shifts: Sequence[int]) -> Words:
    starts = np.array(shifts)
    hour = _local(at, zone).hour.to_numpy()
    # Before the first beginning of the day it is still the last one of the day before: index -1.
    begun = starts[np.searchsorted(starts, hour, side="right") - 1]
    return np.array([f"{start:02d}" for start in begun], dtype=object)


def _zones(times: Times, areas: Sequence[Area]) -> Words:
    """The smallest zone of the alarm's own station that held its place when it was raised."""
    found = np.full(len(times), "", dtype=object)
    for area in sorted(areas, key=lambda area: -area.shape.area):  # the smallest last: it has the last word
        then = (times.station == area.station) & (times.raised >= area.start) & ~np.isnan(times.lat)
        if area.end is not None:
            then &= times.raised < area.end
        rows = np.flatnonzero(then)
        if len(rows):
            shapely.prepare(area.shape)
            inside = shapely.contains_xy(area.shape, times.lon[rows], times.lat[rows])
            found[rows[inside]] = area.key
    return found
