"""Tables of a screen as a file for a spreadsheet: CSV or XLSX. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO

from models.formats.error_file import formula_safe

#: Media types of the two.
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_table(rows: Sequence[Mapping[str, object]]) -> bytes:
    """The rows under the names of the first: UTF-8 with its mark, CRLF; no cell can run as a formula."""
    out = StringIO(newline="")
    if rows:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(formula_safe(name) for name in rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_tables(tables: Mapping[str, Sequence[Mapping[str, object]]]) -> bytes:
    """A sheet for each table under its name: numbers stay numbers, and no text can run as a formula."""
    import openpyxl  # heavy, and asked for by a click

    book = openpyxl.Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        if rows:
            sheet.append([formula_safe(column) for column in rows[0]])
        for row in rows:
            sheet.append([formula_safe(value) if isinstance(value, str) else value for value in row.values()])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else formula_safe(value) if isinstance(value, str) else str(value)
