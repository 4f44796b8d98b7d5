"""What the first bytes of a SQLite file and of its write-ahead log say, and when they cannot be true. Pure.

Source: sqlite.org/fileformat2.html, sections 1.3 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

HEADER_BYTES = 100
_WAL_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_MAGIC = b"SQLite format 3\x00"


def header_damage(header: bytes, file_size: int) -> str:
    """What cannot be true in a database's first 100 bytes; empty when all is well.

    We know more than SQLite does: our files are UTF-8, in WAL mode, without reserved bytes, auto-vacuum or marks
    of other programs. Bytes that no longer mean anything in WAL mode are not judged.
    """
    if len(header) < HEADER_BYTES or header[:16] != _MAGIC:
        return "the file does not begin like a database"
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65_536 if page_size == 1 else page_size
    if page_size < 512 or page_size & (page_size - 1):
        return f"impossible page size {page_size}"
    if file_size % page_size:
        return f"the file ends within a page: {file_size} bytes of pages of {page_size}"
    if header[18:20] not in (b"\x02\x02", b"\x01\x01") or header[20:24] != b"\x00\x40\x20\x20":
        return "the header has impossible values"
    words = struct.unpack(">19I", header[24:100])
    counter, schema_format, cache, root, encoding, user, vacuum, application = (
        words[0], words[5], words[6], words[7], words[8], words[9], words[10], words[11]
    )  # fmt: skip
    if (schema_format, cache, root, encoding, user, vacuum, application) != (4, 0, 0, 1, 0, 0, 0):
        return "the header has impossible values"
    if any(header[72:92]) or words[17] != counter or not 3_000_000 <= words[18] < 4_000_000:
        return "the header has impossible values"
    return ""


def _checksum(data: bytes, order: str) -> tuple[int, int]:
    first = second = 0
    values = struct.unpack(f"{order}{len(data) // 4}I", data)
    for index in range(0, len(values), 2):
        first = (first + values[index] + second) & 0xFFFFFFFF
        second = (second + values[index + 1] + first) & 0xFFFFFFFF
    return first, second


def wal_header_damage(header: bytes) -> str:
    """What is wrong with a write-ahead log's first 32 bytes; empty when nothing is, or when it was never begun.

    SQLite passes over a log whose header is wrong, and with it over every commit in it.
    """
    if len(header) < _WAL_HEADER_BYTES:
        return ""
    magic = int.from_bytes(header[:4], "big")
    if magic not in (0x377F0682, 0x377F0683):
        return "the write-ahead log does not begin like one"
    if _checksum(header[:24], ">" if magic & 1 else "<") != struct.unpack(">2I", header[24:32]):
        return "the header of the write-ahead log is damaged"
    return ""


def commits_after(log: BinaryIO, frame: int) -> int:
    """How many commits of this log's own generation stand behind frame number `frame` (the first is 1).

    SQLite reads a log up to the first frame that is wrong. A crash leaves at most the one unfinished commit behind
    it; more means that a frame in the middle was damaged, and that what was acknowledged after it is lost.
    """
    log.seek(0)
    header = log.read(_WAL_HEADER_BYTES)
    if len(header) < _WAL_HEADER_BYTES:
        return 0
    salts = header[16:24]
    return sum(1 for head in _frames(log, frame, int.from_bytes(header[8:12], "big")) if _is_commit(head, salts))


def _frames(log: BinaryIO, after: int, page_size: int) -> Iterator[bytes]:
    step = _FRAME_HEADER_BYTES + page_size
    place = _WAL_HEADER_BYTES + after * step
    while True:
        log.seek(place)
        head = log.read(_FRAME_HEADER_BYTES)
        if len(head) < _FRAME_HEADER_BYTES:
            return
        yield head
        place += step


def _is_commit(head: bytes, salts: bytes) -> bool:
    return head[8:16] == salts and head[4:8] != b"\x00\x00\x00\x00"
