"""The desk's doors on a real server: who may, what comes, and that a tick is told to every screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard.access.looks import Looks
from dashboard.live.desk_routes import Parts, desk_routes
from dashboard.live.procedures import Procedures
from models.alarms.life import Step
from models.records.alarm import AlarmNow
from models.records.camera import CameraPoint
from models.records.notice import Notice
from models.records.sos import EventKind, Signal, SosBox
from store import alarms, registers
from store.alarms import Place, raise_or_join
from store.database import Database
from store.rows import add_new, table_of, values_of
from tests.app.live_support import LiveServer, add_stations, frame_with
from tests.app.serving import clock

DISPATCHER = "role=dispatcher&stations=lumphini"


def press(db: Database, name: str, station: str = "lumphini", origin: str = "b1") -> AlarmNow:
    now = clock()
    with db.write() as tx:
        signal = Signal(station, "box", origin, name, now, EventKind.PRESS, now)
        return raise_or_join(tx, signal, Place("สวนลุมพินี", 13.7300, 100.5400), now)


@pytest.fixture
def server(sqlite_db: Database, tmp_path: Path) -> Iterator[LiveServer]:
    """A server over a store with a box that was pressed before, and two cameras near it."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    with sqlite_db.write() as tx:
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", name_th="ตู้ 1", lat=13.73, lon=100.54)], clock())
        points = [
            CameraPoint(station="lumphini", point="c1", name_th="กล้อง 1", lat=13.7301, lon=100.54, total=3, working=2,
                        linked=1, stream="https://cctv.example/c1"),
            CameraPoint(station="lumphini", point="c2", lat=13.7305, lon=100.54, stream="javascript:alert(1)"),
        ]  # fmt: skip
        registers.put_cameras(tx, points, clock())
    first = press(sqlite_db, "before")
    with sqlite_db.write() as tx:
        alarms.step(tx, first.id, Step.ACKNOWLEDGE, by="ก", role="dispatcher", origin="x", now=clock())
        alarms.step(tx, first.id, Step.CLOSE, by="ก", role="dispatcher", origin="x", now=clock(), outcome="helped")
    parts = Parts(sqlite_db, clock, Procedures(tmp_path / "procedures"), Looks(sqlite_db, clock))
    with LiveServer(sqlite_db, desk_routes(lambda: parts)) as running:
        yield running


def ask(server: LiveServer, alarm: str, who: str = DISPATCHER) -> httpx.Response:
    return server.http.get(f"{server.url}/live/desk/{alarm}?{who}")


def tick(server: LiveServer, alarm: str, body: Any, who: str = DISPATCHER, csrf: str = "csrf") -> httpx.Response:
    return server.http.post(f"{server.url}/live/desk/{alarm}/tick?{who}", json=body, headers={"x-csrf": csrf})


def test_one_alarm_in_full(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db, "now")
    with sqlite_db.write() as tx:
        notice = Notice(
            station="lumphini", alarm=alarm.id, level=1, channel="หัวหน้าสถานี", attempt=1, at=clock(), outcome="failed",
            error="timeout",
        )  # fmt: skip
        add_new(tx, table_of(Notice), values_of(notice))
    answer = ask(server, alarm.id)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["alarm"]["id"], told["alarm"]["v"], told["alarm"]["place"]) == (alarm.id, 1, "สวนลุมพินี")
    assert told["box"]["id"] == "b1"
    assert [(one["channel"], one["outcome"], one["error"]) for one in told["notices"]] == [
        ("หัวหน้าสถานี", "failed", "timeout")
    ]
    assert [(one["outcome"], one["presses"], one["by"]) for one in told["earlier"]] == [("helped", 1, "ก")]
    assert [(one["id"], one["metres"], one["working"], one["linked"]) for one in told["cameras"]] == [
        ("c1", 11, 2, 1),
        ("c2", 56, None, None),
    ]
    assert [one["stream"] for one in told["cameras"]] == ["https://cctv.example/c1", ""]
    assert [(one["step"], one["new"]) for one in told["history"]] == [("raise", "raised")]
    assert told["procedure"]["items"][0] == told["procedure"]["items"][0] | {"id": "talk", "done": False, "by": ""}


def test_a_tick_is_written_down_once_and_told_to_every_screen(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db, "now")
    with server.viewer(DISPATCHER) as screen:
        assert frame_with(screen, "alarms")["alarms"]
        assert tick(server, alarm.id, {"item": "talk", "done": True}).json() == {"v": 2}
        words = frame_with(screen, "alarms")["alarms"]
        assert isinstance(words, list)
        assert [(word["id"], word["v"], word["state"]) for word in words] == [(alarm.id, 2, "raised")]
    assert tick(server, alarm.id, {"item": "talk", "done": True}).json() == {"v": 2}
    told = ask(server, alarm.id).json()
    assert (told["procedure"]["items"][0]["done"], told["procedure"]["items"][0]["by"]) == (True, "somchai")
    last = told["history"][-1]
    assert (last["step"], last["item"], last["by"], last["from"]) == ("tick", "talk", "somchai", "127.0.0.1")
    assert tick(server, alarm.id, {"item": "talk", "done": False}).json() == {"v": 3}
    assert not ask(server, alarm.id).json()["procedure"]["items"][0]["done"]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("", 401),
        ("role=viewer", 403),
        ("role=analyst", 403),
        (f"{DISPATCHER}&visitor=1", 403),
        ("role=dispatcher&stations=hat_yai", 404),
        ("role=administrator", 200),
    ],
)
def test_who_answers_no_alarms_of_this_station_sees_and_changes_nothing(
    server: LiveServer, sqlite_db: Database, who: str, status: int
) -> None:
    alarm = press(sqlite_db, "now")
    assert ask(server, alarm.id, who).status_code == status
    assert tick(server, alarm.id, {"item": "talk", "done": True}, who).status_code == status
    assert ask(server, alarm.id).json()["procedure"]["items"][0]["done"] is (status == 200)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"item": "no_such", "done": True}, 404),
        ({"item": "talk"}, 400),
        ({"item": 3, "done": True}, 400),
        (["talk", True], 400),
        ({"item": "t" * 2000, "done": True}, 413),
    ],
)
def test_what_is_no_tick_is_said_so(server: LiveServer, sqlite_db: Database, body: Any, status: int) -> None:
    alarm = press(sqlite_db, "now")
    assert tick(server, alarm.id, body).status_code == status
    assert ask(server, alarm.id).json()["alarm"]["v"] == 1


def test_a_tick_needs_the_session_s_own_value(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db, "now")
    assert tick(server, alarm.id, {"item": "talk", "done": True}, csrf="x").status_code == 403
    assert ask(server, alarm.id).json()["alarm"]["v"] == 1


def test_an_alarm_of_an_unknown_box_is_on_the_desk_of_every_dispatcher(
    server: LiveServer, sqlite_db: Database
) -> None:
    alarm = press(sqlite_db, "stranger", "_unknown", "box-x")
    told = ask(server, alarm.id).json()
    assert (told["box"], [one["id"] for one in told["cameras"]]) == (None, ["c1", "c2"])
    assert ask(server, "no-such-alarm").status_code == 404
