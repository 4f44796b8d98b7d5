"""Visitor mode over the real feed: what a wall that strangers stand before gets, beside one on duty."""

from __future__ import annotations

from typing import Any

from dashboard.live.visitor import UNIT_M, coarse
from models.records.camera import CameraPoint
from models.records.position import Fix
from models.records.unit import Unit
from store import registers
from store.database import Database
from tests.app.live_support import LiveServer, add_stations, frame, frame_with
from tests.app.serving import clock


def test_a_visitor_gets_frames_and_ground_of_its_own(sqlite_db: Database) -> None:
    add_stations(sqlite_db, "lumphini")
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="p7", kind="foot", call_sign="ด.ต.สมชาย")], clock())
        cameras = [CameraPoint(station="lumphini", point="cam1", name_th="กล้อง", lat=13.7, lon=100.5)]
        registers.put_cameras(tx, cameras, clock())
    with (
        LiveServer(sqlite_db) as server,
        server.viewer("role=viewer") as duty,
        server.viewer("role=viewer&visitor=1") as wall,
    ):
        frame(duty)
        frame(wall)
        now = clock()
        with sqlite_db.write() as tx:
            tx.tell(Fix("lumphini", "p7", now, 13.7312345, 100.5467891, 12.0, 90.0, 4.0))
        full: Any = frame_with(duty, "units")["units"]
        told: Any = frame_with(wall, "units")["units"]
        assert (full[0]["id"], full[0]["call"], full[0]["at"]) == ("p7", "ด.ต.สมชาย", now)
        place = (told[0]["lat"], told[0]["lon"])
        assert (told[0]["id"], told[0]["call"], place) == ("u0", "", coarse(13.7312345, 100.5467891, UNIT_M))
        sheets = {who: server.http.get(f"{server.url}/live/ground?role=viewer{who}") for who in ("", "&visitor=1")}
        assert sheets[""].headers["etag"] != sheets["&visitor=1"].headers["etag"]
        assert len(sheets[""].json()["cameras"]["features"]) == 1
        assert sheets["&visitor=1"].json()["cameras"]["features"] == []
