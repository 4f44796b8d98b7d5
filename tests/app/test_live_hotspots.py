"""Hotspots on the ground of the live map: there once a map is kept, told to open screens, never another station's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import text

from dashboard.live.ground import Ground
from dashboard.live.hotspots import hotspot_features
from dashboard.times import day_of
from models.access.scope import scope_for
from store import changes, hotspots
from store.database import Database
from tests.hotspot_sample import DAY, row_of, sample, town

NOW = 1_790_000_000_000
ZONE = ZoneInfo("Asia/Bangkok")


def sheet(db: Database, stations: frozenset[str] | None, version: str, visitor: bool = False) -> list[dict[str, Any]]:
    body = Ground(db).hotspots(scope_for("chief", stations, visitor), version)
    found: list[dict[str, Any]] = orjson.loads(body)["hotspots"]["features"]
    corners = [one for one in found if "mark" in one["properties"]]
    names = [one for one in found if "th" in one["properties"]]
    assert {one["geometry"]["type"] for one in corners + names} <= {"Point"}, "once each, however many areas it has"
    outlines = [one for one in found if one["geometry"]["type"] != "Point"]
    assert all(("ยังไม่วัดผล" in one["properties"]["mark"]) is one["properties"]["grey"] for one in corners)
    assert len(found) == 3 * len(outlines)
    ranks = [[one["properties"]["rank"] for one in those] for those in (outlines, corners, names)]
    assert ranks[0] == ranks[1] == ranks[2]
    return [one | {"properties": named["properties"]} for one, named in zip(outlines, names, strict=True)]


def test_a_kept_map_is_on_the_ground_of_its_station_only_and_open_screens_are_told(sqlite_db: Database) -> None:
    found = town(sqlite_db, NOW)
    with sqlite_db.read() as conn:
        told = [body for _, body in changes.since(conn, 0, 1000)]
    assert sum('"hotspots"' in body for body in told) == 1
    spots = sheet(sqlite_db, frozenset({"lumphini"}), "1")
    assert [one["properties"]["rank"] for one in spots] == [1, 2, 3]
    assert spots[0]["geometry"] == orjson.loads(found.hotspots[0].outline)
    names = spots[0]["properties"]
    assert (names["th"], names["en"]) == (
        "ถนนสีลม\nชิง วิ่งราว ปล้นทรัพย์\n" + day_of(found.made_at, ZONE, "th"),
        "ถนนสีลม\nRobbery and snatching\n" + day_of(found.made_at, ZONE, "en"),
    )
    assert sheet(sqlite_db, frozenset({"hat_yai"}), "1") == []
    # Where patrols are sent is not for those they are sent after.
    assert sheet(sqlite_db, None, "1", visitor=True) == []
    assert set(names) == {"s", "id", "rank", "grey", "made", "th", "en"}


def test_a_damaged_map_takes_neither_the_ground_nor_other_maps_with_it(sqlite_db: Database) -> None:
    town(sqlite_db, NOW)
    with sqlite_db.write() as tx:
        hotspots.keep(tx, [row_of(sample(NOW, family="theft"), "hat_yai", "z1")])
        tx.conn.execute(text("DROP TRIGGER hotspot_map_no_update"))
        tx.conn.execute(text("UPDATE hotspot_map SET body = '{' WHERE station = 'lumphini'"))
    assert {one["properties"]["s"] for one in sheet(sqlite_db, None, "1")} == {"hat_yai"}


def test_the_measured_map_goes_before_one_that_is_not_and_grey_is_said_in_words(sqlite_db: Database) -> None:
    town(sqlite_db, NOW)
    grey = sample(NOW, family="theft", verdict="grey", why="no_backtest", expected_flagged=99.0)
    few = sample(NOW, family="damage", verdict="too_few", why="few_cases", hotspots=())
    with sqlite_db.write() as tx:
        hotspots.keep(tx, [row_of(grey), row_of(few)])
    assert [one["properties"]["grey"] for one in sheet(sqlite_db, None, "1")] == [False, False, False]
    later = sample(NOW + DAY, verdict="too_few", why="few_cases", hotspots=())
    with sqlite_db.write() as tx:
        hotspots.keep(tx, [row_of(later)])
    marks = [one["properties"] for one in sheet(sqlite_db, None, "2")]
    assert [one["grey"] for one in marks] == [True, True, True]
    assert marks[0]["th"].endswith("ลักทรัพย์, ยังไม่วัดผล\n" + day_of(NOW, ZONE, "th"))
    assert hotspot_features([], ZONE) == []


def test_of_many_who_ask_for_a_sheet_at_once_one_reads_it(sqlite_db: Database) -> None:
    town(sqlite_db, NOW)
    reads = 0
    first, at_door = threading.Event(), threading.Barrier(8)

    class Counted(Database):
        def __init__(self) -> None:
            pass

        def read(self) -> Any:
            nonlocal reads
            reads += 1
            assert first.wait(60)
            return sqlite_db.read()

    ground = Ground(Counted())
    scope = scope_for("chief", frozenset({"lumphini"}))

    def asks(_: int) -> bytes:
        at_door.wait(60)
        return ground.hotspots(scope, "1")

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(asks, number) for number in range(8)]
        first.set()
        bodies = {one.result(60) for one in asked}
    assert (reads, len(bodies)) == (1, 1)
