"""A row that its file itself got wrong, and the reasons: nothing of it is left out or cut in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from models.formats.problems import Problem

NO_VALUE = Problem(
    "formula_no_value",
    "สูตรไม่มีค่าที่คำนวณไว้ กรุณาเปิดไฟล์ใน Excel แล้วบันทึกใหม่",
    "formula without a value: open and save in Excel",
)
BEYOND = Problem(
    "beyond_header", "มีข้อมูลเกินจำนวนคอลัมน์ของหัวตาราง", "has cells beyond the last column that the header names"
)


class FaultyRow(list[str]):
    """The cells of a row as it came, and what is wrong with it before anybody reads its cells: the index of the cell
    (-1: the whole row) with the reason."""

    def __init__(self, cells: Iterable[str], problems: Iterable[tuple[int, Problem]]) -> None:
        super().__init__(cells)
        self.problems = tuple(problems)


def blamed(row: FaultyRow, header: Sequence[str], read: Collection[int]) -> tuple[Problem, ...]:
    """What of a row's faults makes it a bad one. `read`: indexes of the columns that are read; a fault in a column
    nobody reads is none."""
    return tuple(
        problem.of(header[at]) if at in read else problem
        for at, problem in row.problems
        if at in read or not 0 <= at < len(header)
    )
