"""What a file must pass before it is read: its kind, its size, and what a packed file would unpack to."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from models.formats.problems import BadFileError, Problem

MAX_BYTES = 100 * 1024 * 1024
MAX_ENTRIES = 100
MAX_UNPACKED = 100 * 1024 * 1024
#: A spreadsheet's own limit of rows on a sheet.
MAX_ROWS = 1_048_576
MAX_COLUMNS = 200
#: Characters in a cell: room for a polygon of ten thousand corners.
MAX_CELL = 2_000_000

#: What begins a line that is about a CSV and no row of it: written by our exports, passed over when read.
ABOUT_MARK = "# "

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CHUNK = 1 << 16
_LEGACY = b"\xd0\xcf\x11\xe0"
_PACKED = b"PK"
_PARQUET = b"PAR1"

EMPTY = Problem("empty_file", "ไฟล์ว่างเปล่า", "the file is empty")
TOO_BIG = Problem("file_too_big", "ไฟล์ใหญ่เกิน 100 MB", "the file is larger than 100 MB")
BOMB = Problem("unpacks_too_big", "ไฟล์บีบอัดผิดปกติ", "the packed file would unpack to more than is allowed")
WRONG_KIND = Problem("wrong_kind", "เนื้อหาไม่ตรงกับนามสกุลไฟล์", "the content is not what the file's name says")
UNKNOWN_KIND = Problem(
    "unknown_kind",
    "ชนิดไฟล์ไม่รองรับ (ใช้ .csv .xlsx .geojson .parquet)",
    "this kind of file is not read: use .csv, .xlsx, .geojson or .parquet",
)
LEGACY = Problem("old_excel", "กรุณาบันทึกเป็น .xlsx", "an old Excel file: save it as .xlsx")
UNREADABLE = Problem("unreadable", "อ่านไฟล์ไม่ได้", "the file could not be read")
NESTED = Problem("nested_columns", "คอลัมน์ซ้อนกันอ่านไม่ได้", "a column holds lists or records: write plain columns")
TOO_WIDE = Problem(
    "too_wide",
    "คอลัมน์เกิน 200 โปรดเก็บเฉพาะคอลัมน์ที่ใช้แล้วบันทึกใหม่",
    "the file has more than 200 columns: keep those that are needed",
)
TOO_MANY_ROWS = Problem("too_many_rows", "แถวเกิน 1,048,576", "the file has more than 1,048,576 rows")
CELL_TOO_LONG = Problem("cell_too_long", "ข้อความในช่องยาวเกินไป", "a cell holds more than 2,000,000 characters")

KINDS = {
    "csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx", "geojson": "geojson", "json": "geojson",
    "parquet": "parquet",
}  # fmt: skip


def kind_of(name: str, body: bytes) -> str:
    """The kind of a file (`csv`, `xlsx`, `geojson`, `parquet`), by its name, when its content agrees.

    Raises:
        BadFileError: empty, too big, of a kind nobody reads, or not what its name says.
    """
    if len(body) > MAX_BYTES:
        raise BadFileError(TOO_BIG)
    if not body.strip(b" \t\r\n\xef\xbb\xbf"):
        raise BadFileError(EMPTY)
    if body.startswith(_LEGACY):
        raise BadFileError(LEGACY)
    kind = KINDS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise BadFileError(UNKNOWN_KIND)
    looks = {"xlsx": body.startswith(_PACKED), "parquet": body.startswith(_PARQUET)}
    if any(matches != (kind == what) for what, matches in looks.items()):
        raise BadFileError(WRONG_KIND)
    return kind


def check_packed(source: Path | bytes, most_unpacked: int = MAX_UNPACKED) -> None:
    """Unpack a spreadsheet once without keeping it, and count.

    The sizes in a packed file's own list may lie, so what really comes out is counted. A document type declaration
    has no place in a spreadsheet and is how small text is made to grow. Only sheets may be larger than
    `MAX_UNPACKED`: they are read row by row, all else is in memory as a whole.

    Raises:
        BadFileError: more than 100 entries, more than that unpacked, not a packed file, or declared entities.
    """
    left, rest = most_unpacked, MAX_UNPACKED
    try:
        with zipfile.ZipFile(source if isinstance(source, Path) else BytesIO(source)) as packed:
            entries = packed.infolist()
            if len(entries) > MAX_ENTRIES:
                raise BadFileError(BOMB)
            for entry in entries:
                if _SHEET.fullmatch(entry.filename):
                    left = _check_entry(packed, entry, left)
                else:
                    rest = _check_entry(packed, entry, rest)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise BadFileError(UNREADABLE) from error


def _check_entry(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    tail = b""
    with packed.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise BadFileError(BOMB)
            seen = tail + chunk
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise BadFileError(UNREADABLE)
            tail = chunk[-9:]
    return left
