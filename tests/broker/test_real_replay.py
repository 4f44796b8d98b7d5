"""Real fixes with real faults through a real broker: each row is found again, counted as what it is.

`docs/real-input.md` has the same for the whole file.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.sources.endpoint import parse_url
from ingest.sources.replay import ReplayOptions, replay
from models.records.station import Station
from store import registers
from store.database import Database
from tests.broker.world import Worker, number, rows
from tests.real_data import real
from tests.servers import Mosquitto, wait_until

pytestmark = pytest.mark.broker

#: Rows of the file with 44 of its 80 zero coordinates, and jumps.
FIRST, ROWS = 440_000, 20_000

Fix = tuple[int, float, float]


def now() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Twenty thousand rows of the real file, as they stand in it."""
    whole = pq.read_table(real("gps/austin_bus_gtfsrt.parquet"), columns=["vehicle_id", "ts_utc", "lat", "lon"])
    pq.write_table(whole.slice(FIRST, ROWS), tmp_path / "part.parquet")
    return tmp_path / "part.parquet"


def kmh(one: Fix, other: Fix) -> float:
    """Speed between two fixes, by the law of cosines: written apart from the product's own."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one[1:], *other[1:]))
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    return 6371.0088 * math.acos(min(1.0, cosine)) / (max(abs(other[0] - one[0]), 1000) / 3_600_000)


def jumps_in(part: Path) -> set[tuple[str, int]]:
    """(unit, time) of every jump: over 250 km/h from the fix before, unless that one was a lone spike."""
    tracks: dict[str, dict[int, Fix]] = {}
    for row in pq.read_table(part).to_pylist():
        at = int(row["ts_utc"].timestamp() * 1000)
        if row["lat"] or row["lon"]:
            tracks.setdefault(str(row["vehicle_id"]), {}).setdefault(at, (at, row["lat"], row["lon"]))
    found = set()
    for unit, track in tracks.items():
        fixes = [track[at] for at in sorted(track)]
        for index in range(1, len(fixes)):
            before, fix = fixes[index - 1], fixes[index]
            spike = index > 1 and kmh(fixes[index - 2], before) > 250 and kmh(fixes[index - 2], fix) <= 250
            if kmh(before, fix) > 250 and not spike:
                found.add((unit, fix[0]))
    return found


def counted(url: str) -> dict[str, int]:
    """What the product counted of the station's messages, through a fresh connection."""
    return {
        str(reason): int(n) for reason, n in rows(url, "SELECT reason, count FROM source_count WHERE station='t'")
    }


def test_every_row_of_a_real_file_is_found_again(
    mosquitto: Mosquitto, sqlite_db: Database, sqlite_url: str, tmp_path: Path, part: Path
) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="t", name_th="ท", name_en="T", kind="test")], now())
    worker = Worker(sqlite_url, mosquitto.url, tmp_path)
    try:
        # The units are registered by the replay itself, a moment before their first fix: none may be unknown.
        report = replay(ReplayOptions(part, "t", 0.0, as_recorded=True), parse_url(mosquitto.url), sqlite_db, now)
        wait_until(lambda: sum(counted(sqlite_url).values()) >= ROWS, 60, "all counted")
    finally:
        worker.stop()
    assert (report.read, report.published, report.acknowledged) == (ROWS, ROWS, ROWS)
    assert (report.faults.units, report.faults.zero, report.faults.repeated) == (22, 44, 1_294)
    counts = counted(sqlite_url)
    # A batch that waited for a busy store comes after newer ones: it is stored all the same, and counted as late too.
    counts.pop("late", None)
    assert counts == {"accepted": 18_662, "duplicate": 1_294, "no_fix": 44}
    assert number(sqlite_url, "SELECT count(*) FROM position WHERE lat != 0 OR lon != 0") == 18_662
    assert number(sqlite_url, "SELECT count(*) FROM quarantine") == 0
    flagged = {(str(unit), int(at)) for unit, at in rows(sqlite_url, "SELECT unit, at FROM position WHERE flags = 1")}
    assert flagged == jumps_in(part)
    assert len(flagged) == 2
    newest = pq.read_table(part)["ts_utc"].to_pylist()
    assert number(sqlite_url, "SELECT max(at) FROM position") == int(max(newest).timestamp() * 1000)


def test_a_unit_may_speak_the_moment_it_is_registered(
    mosquitto: Mosquitto, sqlite_db: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """The worker learns of a register by the change log: before it says unknown it has read the log to its end."""
    file = tmp_path / "one.csv"
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="t", name_th="ท", name_en="T", kind="test")], now())
    worker = Worker(sqlite_url, mosquitto.url, tmp_path)
    try:
        for n in range(10):
            file.write_text(f"unit,at,lat,lon\nu{n},{now()},13.73,100.54\n")
            replay(ReplayOptions(file, "t", 0.0, as_recorded=True), parse_url(mosquitto.url), sqlite_db, now)
        wait_until(lambda: sum(counted(sqlite_url).values()) >= 10, 60, "all counted")
    finally:
        worker.stop()
    assert counted(sqlite_url) == {"accepted": 10}
