"""The response report over 50,000 closed alarms: read, summed and grouped, as its page does it at a first visit."""

from __future__ import annotations

import random
import sqlite3
import time
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import text

from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from models.alarms.life import State
from models.records.alarm import Alarm, AlarmStep
from models.records.dispatch import Dispatch
from models.response.groups import Area, By, keys
from models.response.report import by_group, legs_of, summary_of
from models.response.targets import TARGETS
from models.response.times import Sort, sorts
from store.database import Database, open_database
from store.migrate import upgrade
from store.response import test_presses, times_between
from store.rows import table_of
from tests.fault.product import now_ms

NAME = "response-report"
ALARMS = 50_000
MOST_MS = 1000.0
STATIONS, BOXES, UNITS = 20, 400, 100
DAY_MS = 86_400_000
_BANGKOK = ZoneInfo("Asia/Bangkok")
_PIECE = 2_000
_BARE = (
    "SELECT a.station, a.id, a.kind, a.origin_kind, a.origin, a.lat, a.lon, a.marks, a.outcome, a.state, a.assigned,"
    " a.pressed_at, a.raised_at, t.* FROM alarm a JOIN alarm_times t ON t.station = a.station AND t.alarm = a.id"
)


def measure(rig: Rig) -> Figure:
    """The figure, on both databases; every kind of group in turn."""
    alarms, runs = rig.of(ALARMS, 2_000), rig.of(200, len(By))
    file = rig.new_folder() / "ssz.db"
    now = now_ms()
    found: dict[str, list[float]] = {}
    for dialect, url in (("SQLite", f"sqlite:///{file}"), ("PostgreSQL", rig.cluster().create())):
        upgrade(url)
        db = open_database(url)
        try:
            fill(db, alarms, now)
            with db.write() as tx:  # as a database that took a year to fill has done long ago
                tx.conn.execute(text("ANALYZE"))
            found[dialect] = [_visit(db, now, list(By)[number % len(By)], alarms) for number in range(runs)]
        finally:
            db.close()
    bare = _bare(str(file), min(runs, 30), alarms)
    enough = rig.quick or runs >= 200
    return Figure(
        name=NAME,
        title=f"Response report over {alarms:,} closed alarms of a year",
        how="Read, sorted into real, drill, test and simulated, summed, and grouped by each of the six in turn;"
        " nothing kept from the visit before.",
        lines=[
            Line(f"first visit, {dialect}", spread(times), spread(bare) if dialect == "SQLite" else "",
                 f"p95 <= {MOST_MS:.0f} ms", enough and percentile(times, 0.95) <= MOST_MS)
            for dialect, times in found.items()
        ],
        samples={
            **{f"{dialect.lower()}_ms": plain(times) for dialect, times in found.items()}, "bare_ms": plain(bare),
        },
        notes=["Bare: the same columns by the driver alone, as Python tuples."],
    )  # fmt: skip


def fill(db: Database, alarms: int, now: int) -> None:
    """Closed alarms spread over a year, each with its history of six lines and its dispatch."""
    chance = random.Random(50)
    for first in range(0, alarms, _PIECE):
        rows, steps, sent = [], [], []
        for number in range(first, min(first + _PIECE, alarms)):
            raised = now - (number + 1) * 365 * DAY_MS // alarms
            station, name, unit = f"s{number % STATIONS}", f"{number:016x}", f"u{number % UNITS}"
            answered, there = int(chance.lognormvariate(9, 0.5)), int(chance.lognormvariate(12.2, 0.4))
            rows.append(
                Alarm(
                    station=station, id=name, origin_kind="box", origin=f"b{number % BOXES}", state=State.CLOSED,
                    version=6, raised_at=raised, pressed_at=raised - 300, last_at=raised, assigned=unit,
                    lat=13.6 + chance.random() / 5, lon=100.4 + chance.random() / 5, changed_at=raised + 3_600_000,
                    outcome="test" if number % 50 == 0 else "real", marks="drill" if number % 40 == 0 else "",
                ).model_dump()
            )  # fmt: skip
            times = {"raise": 20, "acknowledge": answered, "assign": answered + 9_000, "arrive": there + answered,
                     "note": there + 99_000, "close": there + 3_600_000}  # fmt: skip
            steps += [
                AlarmStep(station=station, alarm=name, version=version, step=step, at=raised + after, by="ร.ต.อ. ก",
                          body="x" * 600).model_dump()
                for version, (step, after) in enumerate(times.items(), 1)
            ]  # fmt: skip
            known = number % 10 != 0
            sent.append(
                Dispatch(
                    station=station, alarm=name, version=3, unit_station=station, unit=unit,
                    assigned_at=raised + answered + 9_000, on_scene_at=raised + there + answered if known else None,
                    on_scene_how=("gps", "unit", "manual")[number % 3] if known else "",
                ).model_dump()
            )  # fmt: skip
        with db.write() as tx:
            for kind, values in ((Alarm, rows), (AlarmStep, steps), (Dispatch, sent)):
                tx.conn.execute(table_of(kind).insert(), values)


def _visit(db: Database, now: int, by: By, alarms: int) -> float:
    """ms of one visit; the sums must have every alarm in them."""
    began = time.perf_counter()
    with db.read() as conn:
        times = times_between(conn, None, 0, now)
        test_presses(conn, None, 0, now)
    sort = sorts(times)
    parts = {one: times.where(sort == one.value) for one in Sort}
    told = {one: summary_of(part, TARGETS, now) for one, part in parts.items()}
    real = parts[Sort.REAL]
    areas = [
        Area(f"s{number}", f"s{number}/z", shapely.box(100.45, 13.65, 100.55, 13.75), 0, None)
        for number in range(STATIONS)
    ]
    groups = by_group(real, legs_of(real, TARGETS, now), TARGETS, keys(by, real, areas, _BANGKOK, TARGETS.shifts))
    took = (time.perf_counter() - began) * 1000
    assert sum(one.alarms for one in told.values()) == alarms
    grouped = sum(one.alarms for one in groups.values())
    assert grouped == len(real) if by is not By.ZONE else 0 < grouped < len(real)
    return took


def _bare(file: str, runs: int, alarms: int) -> list[float]:
    """ms for the same rows by the driver alone."""
    conn = sqlite3.connect(file)
    result = []
    for _ in range(runs):
        began = time.perf_counter()
        rows = conn.execute(_BARE).fetchall()
        result.append((time.perf_counter() - began) * 1000)
        assert len(rows) == alarms
    conn.close()
    return result
