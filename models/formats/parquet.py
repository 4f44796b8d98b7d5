"""Parquet as rows of text, in pieces, so that a file of a million rows does not stand in memory twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.formats.geojson import cell_text
from models.formats.guards import (
    BOMB,
    CELL_TOO_LONG,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED,
    NESTED,
    TOO_MANY_ROWS,
    TOO_WIDE,
    UNREADABLE,
)
from models.formats.problems import BadFileError

_PIECE = 10_000

#: What a file on disk may hold, read in pieces.
_MOST_ROWS, _MOST_BYTES = 10 * MAX_ROWS, 20 * MAX_UNPACKED


def parquet_names(path: Path, most_bytes: int = _MOST_BYTES) -> list[str]:
    """The names of a file's columns. `most_bytes`: of the whole file, unpacked.

    Raises:
        BadFileError: not Parquet, or too large or wide.
    """
    with path.open("rb") as source:
        return list(_opened(source, _MOST_ROWS, most_bytes).schema_arrow.names)


def parquet_columns(path: Path, rows: int, most_bytes: int = _MOST_BYTES) -> Iterator[list[list[str]]]:
    """The columns of a file on disk as text, so many rows at a time: only a piece is in memory. `most_bytes`: of
    text, written out.

    Raises:
        BadFileError: as for `parquet_rows`; a larger file is allowed here.
    """
    with path.open("rb") as source:
        try:
            for piece in _blocks(_opened(source, _MOST_ROWS, most_bytes), rows, most_bytes):
                yield [_texts(column) for column in piece.columns]
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise BadFileError(UNREADABLE) from error


def parquet_rows(body: bytes) -> Iterator[list[str]]:
    """Header and rows.

    Raises:
        BadFileError: not Parquet, or too many rows or columns.
    """
    file = _opened(BytesIO(body), MAX_ROWS, MAX_UNPACKED)
    try:
        yield list(file.schema_arrow.names)
        for piece in _blocks(file, _PIECE, MAX_UNPACKED):
            yield from (list(cells) for cells in zip(*map(_texts, piece.columns), strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error


def _opened(source: BinaryIO, most_rows: int, most_bytes: int) -> pq.ParquetFile:
    try:
        shape = pq.ParquetFile(source)
        texts = [field.name for field in shape.schema_arrow if _is_text(field.type)]
        # Kept as a dictionary: a text written once and repeated a million times is counted before it is copied out.
        file = pq.ParquetFile(source, read_dictionary=texts)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error
    if len(file.schema_arrow.names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    if file.metadata.num_rows > most_rows:
        raise BadFileError(TOO_MANY_ROWS)
    if any(pa.types.is_nested(field.type) for field in shape.schema_arrow):
        raise BadFileError(NESTED)
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > most_bytes:
        raise BadFileError(BOMB)
    return file


def _blocks(file: pq.ParquetFile, rows: int, most_bytes: int) -> Iterator[pa.RecordBatch]:
    left = most_bytes
    for piece in file.iter_batches(batch_size=rows):
        left -= sum(_letters(column) for column in piece.columns)
        if left < 0:
            raise BadFileError(BOMB)
        if any(map(_too_long, piece.columns)):
            raise BadFileError(CELL_TOO_LONG)
        yield piece


def _texts(column: pa.Array) -> list[str]:
    if isinstance(column, pa.DictionaryArray) and len(column.dictionary) < len(column):
        words = [_text(value) for value in column.dictionary.to_pylist()]
        return ["" if index is None else words[index] for index in column.indices.to_pylist()]
    values = column.to_pylist()
    if pa.types.is_float64(column.type):
        return ["" if value is None or value != value else repr(value) for value in values]
    return [_text(value) for value in values]


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _letters(column: pa.Array) -> int:
    """Bytes of text a column of a piece holds once it is written out."""
    if isinstance(column, pa.DictionaryArray):
        lengths = pc.binary_length(column.dictionary)
        return int(pc.sum(lengths.take(column.indices)).as_py() or 0)
    return int(pc.sum(pc.binary_length(column)).as_py() or 0) if _is_text(column.type) else 0


def _too_long(column: pa.Array) -> bool:
    """Whether a cell holds more letters than one may."""
    words = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    if not _is_text(words.type) or (pc.max(pc.binary_length(words)).as_py() or 0) <= MAX_CELL:
        return False
    return any(len(_text(value)) > MAX_CELL for value in words.to_pylist())


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, float):
        return "" if value != value else repr(value)  # NaN is how a data frame says "empty"
    return cell_text(value) if value is None or isinstance(value, (int, bool)) else str(value)
