"""What is wrong with a value, a row or a file: a code for counting, and the reason in Thai and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason. `code` is a short word that never changes; `th` and `en` are for people."""

    code: str
    th: str
    en: str

    def of(self, column: str) -> Problem:
        """The same reason with the name of the column it was found in."""
        return Problem(self.code, f"{column}: {self.th}", f"{column}: {self.en}")


class BadValueError(ValueError):
    """A value that cannot be taken. `str()` is the English reason."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


class BadFileError(ValueError):
    """A file of which no row can be read. `str()` is one line in English."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that cannot be taken, with every reason found in it.

    `number` is the row as a spreadsheet shows it: the header is row 1. `cells` is the row as it came.
    """

    number: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def th(self) -> str:
        """The reasons in Thai, one line."""
        return "; ".join(problem.th for problem in self.problems)

    @property
    def en(self) -> str:
        """The reasons in English, one line."""
        return "; ".join(problem.en for problem in self.problems)


REQUIRED = Problem("required", "กรุณากรอกข้อมูล", "is empty but needed")
TOO_LONG = Problem("too_long", "ข้อความยาวเกินกำหนด", "is too long")
NOT_ALLOWED = Problem("not_allowed", "ค่าที่ระบุไม่อยู่ในรายการที่กำหนด", "is not one of the words allowed")
BAD_DATE = Problem("bad_date", "วันที่ไม่ถูกต้อง", "is not a date that can be read")
BAD_TIME = Problem("bad_time", "เวลาไม่ถูกต้อง", "is not a time of day that can be read")
BAD_YEAR = Problem(
    "bad_year", "ปีต้องอยู่ระหว่าง พ.ศ. 2550 ถึง 2600", "has a year outside 2550 to 2600 B.E. (2007 to 2057)"
)
FUTURE = Problem("future", "วันเวลาอยู่ในอนาคต", "lies in the future")
WINDOW = Problem("window", "เวลาสิ้นสุดอยู่ก่อนเวลาเริ่มต้น", "ends before it begins")
BAD_NUMBER = Problem("bad_number", "ตัวเลขไม่ถูกต้อง", "is not a number")
UNCLEAR_COMMA = Problem(
    "unclear_comma",
    "เครื่องหมายจุลภาคกำกวม ไม่ทราบว่าเป็นทศนิยมหรือหลักพัน",
    "has a comma that may mean a decimal or a thousand: write it with a point or without",
)
OUT_OF_RANGE = Problem("out_of_range", "ตัวเลขอยู่นอกช่วงที่กำหนด", "is out of range")
BAD_PLACE = Problem("bad_place", "พิกัดไม่ถูกต้อง", "is not a latitude and longitude in degrees")
HALF_PLACE = Problem("half_place", "พิกัดมีเพียงค่าเดียว", "has only one of latitude and longitude")
SWAPPED = Problem("swapped", "ละติจูดกับลองจิจูดสลับกัน", "latitude and longitude are swapped")
ZERO_PLACE = Problem("zero_place", "พิกัดเป็น 0,0 คือไม่มีพิกัดจริง", "is 0,0, which is no place: leave it empty")
ID_TWICE = Problem(
    "id_twice", "รหัสซ้ำกับแถวก่อนหน้าแต่ข้อมูลต่างกัน", "the same id stands in an earlier row with other content"
)
