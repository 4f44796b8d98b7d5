"""Shifts of a station: their hours, and how much of a case falls into each (aoristic weights). Pure.

A case known only to a window is spread over it evenly (Ratcliffe 2000, "Aoristic analysis"). A window of a day or
longer says nothing of the hour: such a case counts on the map of the whole day and in no shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_LOOK_MS = 14 * DAY_MS
_BANGKOK = ZoneInfo("Asia/Bangkok")

#: A window this long or longer tells no hour; a day less its last hour, for files that write 00:00 to 23:59.
NO_HOUR_MS = 23 * HOUR_MS


def one_hour(begin: NDArray[np.int64], long: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which windows (local ms, and how long they are) lie in one hour of the clock: the one rule for a known hour.

    An end on the hour belongs to the hour it ends: 20:00 to 21:00 is one hour.
    """
    return np.asarray(begin // HOUR_MS == (begin + np.maximum(long - 1, 0)) // HOUR_MS)


@dataclass(frozen=True, slots=True)
class Shifts:
    """The hours, ascending, at which a station's shifts begin (setting `targets.shifts`), and its time zone."""

    starts: tuple[int, ...] = (0, 8, 16)
    zone: ZoneInfo = _BANGKOK

    def __len__(self) -> int:
        return len(self.starts)

    def hours(self, shift: int) -> tuple[int, ...]:
        """The hours 0 to 23 of a shift, in their order; one that goes past midnight goes on at 0."""
        begin, end = self.starts[shift], self.starts[(shift + 1) % len(self.starts)]
        length = (end - begin) % 24 or 24
        return tuple((begin + number) % 24 for number in range(length))

    def name(self, shift: int) -> str:
        """`08-16`, as shifts are called."""
        begin, end = self.starts[shift], self.starts[(shift + 1) % len(self.starts)]
        return f"{begin:02d}-{end or 24:02d}"

    def weights(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of each case in each shift, shape (cases, shifts); rows sum to 1, or to 0 without an hour."""
        hourly = self.by_hour(start, end)
        return np.stack([hourly[:, self.hours(shift)].sum(axis=1) for shift in range(len(self))], axis=1)

    def by_hour(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of each case in each hour of the local day, shape (cases, 24); a row of 0 without an hour."""
        shares = np.zeros((len(start), 24))
        day = self._day_ms(start)
        long = end - start
        moment = np.flatnonzero(long <= 0)
        shares[moment, day[moment] // HOUR_MS] = 1.0
        window = np.flatnonzero((long > 0) & (long < NO_HOUR_MS))
        if len(window):
            begin = day[window][:, None]
            until = begin + long[window][:, None]
            for midnight in (0, 24):
                hour = (np.arange(24) + midnight)[None, :] * HOUR_MS
                shares[window] += np.clip(np.minimum(until, hour + HOUR_MS) - np.maximum(begin, hour), 0, None)
            shares[window] /= long[window][:, None]
        return shares

    def by_weekday(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of each case in each local day of the week (0 = Monday), shape (cases, 7); rows sum to 1.

        A window is spread over its days; one of a week or longer tells no day.
        """
        long = np.clip(end - start, 1, 7 * DAY_MS)[:, None]
        # The first of January 1970 was a Thursday.
        begin = ((self.wall_ms(start) + 3 * DAY_MS) % (7 * DAY_MS))[:, None]
        shares = np.zeros((len(start), 7))
        for week in (0, 7):
            day = (np.arange(7) + week)[None, :] * DAY_MS
            shares += np.clip(np.minimum(begin + long, day + DAY_MS) - np.maximum(begin, day), 0, None)
        return np.asarray(shares / long, dtype=np.float64)

    def _day_ms(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.wall_ms(at) % DAY_MS

    def wall_ms(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """What the local clock shows, in ms since its own 1970."""
        offset = self._offset_ms(at)
        if offset is not None:
            return at + offset
        return np.asarray(self._local(at).tz_localize(None).as_unit("ms").asi8, dtype=np.int64)

    def _offset_ms(self, at: NDArray[np.int64]) -> int | None:
        """The zone's offset when it is one all the time from the first to the last moment, else None."""
        if not len(at):
            return 0
        return _only_offset_ms(self.zone, int(at.min()) // _LOOK_MS, int(at.max()) // _LOOK_MS)

    def _local(self, at: NDArray[np.int64]) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(pd.to_datetime(at, unit="ms", utc=True)).tz_convert(self.zone)


@lru_cache(maxsize=256)
def _only_offset_ms(zone: ZoneInfo, first: int, last: int) -> int | None:
    """The zone's offset in a run of fortnights (since 1970) when it is one all the time, else None."""
    # No zone changes its clocks there and back within a fortnight.
    looked = range(first * _LOOK_MS, (last + 2) * _LOOK_MS, _LOOK_MS)
    offsets = {datetime.fromtimestamp(moment / 1000, zone).utcoffset() for moment in looked}
    only = offsets.pop()
    return None if offsets or only is None else round(only.total_seconds() * 1000)
