"""Parquet as rows of text, in pieces, so that a file of a million rows does not stand in memory twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from models.formats.geojson import cell_text
from models.formats.guards import MAX_COLUMNS, MAX_ROWS, TOO_MANY_ROWS, TOO_WIDE, UNREADABLE
from models.formats.problems import BadFileError

_PIECE = 10_000


def parquet_rows(body: bytes) -> Iterator[list[str]]:
    """Header and rows.

    Raises:
        BadFileError: not Parquet, or too many rows or columns.
    """
    try:
        file = pq.ParquetFile(BytesIO(body))
        names = list(file.schema_arrow.names)
        if len(names) > MAX_COLUMNS:
            raise BadFileError(TOO_WIDE)
        if file.metadata.num_rows > MAX_ROWS:
            raise BadFileError(TOO_MANY_ROWS)
        yield names
        for piece in file.iter_batches(batch_size=_PIECE):
            columns = [[_text(value) for value in column.to_pylist()] for column in piece.columns]
            yield from (list(cells) for cells in zip(*columns, strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError(UNREADABLE) from error


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
