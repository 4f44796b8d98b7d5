"""Tracks as compact bytes for the page: what trails and the time machine draw. Pure; read by `src/tracks.ts`.

Little-endian. Head, 28 bytes: `SSZT`, version u8, flags u8 (1 = cut: ask again from `end`), u16 zero, number of units
u32, start f64 ms, end f64 ms. Then for each unit: length of its key u16, the key `station/unit` in UTF-8, number of
fixes u32, and the fixes, 16 bytes each: ms since the start u32, latitude and longitude i32 in millionths of a degree
(0.1 m), speed u16 in tenths of km/h, heading u16 in tenths of a degree; 65535 = not said.
"""

from __future__ import annotations

import struct
from itertools import chain

import numpy as np

from store.tracks import Tracks

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


def _column(tracks: Tracks, name: str) -> np.ndarray:
    """A column of all units one after the other; what is not said is NaN."""
    values = chain.from_iterable(getattr(track, name) for _, track in tracks.units)
    return np.array(list(values), dtype=np.float64)


def _records(tracks: Tracks) -> np.ndarray:
    """Every fix as a record, in the order of the units: made at once, or the many small arrays would cost more."""
    at = _column(tracks, "at")
    records = np.empty(len(at), _RECORD)
    records["dt"] = at - tracks.start
    records["lat"] = np.rint(_column(tracks, "lat") * 1e6)
    records["lon"] = np.rint(_column(tracks, "lon") * 1e6)
    records["speed"] = _tenths(_column(tracks, "speed_kmh"))
    records["heading"] = _tenths(_column(tracks, "heading_deg"))
    return records


def encode(tracks: Tracks) -> bytes:
    """The bytes of the tracks; their window must be shorter than 49 days."""
    parts = [_HEAD.pack(b"SSZT", VERSION, _CUT if tracks.cut else 0, 0, len(tracks.units), tracks.start, tracks.end)]
    spots = _records(tracks).tobytes()
    place = 0
    for (station, unit), track in tracks.units:
        key = f"{station}/{unit}".encode()
        end = place + len(track.at) * _RECORD.itemsize
        parts.append(struct.pack("<H", len(key)) + key + struct.pack("<I", len(track.at)))
        parts.append(spots[place:end])
        place = end
    return b"".join(parts)
