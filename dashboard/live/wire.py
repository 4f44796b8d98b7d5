"""The bytes of the push feed: one binary message a frame (`docs/live-feed.md`, "Bytes"). Pure.

    0   "SSZ" and the version, 4 bytes
    4   length of the head, u32
    8   number of unit records, u32
    12  the head: JSON, UTF-8
    ..  the records, 20 bytes each

All numbers are little-endian. What does not fit a record stands in the head in full (`odd`), so nothing is lost.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from models.records.base import Millis

#: Version of the bytes and of the head. A client of another version is told to reload.
VERSION = 1

MAGIC = b"SSZ" + bytes([VERSION])

#: Magic, length of the head, number of records.
PREFIX = struct.Struct("<4sII")

#: Index and heading; latitude; longitude; age of the fix and accuracy; sign of life after the fix; speed and status.
RECORD = struct.Struct("<IiiIHH")

#: Words of a unit's status by their number in a record; 0 = it has told none.
STATUS = ("", "available", "enroute", "on_scene", "busy", "off_duty")
_STATUS = {word: number for number, word in enumerate(STATUS)}

#: A record's time is told as ms before the head's `base`, which is this long after the frame: clocks run ahead a bit.
AHEAD_MS = 600_000

#: Indices a record can carry.
MOST_UNITS = 1 << 20

# What stands where nothing can: no value, or one that the head tells.
_NO_PLACE = -(1 << 31)
_NO_HEADING = _NO_SPEED = 0xFFF
_NO_TIME = 0xFFFFFF
_NO_ACCURACY = 0xFF
_NO_HEARD = 0xFFFF


class UnitValues(NamedTuple):
    """What changes of a unit: degrees, ms, km/h, degrees from north, metres; no place and no `at` without a fix."""

    lat: float | None
    lon: float | None
    at: Millis | None
    spd: float | None
    hdg: float | None
    acc: float | None
    st: str | None
    heard: Millis


#: `[index, at, heard, spd, hdg, acc, st]`: values of a record that fit no record.
Odd = list[Any]


def pack(index: int, values: UnitValues, base: Millis) -> tuple[bytes, Odd | None]:
    """A unit's record, and what the head must tell of it besides; None when all fits.

    Raises:
        struct.error: the index is not below `MOST_UNITS`, or the place is none on earth.
    """
    lat, lon, at, spd, hdg, acc, st, heard = values
    fits = True
    heading = speed = _NO_HEADING
    before, after, metres = _NO_TIME, _NO_HEARD, _NO_ACCURACY
    if hdg is not None:
        heading = round(hdg * 10) % 3600
    if spd is not None:
        speed = round(spd * 10)
        if not 0 <= speed < _NO_SPEED:
            speed, fits = _NO_SPEED, False
    if acc is not None:
        metres = -int(-acc // 1)  # upwards: never better than it is
        if not 0 <= metres < _NO_ACCURACY:
            metres, fits = _NO_ACCURACY, False
    if at is not None and 0 <= base - at < _NO_TIME and 0 <= heard - at < _NO_HEARD:
        before, after = base - at, heard - at
    else:
        fits = False
    status = 0 if st is None else _STATUS.get(st, 0)
    if st is not None and not status:
        fits = False
    record = RECORD.pack(
        index << 12 | heading,
        _NO_PLACE if lat is None else round(lat * 1e7),
        0 if lon is None else round(lon * 1e7),
        before << 8 | metres,
        after,
        speed << 4 | status,
    )
    return record, None if fits else [index, at, heard, spd, hdg, acc, st]


def message(head: dict[str, Any], records: Iterable[bytes] | Iterable[bytearray]) -> bytes:
    """One frame: what `head` says, and the records, any number of them in each piece."""
    text, body = orjson.dumps(head), b"".join(records)
    return b"".join((PREFIX.pack(MAGIC, len(text), len(body) // RECORD.size), text, body))
