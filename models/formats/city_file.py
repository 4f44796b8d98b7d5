"""An incident file of any city as columns: incident_id, occurred_at, category, lat, lon. Pure.

Other than an import (`models.formats.incident_file`) it refuses no row: it counts what cannot take part. Times
are the city's own clock, kept as if that clock were UTC: hours and days stay right (`city_times`).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from models.analysis.cases import Columns
from models.formats.city_times import times_of
from models.formats.guards import UNREADABLE
from models.formats.offences import classify
from models.formats.problems import BadFileError, Problem
from models.formats.tables import read_table

NEEDED = ("incident_id", "occurred_at", "category", "lat", "lon")
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class CityFile:
    """What a file held. `bad_time`: rows without a time that can be read; they are not among the columns.

    Times are the file's own clock as if it were UTC; `told`: what was found of how they are written
    (`city_times.Times`).
    """

    columns: Columns
    bad_time: int
    told: tuple[str, ...]


def read_city_file(name: str, body: bytes) -> CityFile:
    """Read Parquet, CSV, XLSX or GeoJSON.

    Raises:
        BadFileError: it cannot be read, a column is missing, or its dates can be read in two ways.
    """
    frame = _frame(name, body)
    named = {str(column).strip().casefold(): column for column in frame.columns}
    missing = [column for column in NEEDED if column not in named]
    if missing:
        words = ", ".join(missing)
        raise BadFileError(Problem("columns_missing", f"ไม่มีคอลัมน์ {words}", f"the file has no column {words}"))
    times = times_of(frame[named["occurred_at"]])
    when, dated = times.at, times.dated
    good = ~np.isnat(when)
    lat, lon = (
        pd.to_numeric(frame[named[column]], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        for column in ("lat", "lon")
    )
    placed = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    start = when[good].astype("datetime64[ms]").astype(np.int64)
    # A date without an hour is the window of its day.
    end = start + np.where(dated[good], DAY_MS, 0)
    category = _words(frame[named["category"]])[good]
    # Names repeat a hundred thousand times: each is looked up once.
    groups = {word: classify(word)[1] or 0 for word in set(category)}
    columns = Columns(
        np.where(placed, lat, np.nan)[good], np.where(placed, lon, np.nan)[good], start, end, category,
        np.array([groups[word] for word in category], dtype=np.int64),
        np.full(len(start), "other", dtype=object), _named(_words(frame[named["incident_id"]]))[good],
    )  # fmt: skip
    return CityFile(columns, int((~good).sum()), times.told)


def offences_of(columns: Columns, wanted: str, codes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The file's own categories that are meant by a name: those that are it, else those that contain it, in any case;
    else those that our table of offences knows under one of the `codes`. Empty: none.
    """
    names = sorted(set(columns.offence))
    key = wanted.strip().casefold()
    same = [name for name in names if name.casefold() == key]
    within = [name for name in names if key and key in name.casefold()]
    known = [name for name in names if classify(name)[0] in codes]
    return tuple(same or within or known)


def _frame(name: str, body: bytes) -> pd.DataFrame:
    ending = name.rpartition(".")[2].lower()
    try:
        if ending == "parquet":
            return pd.read_parquet(BytesIO(body))
        if ending in ("csv", "txt", "tsv"):
            # Comma, semicolon or tab, as the first line has it.
            encoding = _encoding(body)
            first = body[:10_000].decode(encoding, errors="replace").partition("\n")[0]
            mark = max(",;\t", key=first.count)
            return pd.read_csv(BytesIO(body), dtype=str, sep=mark, encoding=encoding, on_bad_lines="skip")
    except (ValueError, TypeError, OSError, pa.ArrowException, pd.errors.ParserError) as error:
        raise BadFileError(UNREADABLE) from error
    sheet = read_table(name, body)
    return pd.DataFrame([cells for _, cells in sheet.rows], columns=list(sheet.header), dtype=str)


def _encoding(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp874"
    return "utf-8-sig"


def _named(ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows without an id are cases of their own, not one again and again."""
    blank = np.flatnonzero(ids == "")
    ids[blank] = [f"row/{number}" for number in blank]
    return ids


def _words(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    # One object a word: a category that stands there a hundred thousand times is kept once.
    codes, words = pd.factorize(column.astype("string").fillna(""))
    return np.asarray(words, dtype=object)[codes]
