"""Reads any CSV or parquet file of fixes, batch by batch, into plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingest.sources.replay_columns import Columns, ReplayRefusedError, find_columns

#: Rows read at once.
BATCH = 65_536

#: Numbers above this are epoch milliseconds, below it seconds (1e11 s is the year 5138).
_MILLIS_FROM = 1e11

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fixes:
    """Fixes as arrays of one length. `unit` is an index into `Reader.units`; `at` epoch ms; NaN = not said."""

    unit: Ints
    at: Ints
    lat: Floats
    lon: Floats
    speed: Floats
    heading: Floats

    def __len__(self) -> int:
        return len(self.at)

    def take(self, order: Ints) -> Fixes:
        """The fixes in another order, or some of them."""
        return Fixes(
            self.unit[order], self.at[order], self.lat[order], self.lon[order], self.speed[order], self.heading[order]
        )


class Reader:
    """A file of fixes. Reading it again gives the same numbers to the same units."""

    def __init__(self, file: Path, limit: int | None = None) -> None:
        """Open the file; `limit` = at most so many rows from its start.

        Raises:
            ReplayRefusedError: no such file, not a file of fixes, or a column missing.
        """
        self.file = file
        self.columns: Columns = find_columns(_names(file))
        self.units: list[str] = []
        self.unreadable = 0
        self._index: dict[str, int] = {}
        self._limit = limit

    def batches(self) -> Iterator[Fixes]:
        """The fixes in file order. Rows without a readable unit or time are left out and counted in `unreadable`."""
        self.unreadable = 0
        left = self._limit if self._limit is not None else 2**62
        for table in _tables(self.file, self.columns):
            if left <= 0:
                return
            part = table.slice(0, left)
            left -= part.num_rows
            yield self._fixes(part)

    def all(self) -> Fixes:
        """The whole file in memory: 48 bytes a fix."""
        parts = list(self.batches())
        if not parts:
            raise ReplayRefusedError(f"{self.file.name} holds no fixes")
        return Fixes(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("unit", "at", "lat", "lon", "speed", "heading")
            )
        )

    def _fixes(self, table: pa.RecordBatch) -> Fixes:
        at = _millis(table.column(self.columns.at))
        names = pc.cast(table.column(self.columns.unit), pa.string())
        good = np.asarray(~np.isnan(at)) & np.asarray(names.is_valid())
        self.unreadable += int(len(at) - good.sum())
        rows = table.filter(pa.array(good))
        texts = names.filter(pa.array(good)).dictionary_encode()
        numbers = np.array([self._number(text) for text in texts.dictionary.to_pylist()], dtype=np.int64)
        return Fixes(
            unit=numbers[np.asarray(texts.indices, dtype=np.int64)] if len(numbers) else np.empty(0, np.int64),
            at=at[good].astype(np.int64),
            lat=_floats(rows, self.columns.lat),
            lon=_floats(rows, self.columns.lon),
            speed=_floats(rows, self.columns.speed),
            heading=_floats(rows, self.columns.heading),
        )

    def _number(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.units)
            self.units.append(text)
        return self._index[text]


def _names(file: Path) -> list[str]:
    try:
        if file.suffix.lower() == ".parquet":
            return list(pq.read_schema(file).names)
        with pa_csv.open_csv(file) as reader:
            return list(reader.schema.names)
    except FileNotFoundError:
        raise ReplayRefusedError(f"no file {file}") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise ReplayRefusedError(f"{file.name} cannot be read: {str(error).splitlines()[0]}") from error


def _tables(file: Path, columns: Columns) -> Iterator[pa.RecordBatch]:
    if file.suffix.lower() == ".parquet":
        with pq.ParquetFile(file) as source:
            yield from source.iter_batches(BATCH, columns=columns.used)
        return
    convert = pa_csv.ConvertOptions(include_columns=columns.used, column_types={columns.unit: pa.string()})
    try:
        with pa_csv.open_csv(file, convert_options=convert) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        raise ReplayRefusedError(f"{file.name} cannot be read: {str(error).splitlines()[0]}") from error


def _millis(column: pa.Array) -> Floats:
    """Times as epoch ms, NaN where there is none. A time without an offset is taken as UTC."""
    if pa.types.is_timestamp(column.type):
        millis = pc.cast(pc.cast(column, pa.timestamp("ms", tz="UTC"), safe=False), pa.int64())
        return _as_floats(millis)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        numbers = _as_floats(pc.cast(column, pa.float64()))
        return np.where(np.abs(numbers) < _MILLIS_FROM, numbers * 1000.0, numbers)
    series = pd.to_datetime(pd.Series(column.to_pylist()), utc=True, errors="coerce", format="ISO8601")
    millis_of = series.to_numpy(dtype="datetime64[ms]")
    return np.where(np.isnat(millis_of), np.nan, millis_of.astype(np.int64).astype(np.float64))


def _floats(table: pa.RecordBatch, name: str | None) -> Floats:
    if name is None:
        return np.full(table.num_rows, np.nan)
    column = table.column(name)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_null(column.type)):
        raise ReplayRefusedError(f"column {name} does not hold numbers")
    return _as_floats(pc.cast(column, pa.float64()))


def _as_floats(column: pa.Array) -> Floats:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
