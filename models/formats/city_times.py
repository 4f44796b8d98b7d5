"""When the cases of a city's file happened, by the file's own clock, as if that clock were UTC. Pure.

What a time means is found from the whole column: 05/12/2021 is December where another row has 13/12, May where it has
12/13, and refused where no row tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.tseries.api import guess_datetime_format

from models.formats.dates import ERA
from models.formats.problems import BadFileError, Problem

#: Years from the one to before the other are of the Buddhist era; what is later still is a mistake.
_BUDDHIST, _LATE = 2400, 2800

#: After the minutes: Z, +07:00, +0700, -05, EST, [Asia/Bangkok]; one or more of them.
_OFFSET = (
    r"(:\d{2}(?:\.\d+)?(?:\s*[AaPp]\.?[Mm]\.?)?)"
    r"(?:\s*(?:Z|[A-Z]{3,5}|[+-]\d{2}(?::?\d{2})?|\[[\w/+-]+\]))+$"
)
_YEAR_FIRST = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})$"
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})$"
_DAY_AND_REST = r"^(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?P<rest>(?:\D.*)?)$"

#: What follows a day: 9:05, 10:15 PM, 10:15:30.123 p.m.
_CLOCK = r"^[\sT,]*(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?(?:[.,]\d+)?\s*(?:(?P<half>[AaPp])\.?\s?[Mm]\.?)?$"

#: More of a file's times than this at midnight sharp, and midnight says that nobody wrote the hour: of real hours,
#: heaped as they are, one in twenty is.
MIDNIGHTS = 0.2
#: So few midnights prove nothing.
_FEW = 4

MIXED = Problem(
    "dates_mixed", "ไฟล์นี้มีทั้งวันที่แบบ วัน/เดือน และ เดือน/วัน", "the file has dates of both kinds, day/month and month/day"
)
AMBIGUOUS = Problem(
    "dates_ambiguous", "ไม่ทราบว่าวันที่ในไฟล์เป็น วัน/เดือน หรือ เดือน/วัน กรุณาใช้ ปี-เดือน-วัน",
    "nothing in the file tells whether its dates are day/month or month/day; write year-month-day",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """`at`: datetime64[ms], NaT when it cannot be read. `dated`: only the day was given.

    `told`: what was found out of the column, words that never change: `offsets` (times named one; each row keeps its
    clock), `buddhist_era`, `day_first`, `month_first`, `midnight` (which stands for no hour).
    """

    at: np.ndarray[Any, Any]
    dated: np.ndarray[Any, Any]
    told: tuple[str, ...]


def times_of(column: pd.Series[Any]) -> Times:
    """The times of a column of text, or of times.

    Raises:
        BadFileError: its dates are of two kinds, or could be of either.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        zoned = getattr(column.dt, "tz", None) is not None
        bare = column.dt.tz_localize(None) if zoned else column
        at = bare.to_numpy(dtype="datetime64[ms]")
        return _hours_known(at, np.zeros(len(column), dtype=bool), ["offsets"] if zoned else [])
    texts = column.astype("string").str.strip().fillna("")
    bare = texts.str.replace(_OFFSET, r"\1", regex=True)
    told = ["offsets"] if bool((bare != texts).any()) else []
    day, rest = _day_and_rest(bare)
    # Days repeat: each is looked at once.
    codes, uniques = pd.factorize(day)
    iso, found = _days(pd.Series(uniques, dtype="string"))
    days = iso.reindex(codes).reset_index(drop=True)  # no day: -1, which none is
    # A month that is a word can be read in one way only; a number alone is no time.
    named = bare.where(bare.str.contains(r"[A-Za-z]{3}", regex=True) & day.isna())
    made = _read((days + rest).fillna(named), days, rest)
    return _hours_known(made, (rest == "").fillna(False).to_numpy(dtype=bool), told + found)


def _day_and_rest(texts: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The day a text begins with, and what follows it; both missing where it begins with none."""
    parts = pc.extract_regex(pa.array(texts, pa.string()), _DAY_AND_REST)
    day, rest = (pd.Series(pc.struct_field(parts, name).to_pandas(), dtype="string") for name in ("day", "rest"))
    return day, rest


def _days(days: pd.Series[Any]) -> tuple[pd.Series[Any], list[str]]:
    """Days as year-month-day of our era, and what was found out of how they are written."""
    first, last = days.str.extract(_YEAR_FIRST), days.str.extract(_YEAR_LAST)
    years = pd.to_numeric(first["y"].fillna(last["y"])).to_numpy(dtype=np.float64, na_value=np.nan)
    buddhist = (years >= _BUDDHIST) & (years < _LATE)
    told = ["buddhist_era"] if buddhist.any() else []
    month, day = first["m"], first["d"]
    if last["y"].notna().any():
        # Nobody who writes the year of the Buddha writes the month first.
        day_first = _is_day_first(last, bool(buddhist[last["y"].notna().to_numpy()].any()))
        told.append("day_first" if day_first else "month_first")
        month, day = month.fillna(last["b" if day_first else "a"]), day.fillna(last["a" if day_first else "b"])
    year = pd.Series(years - np.where(buddhist, ERA, 0), index=days.index).astype("Int64").astype("string")
    return year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2), told


def _hours_known(at: np.ndarray[Any, Any], dated: np.ndarray[Any, Any], told: list[str]) -> Times:
    """A file that writes every day as its midnight, or the hours nobody knows, names no hour by it."""
    clock = ~np.isnat(at) & ~dated
    midnight = clock & (at == at.astype("datetime64[D]"))
    if midnight.sum() > max(_FEW, MIDNIGHTS * clock.sum()):
        return Times(at, dated | midnight, (*told, "midnight"))
    return Times(at, dated, tuple(told))


def _is_day_first(dates: pd.DataFrame, buddhist: bool) -> bool:
    first, second = (pd.to_numeric(dates[name]) > 12 for name in ("a", "b"))
    day_first, month_first = bool(first.fillna(False).any()) or buddhist, bool(second.fillna(False).any())
    if day_first and month_first:
        raise BadFileError(MIXED)
    if not day_first and not month_first:
        raise BadFileError(AMBIGUOUS)
    return day_first


def _read(texts: pd.Series[Any], days: pd.Series[Any], rest: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """The quick ways first: row by row a million times take a minute."""
    made = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    for other in (_by_the_clock, _as_the_first, _each):
        left = made.isna() & texts.notna()
        if not left.any():
            break
        found = other(texts[left], days[left], rest[left])
        made = made.where(~left, found.reindex(made.index))
    return made.dt.tz_localize(None).to_numpy(dtype="datetime64[ms]")


def _by_the_clock(texts: pd.Series[Any], days: pd.Series[Any], rest: pd.Series[Any]) -> pd.Series[Any]:
    """Hours of one digit, or of half a day."""
    codes, uniques = pd.factorize(rest)
    clock = pd.Series(uniques, dtype="string").str.extract(_CLOCK)
    half = clock["half"].str.upper()
    hour = pd.to_numeric(clock["h"])
    wrong = half.notna() & ~hour.between(1, 12)
    hour = (hour % 12 + 12 * (half == "P").astype("Int64")).where(half.notna(), hour)
    written = hour.astype("Int64").astype("string").str.zfill(2) + ":" + clock["m"] + ":" + clock["s"].fillna("00")
    clocks = written.mask(wrong).reindex(codes).set_axis(rest.index)
    return pd.to_datetime(days + "T" + clocks, errors="coerce", format="ISO8601", utc=True)


def _as_the_first(texts: pd.Series[Any], days: pd.Series[Any], rest: pd.Series[Any]) -> pd.Series[Any]:
    """3 May 2021 10:15 PM, if all are written like the first."""
    form = guess_datetime_format(str(texts.iloc[0]))
    # Without a form nothing is read here.
    return pd.to_datetime(texts if form else texts.mask(texts.notna()), errors="coerce", format=form, utc=True)


def _each(texts: pd.Series[Any], days: pd.Series[Any], rest: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(texts, errors="coerce", format="mixed", utc=True)
