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

#: Rows of short row groups that are read as one.
_TOGETHER = 100_000

#: Bytes of text of a column that a piece may hold when each of its rows repeats the longest.
_MOST_COPIED = 64 * 2**20

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
            for piece in _blocks(source, _opened(source, _MOST_ROWS, most_bytes), rows, most_bytes):
                yield [_texts(column) for column in piece.columns]
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise BadFileError(UNREADABLE) from error


def parquet_rows(body: bytes) -> Iterator[list[str]]:
    """Header and rows.

    Raises:
        BadFileError: not Parquet, or too many rows or columns.
    """
    source = BytesIO(body)
    file = _opened(source, MAX_ROWS, MAX_UNPACKED)
    try:
        yield list(file.schema_arrow.names)
        for piece in _blocks(source, file, _PIECE, MAX_UNPACKED):
            yield from (list(cells) for cells in zip(*map(_texts, piece.columns), strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error


def _opened(source: BinaryIO, most_rows: int, most_bytes: int) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(source)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error
    if len(file.schema_arrow.names) > MAX_COLUMNS:
        raise BadFileError(TOO_WIDE)
    if file.metadata.num_rows > most_rows:
        raise BadFileError(TOO_MANY_ROWS)
    if any(pa.types.is_nested(field.type) for field in file.schema_arrow):
        raise BadFileError(NESTED)
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > most_bytes:
        raise BadFileError(BOMB)
    return file


def _blocks(source: BinaryIO, file: pq.ParquetFile, rows: int, most_bytes: int) -> Iterator[pa.RecordBatch]:
    left = most_bytes
    texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
    for groups in _runs(file.metadata):
        # Kept as a dictionary: a text written once and repeated a million times is counted before it is copied out.
        # Such a dictionary grows with every new text, so that of a long group only what needs it is kept so.
        kept = _repeating(source, file, groups[0], texts, rows) if len(groups) == 1 else texts
        reader = pq.ParquetFile(source, metadata=file.metadata, read_dictionary=kept)
        for piece in reader.iter_batches(batch_size=rows, row_groups=groups, use_threads=False):
            left -= sum(_letters(column) for column in piece.columns)
            if left < 0:
                raise BadFileError(BOMB)
            if any(map(_too_long, piece.columns)):
                raise BadFileError(CELL_TOO_LONG)
            yield piece


def _runs(shape: pq.FileMetaData) -> Iterator[list[int]]:
    """Row groups one after the other, short ones together up to `_TOGETHER` rows."""
    run: list[int] = []
    held = 0
    for number in range(shape.num_row_groups):
        long = shape.row_group(number).num_rows
        if run and held + long > _TOGETHER:
            yield run
            run, held = [], 0
        run.append(number)
        held += long
    if run:
        yield run


def _repeating(source: BinaryIO, file: pq.ParquetFile, group: int, texts: list[str], rows: int) -> list[str]:
    """The columns of text of a row group that may repeat a long text too often to be copied out.

    A column has one page of repeated texts at most, and comes with the whole of it at its first row; where that has
    come and none of its texts is long, no other can be repeated.
    """
    reader = pq.ParquetFile(source, metadata=file.metadata, read_dictionary=texts)
    first = next(reader.iter_batches(batch_size=1, row_groups=[group], columns=texts, use_threads=False), None)
    if first is None:
        return texts
    dictionaries = [column.dictionary for column in first.columns]
    return [
        name
        for name, words in zip(texts, dictionaries, strict=True)
        if len(words) <= 1 or (pc.max(pc.binary_length(words)).as_py() or 0) * rows > _MOST_COPIED
    ]


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
