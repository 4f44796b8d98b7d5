"""Incidents as a file of any length, made from batches of columns: CSV, GeoJSON, XLSX, Parquet, GeoPackage.

What the file is of (`About`) stands in it: lines before the header of a CSV, a member of GeoJSON, a sheet of its own,
the metadata of Parquet and GeoPackage. All are made piece by piece while they are sent; but a GeoPackage, which is a
database, on disk first, a batch at a time.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from models.formats.error_file import formula_safe
from models.formats.guards import ABOUT_MARK, MAX_ROWS
from models.formats.incident_export import COLUMNS
from models.formats.sink import Sink
from models.formats.workbook_stream import Cells, TextCells, flag_cells, number_cells, workbook
from models.imports.quick import Remembered
from models.records.base import Millis

if TYPE_CHECKING:
    import pyarrow as pa

#: Ending -> media type.
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
}

#: Rows of a sheet under its header.
MOST_SHEET = MAX_ROWS - 1

#: Rows of a piece of Parquet: smaller ones are read slower, larger ones are held longer.
_ROW_GROUP = 50_000

_TIMES = ("occurred_from", "occurred_to", "reported_at")
#: Texts that are nearly each case's own: remembered they made two fifths of what the stream held.
_OWN = frozenset({"incident_id", "description", *_TIMES})
_TEXTS = frozenset(COLUMNS) - {*_TIMES, "offence_group", "lat", "lon", "arrested"}


@dataclass(frozen=True, slots=True)
class About:
    """What a file is of: label and value in order (title, filter, number of cases, age of the data)."""

    said: tuple[tuple[str, str], ...]


Batches = Iterable["pa.RecordBatch"]


class TooManyRowsError(Exception):
    """More rows than a sheet can hold."""


def columns_of(batch: pa.RecordBatch, zone: tzinfo, with_text: bool) -> list[list[Any]]:
    """The values of a batch under the names of `COLUMNS`, times as ISO 8601 with offset."""
    iso = Remembered[Millis, str](lambda at: _iso(at, zone))
    found: list[list[Any]] = []
    for name in COLUMNS:
        values = batch.column("id" if name == "incident_id" else name).to_pylist()
        if name in _TIMES:
            values = [None if at is None else iso[at] for at in values]
        elif name == "description" and not with_text:
            values = [""] * len(values)
        found.append(values)
    return found


def csv_file(about: About, batches: Batches, zone: tzinfo, with_text: bool) -> Iterator[bytes]:
    """CSV: UTF-8 mark, lines about it, the header, the rows; no cell can run as a formula."""
    yield b"\xef\xbb\xbf" + _lines([f"{ABOUT_MARK}{name}: {value}"] for name, value in about.said) + _lines([COLUMNS])
    safe = Remembered[str, str](formula_safe)
    for batch in batches:
        columns = columns_of(batch, zone, with_text)
        for at, name in enumerate(COLUMNS):
            if name in _TEXTS:
                columns[at] = safe.all(columns[at])
            elif name == "arrested":
                columns[at] = [{True: "true", False: "false", None: ""}[value] for value in columns[at]]
        yield _lines(zip(*columns, strict=True))


def geojson_file(about: About, batches: Batches, zone: tzinfo, with_text: bool) -> Iterator[bytes]:
    """A FeatureCollection with a member `about`; an incident without a place has a null geometry."""
    yield b'{"type":"FeatureCollection","about":' + orjson.dumps(dict(about.said)) + b',"features":['
    comma = b""
    for batch in batches:
        features = []
        for row in zip(*columns_of(batch, zone, with_text), strict=True):
            values = dict(zip(COLUMNS, row, strict=True))
            lat, lon = values.pop("lat"), values.pop("lon")
            place = None if lat is None or lon is None else {"type": "Point", "coordinates": [lon, lat]}
            features.append({"type": "Feature", "geometry": place, "properties": values})
        if features:
            yield comma + orjson.dumps(features)[1:-1]
            comma = b","
    yield b"]}"


def xlsx_file(about: About, batches: Batches, zone: tzinfo, with_text: bool) -> Iterator[bytes]:
    """A workbook with the sheets `incidents` and `about`: numbers stay numbers, no text can run as a formula.

    Raises:
        TooManyRowsError: more than a sheet holds; what was sent until then is no whole file.
    """
    texts, safe = TextCells(), Remembered[str, str](formula_safe)

    def sheet() -> Iterator[list[Cells]]:
        yield [texts.all([name]) for name in COLUMNS]
        rows = 0
        for batch in batches:
            rows += batch.num_rows
            if rows > MOST_SHEET:
                raise TooManyRowsError
            cells: list[Cells] = []
            for name, values in zip(COLUMNS, columns_of(batch, zone, with_text), strict=True):
                if name == "arrested":
                    cells.append(flag_cells(values))
                elif name in ("lat", "lon", "offence_group"):
                    cells.append(number_cells(values))
                elif name in _OWN:
                    cells.append(texts.each(formula_safe(value) if value else "" for value in values))
                else:
                    cells.append(texts.all(safe.all("" if value is None else value for value in values)))
            yield cells

    told = [texts.all(safe.all(column)) for column in zip(*about.said, strict=True)]
    yield from workbook([("incidents", sheet()), ("about", [told])])


def parquet_file(about: About, batches: Batches, zone: tzinfo, with_text: bool) -> Iterator[bytes]:
    """Parquet: times as timestamps in UTC, `about` in the metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    moment = pa.timestamp("ms", "UTC")
    types = {**dict.fromkeys(_TIMES, moment), "offence_group": pa.int8(), "lat": pa.float64(), "lon": pa.float64(),
             "arrested": pa.bool_()}  # fmt: skip
    fields = [(name, types.get(name, pa.string())) for name in COLUMNS]
    schema = pa.schema(fields, metadata={"about": json.dumps(dict(about.said), ensure_ascii=False)})

    def typed(batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = []
        for name, kind in fields:
            array = batch.column("id" if name == "incident_id" else name)
            if name == "description" and not with_text:
                array = pa.array([""] * batch.num_rows)
            arrays.append(array.cast(kind))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    out = Sink()
    with pq.ParquetWriter(out, schema) as writer:
        yield out.taken()
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(typed(batch))
            if sum(one.num_rows for one in waiting) >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting.clear()
                yield out.taken()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting))
    yield out.taken()


def gpkg_file(path: Path, about: About, batches: Batches, zone: tzinfo, with_text: bool) -> None:
    """GeoPackage: the layer `incidents` of points in WGS 84 (no geometry where there is no place), `about` in its
    metadata. Times as ISO 8601 text with offset."""
    import numpy as np
    import pyogrio
    import shapely

    first = True
    names = [name for name in COLUMNS if name not in ("lat", "lon")]
    for batch in _at_least_one(batches):
        columns = dict(zip(COLUMNS, columns_of(batch, zone, with_text), strict=True))
        lat, lon = (np.array(columns[name], dtype=np.float64) for name in ("lat", "lon"))
        placed = np.isfinite(lat) & np.isfinite(lon)
        shapes = np.full(len(lat), None, dtype=object)
        shapes[placed] = shapely.to_wkb(shapely.points(lon[placed], lat[placed]))
        data, masks = [], []
        for name in names:
            values = columns[name]
            mask = np.array([value is None for value in values], dtype=bool)
            if name == "offence_group":
                data.append(np.array([value or 0 for value in values], dtype=np.int32))
            elif name == "arrested":
                data.append(np.array([bool(value) for value in values], dtype=bool))
            else:
                data.append(np.array(["" if value is None else value for value in values], dtype=object))
            masks.append(mask)
        pyogrio.raw.write(
            path, shapes, data, names, field_mask=masks, layer="incidents", driver="GPKG", geometry_type="Point",
            crs="EPSG:4326", append=not first, layer_metadata=dict(about.said) if first else None,
        )  # fmt: skip
        first = False


def _at_least_one(batches: Batches) -> Iterator[pa.RecordBatch]:
    """A file of nothing has its layer and columns too."""
    empty = None
    for batch in batches:
        empty = batch
        yield batch
    if empty is None:
        import pyarrow as pa

        names = ["id" if name == "incident_id" else name for name in COLUMNS]
        yield pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], names=names)


STREAMED: Mapping[str, Callable[[About, Batches, tzinfo, bool], Iterator[bytes]]] = {
    "csv": csv_file,
    "geojson": geojson_file,
    "xlsx": xlsx_file,
    "parquet": parquet_file,
}
ON_DISK: Mapping[str, Callable[[Path, About, Batches, tzinfo, bool], None]] = {
    "gpkg": gpkg_file,
}


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _iso(at: Millis, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="milliseconds")
