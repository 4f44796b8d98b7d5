"""Reads and writes messages of `/live` as its page does (`docs/live-feed.md`); strict, so that a fault shows."""

from __future__ import annotations

from typing import Any

import orjson

from dashboard.live.wire import AHEAD_MS, MAGIC, PREFIX, RECORD, STATUS, VERSION, UnitValues, message, pack

#: What a client says of itself in the address.
QUERY = f"v={VERSION}"

_LISTS = ("boxes", "alarms", "gone")
_ENTRY = ("s", "id", "kind", "call")
_ODD = ("at", "heard", "spd", "hdg", "acc", "st")


class NoFrameError(ValueError):
    """The bytes are no frame of this version."""


class Reader:
    """One connection: remembers the roster of its frames."""

    def __init__(self) -> None:
        self._roster: dict[int, dict[str, str]] = {}

    def read(self, data: bytes | str) -> dict[str, Any]:
        """A frame with its `units` as objects, or what a text message says.

        Raises:
            NoFrameError: it is neither.
        """
        if isinstance(data, str):
            said: dict[str, Any] = orjson.loads(data)
            return said
        if len(data) < PREFIX.size:
            raise NoFrameError("too short")
        magic, head_size, count = PREFIX.unpack_from(data)
        start = PREFIX.size + head_size
        if magic != MAGIC or len(data) != start + count * RECORD.size:
            raise NoFrameError("not of this version, or of another length than it says")
        try:
            head: dict[str, Any] = orjson.loads(data[PREFIX.size : start])
        except orjson.JSONDecodeError as error:
            raise NoFrameError("the head is no JSON") from error
        if head["t"] == "snapshot":
            self._roster.clear()
        for index, *words in head.pop("roster", []):
            self._roster[index] = dict(zip(_ENTRY, words, strict=True))
        odd = {one[0]: one[1:] for one in head.pop("odd", [])}
        base = head.pop("base")
        units = [self._unit(data, start + number * RECORD.size, base, odd) for number in range(count)]
        return {name: [] for name in _LISTS} | head | {"units": units}

    def _unit(self, data: bytes, offset: int, base: int, odd: dict[int, list[Any]]) -> dict[str, Any]:
        first, lat, lon, second, after, third = RECORD.unpack_from(data, offset)
        index, heading, speed = first >> 12, first & 0xFFF, third >> 4
        if index not in self._roster:
            raise NoFrameError(f"unit {index} is not in the roster")
        here = lat != -(1 << 31)
        at = base - (second >> 8)
        acc = second & 0xFF
        unit = {
            **self._roster[index],
            "lat": lat / 1e7 if here else None,
            "lon": lon / 1e7 if here else None,
            "at": at,
            "heard": at + after,
            "spd": None if speed == 0xFFF else speed / 10,
            "hdg": None if heading == 0xFFF else heading / 10,
            "acc": None if acc == 0xFF else acc,
            "st": STATUS[third & 0xF] or None,
        }
        if index in odd:
            unit |= dict(zip(_ODD, odd[index], strict=True))
        elif second >> 8 == 0xFFFFFF or after == 0xFFFF:
            raise NoFrameError(f"no time of unit {index}")
        return unit


def write(frame: dict[str, Any]) -> bytes:
    """A frame with `units` as objects, as bytes: each message carries the roster of its own units."""
    base = frame["now"] + AHEAD_MS
    roster, odd, records = [], [], []
    for unit in frame.get("units", []):
        index = INDICES.setdefault((unit["s"], unit["id"]), len(INDICES))
        record, rest = pack(index, UnitValues(*(unit[name] for name in UnitValues._fields)), base)
        records.append(record)
        roster.append([index, *(unit[name] for name in _ENTRY)])
        if rest is not None:
            odd.append(rest)
    head = {name: value for name, value in frame.items() if name != "units"}
    return message({**head, "base": base, "roster": roster, "odd": odd}, records)


#: Indices `write` gave.
INDICES: dict[tuple[str, str], int] = {}
