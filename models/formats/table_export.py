"""A table of a screen as a CSV file for a spreadsheet. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

from models.formats.error_file import formula_safe


def csv_table(rows: Sequence[Mapping[str, object]]) -> bytes:
    """The rows under the names of the first: UTF-8 with its mark, CRLF; no cell can run as a formula."""
    out = StringIO(newline="")
    if rows:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(formula_safe(name) for name in rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    return "" if value is None else formula_safe(value) if isinstance(value, str) else str(value)
