"""The push feed over a real WebSocket: what a screen gets, when, and that it is never silently short."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from models.alarms.life import Step
from models.happenings import RegisterChanged, SignalStored
from models.records.change import Heartbeat
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from models.records.unit import Unit
from store import alarms, registers, sos
from store.database import Database, Lane
from tests.app.live_support import LiveServer, Screen, add_stations, frame, frame_with
from tests.app.serving import clock
from tests.servers import wait_until


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[LiveServer]:
    """A server over a store with two stations."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    with LiveServer(sqlite_db) as running:
        yield running


def tell(db: Database, *happenings: Any) -> None:
    with db.write() as tx:
        tx.tell(*happenings)


def close_code(screen: Screen) -> int:
    try:
        while True:
            frame(screen)
    except ConnectionClosed as ended:
        return ended.rcvd.code if ended.rcvd else 0


def press(name: str = "e1", station: str = "lumphini") -> Signal:
    now = clock()
    return Signal(station, "box", "p01", name, now, EventKind.PRESS, now)


def take(db: Database, signal: Signal) -> None:
    with db.write(Lane.ALARM) as tx:
        sos.take_signal(tx, signal, clock())


def test_first_frame_is_a_snapshot_then_changes_follow(server: LiveServer, sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="c1", kind="car", call_sign="สายตรวจ 201")], clock())
    now = clock()
    with server.viewer() as screen:
        first = frame(screen)
        assert first["t"] == "snapshot"
        assert first["boot"] == "boot"
        assert first["units"] == []
        assert 0 <= clock() - int(str(first["now"])) < 60_000
        tell(sqlite_db, Fix("lumphini", "c1", now, 13.73, 100.54, received_at=now))
        said: Any = frame_with(screen, "units")
        assert said["t"] == "delta"
        assert (said["units"][0]["id"], said["units"][0]["lat"]) == ("c1", 13.73)
        while said["units"][0]["call"] != "สายตรวจ 201":  # the register is read again within a second
            said = frame_with(screen, "units")


def test_a_quiet_feed_still_speaks(server: LiveServer) -> None:
    with server.viewer() as screen:
        frame(screen)
        for _ in range(4):
            assert frame(screen)["t"] == "delta"


def test_ping_is_answered_and_noise_ignored(server: LiveServer) -> None:
    with server.viewer() as screen:
        frame(screen)
        screen.send("not json")
        screen.send('{"t":"ping","n":"x"}')
        asked = clock()
        screen.send('{"t":"ping","n":7}')
        said: Any = frame(screen)
        while said["t"] != "pong":
            said = frame(screen)
        assert said["n"] == 7
        assert asked <= said["now"] <= clock()


def test_a_long_message_ends_the_connection(server: LiveServer) -> None:
    with server.viewer() as screen:
        screen.send("x" * 1000)
        assert close_code(screen) == 1009
    wait_until(lambda: server.hub.viewers == 0, what="viewer forgotten")


def test_nobody_gets_in_without_an_identity(server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as refused, server.viewer("x=1"):
        pass
    assert refused.value.response.status_code == 403
    assert server.http.get(f"{server.url}/live/ground").status_code == 401


def test_viewers_see_their_stations_only(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer("role=viewer&stations=hat_yai") as screen, server.viewer() as chief:
        frame(screen)
        frame(chief)
        now = clock()
        tell(sqlite_db, Fix("lumphini", "c1", now, 13.73, 100.54), Fix("hat_yai", "c2", now, 7.0, 100.4))
        mine: Any = frame_with(screen, "units")
        every: Any = frame_with(chief, "units")
    assert [unit["s"] for unit in mine["units"]] == ["hat_yai"]
    assert {unit["s"] for unit in every["units"]} == {"lumphini", "hat_yai"}


def test_an_alarm_does_not_wait_for_the_tick(sqlite_db: Database) -> None:
    add_stations(sqlite_db, "lumphini")
    with LiveServer(sqlite_db, tick_s=3600) as running, running.viewer("role=dispatcher") as screen:
        assert frame(screen)["alarms"] == []
        take(sqlite_db, press())
        assert len(frame_with(screen, "alarms")["alarms"]) == 1  # type: ignore[arg-type]


def test_an_alarm_is_there_closed_once_and_gone(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer("role=dispatcher") as screen:
        frame(screen)
        signal = press()
        take(sqlite_db, signal)
        said: Any = frame_with(screen, "alarms")
        alarm = said["alarms"][0]
        assert (alarm["state"], alarm["stored"], alarm["origin"]) == ("raised", True, "p01")
        with sqlite_db.write(Lane.ALARM) as tx:
            for step in (Step.ACKNOWLEDGE, Step.CLOSE):
                alarms.step(
                    tx, alarm["id"], step, by="somchai", role="dispatcher", origin="test", now=clock(), outcome="test"
                )
        said = frame_with(screen, "alarms")
        assert [item["state"] for item in said["alarms"]] == ["closed"]
        assert frame_with(screen, "gone")["gone"] == [["alarm", "lumphini", alarm["id"]]]
    with server.viewer() as late:
        assert frame(late)["alarms"] == []


def test_a_press_not_stored_within_a_second_shows_and_becomes_the_same_alarm(
    server: LiveServer, sqlite_db: Database
) -> None:
    with server.viewer() as screen:
        frame(screen)
        signal = press()
        began = time.monotonic()
        server.hub.intake.on_arrival(signal)
        said: Any = frame_with(screen, "alarms")
        assert time.monotonic() - began > 0.9
        assert [(a["id"], a["stored"], a["v"]) for a in said["alarms"]] == [(alarms.alarm_id(signal), False, 0)]
        take(sqlite_db, signal)
        said = frame_with(screen, "alarms")
        assert [(a["id"], a["stored"], a["v"]) for a in said["alarms"]] == [(alarms.alarm_id(signal), True, 1)]
        assert said["gone"] == []
    with server.viewer() as late:
        assert len(frame(late)["alarms"]) == 1  # type: ignore[arg-type]


def test_a_press_is_shown_while_the_store_is_locked(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer() as screen:
        frame(screen)
        with sqlite_db.write():
            server.hub.intake.on_arrival(press())
            said: Any = frame_with(screen, "alarms")
    assert said["alarms"][0]["stored"] is False


def test_a_press_stored_in_time_is_never_shown_as_not_stored(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer() as screen:
        frame(screen)
        arrivals = server.hub.intake._arrivals
        arrivals.grace_ms = 60_000  # in time, however busy the machine is
        signal = press()
        with sqlite_db.write(Lane.ALARM) as tx:
            sos.take_signal(tx, signal, clock())
            server.hub.intake.on_arrival(signal)
        server.hub.intake.on_arrival(signal)  # redelivered
        assert frame_with(screen, "alarms")["alarms"][0]["stored"] is True  # type: ignore[index]
        wait_until(lambda: len(arrivals) == 0, what="nothing left that would be shown later")
        for _ in range(2):  # ticks of a second
            assert frame(screen)["alarms"] == []


def test_a_grouped_press_loses_its_own_alarm(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer() as screen:
        frame(screen)
        signal = press(station="_unknown")
        server.hub.intake.on_arrival(signal)
        said: Any = frame_with(screen, "alarms")
        tell(sqlite_db, SignalStored("_unknown", signal.key, clock(), "another"))
        assert frame_with(screen, "gone")["gone"] == [["alarm", "_unknown", said["alarms"][0]["id"]]]


def test_the_feed_says_when_the_store_is_slow(server: LiveServer, sqlite_db: Database) -> None:
    with server.viewer() as screen:
        assert frame(screen)["feed"]["storage"] == "ok"  # type: ignore[index]
        at = clock()
        server.hub.intake.on_beat("main", at)
        said: Any = frame(screen)
        while said["feed"]["storage"] == "ok":
            said = frame(screen)
        assert said["feed"]["storage"] == "slow"
        tell(sqlite_db, Heartbeat("main", at, clock()))
        while said["feed"]["storage"] == "slow":
            said = frame(screen)
        assert said["feed"]["storage"] == "ok"
        assert said["feed"]["beat"] >= at
        server.hub.intake.on_broker("down")
        while said["feed"]["broker"] == "ok":
            said = frame(screen)
        server.hub.intake.on_storage("full")
        while said["feed"]["storage"] == "ok":
            said = frame(screen)
        assert said["feed"]["storage"] == "full"


def test_ground_is_of_the_stations_and_tagged(server: LiveServer, sqlite_db: Database) -> None:
    url = f"{server.url}/live/ground"
    answer = server.http.get(url, params={"role": "viewer", "stations": "hat_yai"})
    sheet = answer.json()
    assert [station["code"] for station in sheet["stations"]] == ["hat_yai"]
    assert {"version", "stations", "zones", "ring", "streets", "cameras", "checkpoints"} == set(sheet)
    assert sheet["zones"] == {"type": "FeatureCollection", "features": []}
    tag = {"if-none-match": answer.headers["etag"]}
    assert server.http.get(url, params={"role": "viewer", "stations": "hat_yai"}, headers=tag).status_code == 304
    assert server.http.get(url, params={"role": "viewer"}, headers=tag).status_code == 200
    with server.viewer() as screen:
        assert frame(screen)["ground"] == sheet["version"]
        tell(sqlite_db, RegisterChanged("hat_yai", "zones", clock() + 60_000))
        said = frame(screen)
        while said["ground"] == sheet["version"]:
            said = frame(screen)
    changed = server.http.get(url, params={"role": "viewer", "stations": "hat_yai"}, headers=tag)
    assert changed.status_code == 200
    assert orjson.loads(changed.content)["version"] == said["ground"]
    spots = server.http.get(f"{server.url}/live/hotspots", params={"role": "viewer", "stations": "hat_yai"})
    assert orjson.loads(spots.content)["version"] == said["hotspots"]
    assert spots.headers["etag"] != changed.headers["etag"]


def test_stopping_closes_every_screen_with_the_word_restart(sqlite_db: Database) -> None:
    with LiveServer(sqlite_db) as running, running.viewer() as screen:
        frame(screen)
        running.end()
        assert close_code(screen) == 1012
