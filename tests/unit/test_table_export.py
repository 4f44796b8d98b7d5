"""A table of a screen as CSV."""

from __future__ import annotations

import csv
from io import StringIO

from models.formats.table_export import csv_table


def test_a_table_reads_back_and_no_cell_runs_as_a_formula() -> None:
    body = csv_table([{"รหัส": "a", "n": 1}, {"รหัส": '=cmd|"x"', "n": None}])
    assert body.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))
    assert read == [["รหัส", "n"], ["a", "1"], ['\'=cmd|"x"', ""]]
    assert csv_table([]) == b"\xef\xbb\xbf"
