"""An incident file of any city as columns: incident_id, occurred_at, category, lat, lon. Pure.

Other than an import (`models.formats.incident_file`) it refuses no row: it counts what cannot take part. Times
are the city's own clock, kept as if that clock were UTC: hours and days stay right (`city_times`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.analysis.cases import Columns
from models.formats.city_frame import frame_of
from models.formats.city_times import times_of
from models.formats.offences import classify

NEEDED = ("incident_id", "occurred_at", "category", "lat", "lon")
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class CityFile:
    """What a file held. Not among the columns are `bad_time` rows, without a time that can be read, and `bad_line`
    lines with more or fewer cells than the header.

    Times are the file's own clock as if it were UTC; `told`: what was found of how they are written
    (`city_times.Times`).
    """

    columns: Columns
    bad_time: int
    told: tuple[str, ...]
    bad_line: int = 0


def read_city_file(name: str, body: bytes) -> CityFile:
    """Read Parquet, CSV, XLSX or GeoJSON.

    Raises:
        BadFileError: it cannot be read, a column is missing, or its dates can be read in two ways.
    """
    frame, bad_line = frame_of(name, body, NEEDED)
    times = times_of(frame["occurred_at"])
    when, dated = times.at, times.dated
    good = ~np.isnat(when)
    lat, lon = (
        pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        for column in ("lat", "lon")
    )
    placed = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    start = when[good].astype("datetime64[ms]").astype(np.int64)
    # A date without an hour is the window of its day.
    end = start + np.where(dated[good], DAY_MS, 0)
    category = _words(frame["category"])[good]
    # Names repeat a hundred thousand times: each is looked up once.
    groups = {word: classify(word)[1] or 0 for word in set(category)}
    columns = Columns(
        np.where(placed, lat, np.nan)[good], np.where(placed, lon, np.nan)[good], start, end, category,
        np.array([groups[word] for word in category], dtype=np.int64),
        np.full(len(start), "other", dtype=object), _named(_words(frame["incident_id"]))[good],
    )  # fmt: skip
    return CityFile(columns, int((~good).sum()), times.told, bad_line)


def offences_of(columns: Columns, wanted: str, codes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The file's own categories that are meant by a name: those that are it, else those that contain it, in any case
    and however their words are parted; else those that our table of offences knows under one of the `codes`. Empty:
    none.
    """
    names = {name: _plain(name) for name in sorted(set(columns.offence))}
    key = _plain(wanted)
    same = [name for name, plain in names.items() if plain == key]
    within = [name for name, plain in names.items() if key and key in plain]
    known = [name for name in names if classify(name)[0] in codes]
    return tuple(same or within or known)


def _plain(name: str) -> str:
    """BREAK_AND_ENTER, Break-and-Enter and " break  and enter" are one."""
    return re.sub(r"[\s_/-]+", " ", name).strip().casefold()


def _named(ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows without an id are cases of their own, not one again and again.

    All are of one source, the file: two that agree in everything but their id are two cases, as in the store.
    """
    return np.array(
        [f"file/{name}" if name else f"file/row/{number}" for number, name in enumerate(ids)], dtype=object
    )


def _words(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    # One object a word: a category that stands there a hundred thousand times is kept once.
    codes, words = pd.factorize(column.astype("string").fillna(""))
    return np.asarray(words, dtype=object)[codes]
