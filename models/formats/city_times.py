"""When the cases of a city's file happened, by the file's own clock, as if that clock were UTC. Pure.

What a time means is found from the whole column: 05/12/2021 is December where another row has 13/12, May where it has
12/13, and refused where no row tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.formats.dates import ERA
from models.formats.problems import BadFileError, Problem

#: Years from this one on are of the Buddhist era.
_BUDDHIST = 2400

_OFFSET = r"(:\d{2}(?:\.\d+)?)\s*(?:Z|UTC|[+-]\d{2}:?\d{2})$"
_YEAR_FIRST = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?P<rest>(?:\D.*)?)$"
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})(?P<rest>(?:\D.*)?)$"

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
    clock), `buddhist_era`, `day_first`, `month_first`.
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
        return Times(at, np.zeros(len(column), dtype=bool), ("offsets",) if zoned else ())
    texts = column.astype("string").str.strip().fillna("")
    bare = texts.str.replace(_OFFSET, r"\1", regex=True)
    told = ["offsets"] if bool((bare != texts).any()) else []
    first, last = bare.str.extract(_YEAR_FIRST), bare.str.extract(_YEAR_LAST)
    found = pd.DataFrame({"y": first["y"].fillna(last["y"]), "rest": first["rest"].fillna(last["rest"])})
    years = pd.to_numeric(found["y"]).to_numpy(dtype=np.float64, na_value=np.nan)
    buddhist = years >= _BUDDHIST
    if buddhist.any():
        told.append("buddhist_era")
    found["m"], found["d"] = first["m"], first["d"]
    if last["y"].notna().any():
        # Nobody who writes the year of the Buddha writes the month first.
        day_first = _is_day_first(last, bool(buddhist[last["y"].notna().to_numpy()].any()))
        told.append("day_first" if day_first else "month_first")
        month, day = ("b", "a") if day_first else ("a", "b")
        found["m"], found["d"] = found["m"].fillna(last[month]), found["d"].fillna(last[day])
    common = pd.Series(years - np.where(buddhist, ERA, 0), index=found.index)
    year = common.astype("Int64").astype("string")
    iso = year + "-" + found["m"].str.zfill(2) + "-" + found["d"].str.zfill(2) + found["rest"]
    # A month that is a word can be read in one way only; a number alone is no time.
    named = bare.where(bare.str.contains(r"[A-Za-z]{3}", regex=True))
    made = _read(iso.fillna(named))
    return Times(made, (found["rest"] == "").fillna(False).to_numpy(dtype=bool), tuple(told))


def _is_day_first(dates: pd.DataFrame, buddhist: bool) -> bool:
    first, second = (pd.to_numeric(dates[name]) > 12 for name in ("a", "b"))
    day_first, month_first = bool(first.fillna(False).any()) or buddhist, bool(second.fillna(False).any())
    if day_first and month_first:
        raise BadFileError(MIXED)
    if not day_first and not month_first:
        raise BadFileError(AMBIGUOUS)
    return day_first


def _read(texts: pd.Series[Any]) -> np.ndarray[Any, Any]:
    made = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    other = made.isna() & texts.notna()
    if other.any():  # 10:15 PM, 3 May 2021
        made = made.where(~other, pd.to_datetime(texts.where(other), errors="coerce", format="mixed", utc=True))
    return made.dt.tz_localize(None).to_numpy(dtype="datetime64[ms]")
