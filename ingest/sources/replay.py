"""Plays a file of recorded fixes through the real broker, as if its units drove now.

It publishes positions only, never an alarm, and only to a station of kind `demo` or `test`: nobody is notified.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.sources.endpoint import Endpoint
from ingest.sources.mqtt_publish import Outgoing
from ingest.sources.replay_columns import ReplayRefusedError
from ingest.sources.replay_faults import Faults, count_faults
from ingest.sources.replay_plan import (
    SPEED_UNITS,
    Move,
    Place,
    message_maker,
    middle_of,
    schedule,
    unit_names,
)
from ingest.sources.replay_read import Fixes, Ints, Reader
from ingest.sources.replay_send import Pump
from models.records.base import Millis
from models.records.station import Station
from models.records.unit import Unit
from store import registers
from store.database import Database
from store.errors import StorageError

__all__ = ["ReplayOptions", "ReplayRefusedError", "ReplayReport", "main", "parse_speed", "replay"]

#: Kinds of station a replay may write to.
OPEN_KINDS = frozenset({"demo", "test"})

#: Fixes due within this are published together, in s.
_TOGETHER_S = 0.05


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What to play.

    Attributes:
        file: CSV or parquet.
        station: code of a station of kind `demo` or `test`.
        speed: 1 = as recorded, 10 = ten times as fast, 0 = as fast as the broker takes it.
        as_recorded: keep the recorded times; otherwise they are moved to now.
        move: put the middle of the fixes onto the station's place.
        speed_unit: unit of the file's speed column, a key of `SPEED_UNITS`.
        limit: at most so many rows from the start of the file; None = all.
    """

    file: Path
    station: str
    speed: float = 1.0
    as_recorded: bool = False
    move: bool = False
    speed_unit: str = "kmh"
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """How it went: rows read, messages published and acknowledged by the broker, faults found in the file."""

    read: int
    unreadable: int
    published: int
    acknowledged: int
    faults: Faults
    seconds: float

    def lines(self) -> list[str]:
        """The report as text, one figure a line."""
        found = self.faults
        return [
            f"read {self.read} rows of {found.units} units ({self.unreadable} without unit or time)",
            f"published {self.published}, acknowledged {self.acknowledged}, in {self.seconds:.1f} s",
            f"zero coordinates {found.zero}",
            f"repeated (unit, time) {found.repeated}",
            f"jumps over 180 km/h {found.jumps} ({found.jumps_without_zeros} without zero coordinates)",
            f"out of range {found.out_of_range}",
            f"clock: years off {found.clock_years_off}, ahead {found.ahead}, before 2007 {found.ancient}",
        ]


def parse_speed(text: str) -> float:
    """The speed of a command line: a number, or `max` (= 0).

    Raises:
        ReplayRefusedError: neither.
    """
    try:
        speed = 0.0 if text.strip().lower() == "max" else float(text)
    except ValueError:
        speed = -1.0
    if not 0.0 <= speed < 1e9:
        raise ReplayRefusedError(f"speed {text}: give a number from 0 on, or max")
    return speed


def replay(
    options: ReplayOptions,
    endpoint: Endpoint,
    db: Database,
    clock: Callable[[], Millis],
    stop: threading.Event | None = None,
) -> ReplayReport:
    """Register the file's units as kind `replay`, then publish its fixes; returns when all are acknowledged.

    Args:
        options: what to play.
        endpoint: the broker.
        db: the store, for the register.
        clock: epoch ms.
        stop: set from another thread, ends the replay early; what was published until then is reported.

    Raises:
        ReplayRefusedError: the file, the station or the broker does not permit it; one line.
        StorageError: the units could not be registered.
    """
    if options.speed_unit not in SPEED_UNITS:
        raise ReplayRefusedError(f"speed unit {options.speed_unit}: one of {', '.join(SPEED_UNITS)}")
    station = _station(db, options.station)
    reader = Reader(options.file, options.limit)
    fixes = reader.all()
    faults = count_faults(fixes, clock())
    names = unit_names(reader.units)
    move = Move(middle_of(fixes), _place(station)) if options.move else None
    stop = stop or threading.Event()
    _register(db, options.station, names, clock())
    make = message_maker(options.station, names, SPEED_UNITS[options.speed_unit], move)
    began = time.monotonic()
    with Pump(endpoint, f"ssz-replay-{options.station}") as pump:
        ordered, due = schedule(fixes, options.speed, options.as_recorded, clock())
        for group in _groups(ordered, due, make, stop):
            pump.send(group)
        pump.finish()
    seconds = time.monotonic() - began
    return ReplayReport(
        faults.rows + reader.unreadable, reader.unreadable, pump.published, pump.acknowledged, faults, seconds
    )


def main(
    options: ReplayOptions,
    endpoint: Endpoint,
    db: Database,
    clock: Callable[[], Millis],
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> int:
    """The command: says the report line by line.

    Returns:
        The exit code: 0 all acknowledged, 1 not all, 2 refused (one line to `complain`).
    """
    try:
        report = replay(options, endpoint, db, clock)
    except (ReplayRefusedError, StorageError) as error:
        complain(f"replay: {error}")
        return 2
    for line in report.lines():
        say(line)
    return 0 if report.acknowledged == report.published == report.faults.rows else 1


def _station(db: Database, code: str) -> Station:
    with db.read() as conn:
        found = registers.stations(conn, frozenset({code}))
    if not found:
        raise ReplayRefusedError(f"no station {code}")
    if found[0].kind not in OPEN_KINDS:
        raise ReplayRefusedError(
            f"station {code} is of kind {found[0].kind}: a replay goes to demo or test stations only"
        )
    return found[0]


def _place(station: Station) -> Place:
    if station.lat is None or station.lon is None:
        raise ReplayRefusedError(f"station {station.code} has no place to move the fixes to")
    return Place(station.lat, station.lon)


def _register(db: Database, station: str, names: list[str], now: Millis) -> None:
    """Put the units into the register as kind `replay`; a real unit is never taken over."""
    wanted = set(names)
    with db.write() as tx:
        known = {unit.unit: unit for unit in registers.units(tx.conn, frozenset({station})) if unit.unit in wanted}
        own = sorted(name for name, unit in known.items() if unit.kind != "replay")
        if own:
            raise ReplayRefusedError(f"unit {own[0]} of {station} is a real one: the file's ids would take it over")
        new = [Unit(station=station, unit=name, kind="replay", call_sign=name) for name in names if name not in known]
        if new:
            registers.put_units(tx, new, now, by="replay")


def _groups(
    fixes: Fixes, due: Ints | None, make: Callable[..., Outgoing], stop: threading.Event
) -> Iterator[Iterator[Outgoing]]:
    """The messages in groups, each handed over when it is due."""
    began = time.monotonic()
    start = 0
    while start < len(fixes) and not stop.is_set():
        if due is None:
            end = min(start + 1_000, len(fixes))
        else:
            wait = due[start] / 1000.0 - (time.monotonic() - began)
            if wait > 0 and stop.wait(wait):
                return
            reach = (time.monotonic() - began + _TOGETHER_S) * 1000.0
            end = max(start + 1, int(np.searchsorted(due, reach, side="right")))
        part = fixes.take(np.arange(start, end))
        rows = zip(*(column.tolist() for column in _columns(part)), strict=True)
        yield (make(*row) for row in rows)
        start = end


def _columns(part: Fixes) -> tuple[np.ndarray, ...]:
    return part.unit, part.at, part.lat, part.lon, part.speed, part.heading
