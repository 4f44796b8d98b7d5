"""Tracks as compact bytes for the page: what trails and the time machine draw. Pure; read by `src/tracks.ts`.

Little-endian. Head, 28 bytes: `SSZT`, version u8, flags u8 (1 = cut: ask again from `end`), u16 zero, number of units
u32, start f64 ms, end f64 ms. Then for each unit: length of its key u16, the key `station/unit` in UTF-8, number of
fixes u32, and the fixes, 16 bytes each: ms since the start u32, latitude and longitude i32 in millionths of a degree
(0.1 m), speed u16 in tenths of km/h, heading u16 in tenths of a degree; 65535 = not said.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from store.tracks import Spot, Tracks

MEDIA_TYPE = "application/x-ssz-tracks"

VERSION = 1

_HEAD = struct.Struct("<4sBBHIdd")
_CUT = 1
_NOT_SAID = 65535
_RECORD = np.dtype([("dt", "<u4"), ("lat", "<i4"), ("lon", "<i4"), ("speed", "<u2"), ("heading", "<u2")])


def _tenths(values: np.ndarray) -> np.ndarray:
    """Tenths as u16; what is not said, negative or too large for it becomes 65535."""
    tenths = np.rint(values * 10)
    return np.where((tenths >= 0) & (tenths < _NOT_SAID), tenths, _NOT_SAID)


def _spots(spots: Sequence[Spot], start: int) -> bytes:
    table = np.array(spots, dtype=np.float64)  # None becomes NaN
    records = np.empty(len(table), _RECORD)
    records["dt"] = table[:, 0] - start
    records["lat"] = np.rint(table[:, 1] * 1e6)
    records["lon"] = np.rint(table[:, 2] * 1e6)
    records["speed"] = _tenths(table[:, 3])
    records["heading"] = _tenths(table[:, 4])
    return records.tobytes()


def encode(tracks: Tracks) -> bytes:
    """The bytes of the tracks; their window must be shorter than 49 days."""
    parts = [_HEAD.pack(b"SSZT", VERSION, _CUT if tracks.cut else 0, 0, len(tracks.units), tracks.start, tracks.end)]
    for (station, unit), spots in tracks.units:
        key = f"{station}/{unit}".encode()
        parts.append(struct.pack("<H", len(key)) + key + struct.pack("<I", len(spots)))
        parts.append(_spots(spots, tracks.start))
    return b"".join(parts)
