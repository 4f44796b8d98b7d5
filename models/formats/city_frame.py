"""The columns of a city's file as they stand in it, and how many of its lines could not be told apart. Pure."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from io import StringIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from models.formats.guards import EMPTY, NESTED, UNREADABLE
from models.formats.problems import BadFileError, Problem
from models.formats.tables import read_table

#: How much of a file is decoded at a time to see whether it can be.
_PIECE = 1 << 20

#: The first line is looked for in so many bytes.
_HEADER_BYTES = 1 << 16


def frame_of(name: str, body: bytes, needed: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """The needed columns of Parquet, CSV, XLSX or GeoJSON, named as they are needed, and the lines that were skipped:
    those of a CSV with more or fewer cells than its header.

    A column's name may be in any case, with spaces around it.

    Raises:
        BadFileError: the file cannot be read, or a column is missing, there twice or no column of values.
    """
    ending = name.rpartition(".")[2].lower()
    try:
        if ending == "parquet":
            return _parquet(body, needed), 0
        if ending in ("csv", "txt", "tsv"):
            return _csv(body, needed)
    except BadFileError:
        raise
    except (ValueError, TypeError, OSError, pa.ArrowException, csv.Error) as error:
        raise BadFileError(UNREADABLE) from error
    sheet = read_table(name, body)
    places = _places(sheet.header, needed)
    return pd.DataFrame([[cells[at] for at in places] for _, cells in sheet.rows], columns=list(needed), dtype=str), 0


def _places(header: Sequence[str], needed: Sequence[str]) -> list[int]:
    """Where the needed columns stand."""
    names = [str(name).strip().casefold() for name in header]
    if missing := ", ".join(name for name in needed if name not in names):
        raise BadFileError(Problem("columns_missing", f"ไม่มีคอลัมน์ {missing}", f"the file has no column {missing}"))
    if twice := ", ".join(name for name in needed if names.count(name) > 1):
        raise BadFileError(Problem("columns_twice", f"มีคอลัมน์ {twice} ซ้ำ", f"the file has the column {twice} twice"))
    return [names.index(name) for name in needed]


def _parquet(body: bytes, needed: Sequence[str]) -> pd.DataFrame:
    with pq.ParquetFile(pa.BufferReader(body)) as file:
        names = file.schema_arrow.names
        wanted = [names[place] for place in _places(names, needed)]
        if any(pa.types.is_nested(file.schema_arrow.field(name).type) for name in wanted):
            raise BadFileError(NESTED)
        # An index that pandas wrote into the file is a column like any other.
        frame = file.read(columns=wanted).to_pandas(ignore_metadata=True)
    named: pd.DataFrame = frame[wanted].set_axis(list(needed), axis=1)
    return named


def _csv(body: bytes, needed: Sequence[str]) -> tuple[pd.DataFrame, int]:
    if not body.strip(b" \t\r\n\xef\xbb\xbf"):
        raise BadFileError(EMPTY)
    encoding = _encoding(body)
    first = body[:_HEADER_BYTES].decode(encoding, errors="replace").lstrip("\ufeff").splitlines()[0]
    mark = max(",;\t|", key=first.count)
    header = next(csv.reader(StringIO(first), delimiter=mark))
    places = [str(place) for place in _places(header, needed)]
    skipped: list[None] = []

    def skip(_: arrow_csv.InvalidRow) -> str:
        skipped.append(None)
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        arrow_csv.ReadOptions(
            column_names=[str(place) for place in range(len(header))], skip_rows=1, encoding=encoding,
            block_size=1 << 24,
        ),
        arrow_csv.ParseOptions(delimiter=mark, newlines_in_values=True, invalid_row_handler=skip),
        arrow_csv.ConvertOptions(
            include_columns=places, column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
        ),
    )  # fmt: skip
    frame = table.to_pandas().set_axis(list(needed), axis=1)
    if mark != ",":  # where the comma parts no cells it may be the mark of decimals
        for name in ("lat", "lon"):
            frame[name] = frame[name].str.replace(",", ".", regex=False)
    return frame, len(skipped)


def _encoding(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if _is(body, "utf-8"):
        return "utf-8"
    # Thai letters stand in words, those of the west alone among plain ones.
    runs = re.findall(rb"[\x80-\xff]+", body[: 16 * _PIECE])
    thai = sum(map(len, runs)) >= 2 * len(runs)
    return "cp874" if thai and _is(body, "cp874") else "latin-1"


def _is(body: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(body), _PIECE):
            decoder.decode(body[at : at + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
