"""The units nearest to an alarm over a real server: who may ask, whose units are told, and in what order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from dashboard.live.near_routes import Parts, keeping, near_routes
from models.alarms.life import Step
from models.picture import Picture
from models.records.alarm import AlarmNow
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from models.records.station import Street
from models.records.unit import StatusReport, Unit, UnitStatus
from store import alarms, positions, registers, sos, units
from store.database import Database
from tests.app.live_support import LiveServer, add_stations
from tests.app.serving import clock
from tests.servers import wait_until
from tests.unit.test_streets import at, street

DISPATCHER = "role=dispatcher&stations=lumphini"

#: unit -> (x, y) in metres from the box, seconds since its fix
FLEET = {
    "near": ((0, 200), 2),
    "round": ((10, 400), 2),
    "old": ((0, 50), 600),
    "lost": ((0, 20), 36_000),
    "busy": ((0, 10), 2),
}


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[LiveServer]:
    """A box at a corner: a street to the east, and one that comes back to the north of it."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    now = clock()
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit=name, call_sign=f"ก{name}") for name in FLEET], now)
        more = [Unit(station="lumphini", unit="again", kind="replay"), Unit(station="lumphini", unit="silent")]
        registers.put_units(tx, [*more, Unit(station="hat_yai", unit="other")], now)
        where = {**FLEET, "again": ((0, 5), 2)}
        fixes = [fix("lumphini", name, spot, now - 1000 * ago) for name, (spot, ago) in where.items()]
        positions.insert_fixes(tx, [*fixes, fix("hat_yai", "other", (0, 1), now)], Picture().units)
        tx.tell(*fixes)
        units.take(tx, StatusReport("lumphini", "busy", now, UnitStatus.BUSY))
        units.take(tx, StatusReport("lumphini", "near", now, UnitStatus.AVAILABLE))
        _, line = street((0, 0), (1000, 0), (1000, 400), (0, 400))
        registers.put_streets(tx, "lumphini", [Street(station="lumphini", id=1, line=line)], now)
    kept = keeping(sqlite_db, 300, 3_000, 36)
    parts = Parts(clock, lambda: running.follower.picture, lambda: running.hub.names, kept)
    with LiveServer(sqlite_db, near_routes(lambda: parts)) as running:
        yield running


def fix(station: str, unit: str, spot: tuple[float, float], when: int) -> Fix:
    lat, lon = at(*spot)
    return Fix(station, unit, when, lat, lon, received_at=when)


def press(server: LiveServer, db: Database, station: str = "lumphini", placed: bool = True) -> str:
    lat, lon = at(0, 0) if placed else (None, None)
    with db.write() as tx:
        signal = Signal(station, "box", "b1", "p1", clock(), EventKind.PRESS, clock(), lat=lat, lon=lon)
        alarm = sos.take_signal(tx, signal, clock()).alarm
    assert alarm is not None
    wait_until(lambda: (station, alarm.id) in server.follower.picture.alarms, what="the alarm in the picture")
    wait_until(lambda: bool(server.hub.names), what="the register of units")
    return alarm.id


def ask(server: LiveServer, alarm: str, who: str = DISPATCHER) -> httpx.Response:
    return server.http.get(f"{server.url}/live/desk/{alarm}/units?{who}")


def told(server: LiveServer, alarm: str, who: str = DISPATCHER) -> dict[str, dict[str, Any]]:
    answer = ask(server, alarm, who)
    assert answer.status_code == 200, answer.text
    return {row["unit"]: row for row in answer.json()}


def test_the_best_to_send_come_first_with_their_way_and_the_age_of_what_is_known(
    server: LiveServer, sqlite_db: Database
) -> None:
    alarm = press(server, sqlite_db)
    found = told(server, alarm)
    assert list(found) == ["near", "round", "old", "lost", "silent", "busy"]  # no replay, nobody of another station
    near, round_ = found["near"], found["round"]
    assert (near["along"], near["call"], near["status"]) == ("line", "กnear", "available")  # far from any street
    assert near["metres"] == pytest.approx(260, abs=2)
    assert (round_["along"], round_["status"], round_["free"], round_["fresh"]) == ("streets", None, True, True)
    assert round_["metres"] == pytest.approx(2390, abs=20)
    assert round_["seconds"] == pytest.approx(round_["metres"] / 10, abs=1)
    assert [found[name]["too_old"] for name in found] == [False, False, False, True, True, False]
    assert (found["silent"]["metres"], found["silent"]["age_s"]) == (None, None)
    assert (found["busy"]["status"], found["busy"]["free"]) == ("busy", False)


def shown(server: LiveServer, alarm: AlarmNow) -> bool:
    return server.follower.picture.alarms[alarm.station, alarm.id] == alarm


def test_who_is_sent_is_not_free_until_the_alarm_is_closed(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(server, sqlite_db)
    seen = []
    for step, unit, outcome in (
        (Step.ACKNOWLEDGE, "", ""), (Step.ASSIGN, "near", ""), (Step.ARRIVE, "", ""), (Step.CLOSE, "", "helped"),
    ):  # fmt: skip
        with sqlite_db.write() as tx:
            left = alarms.step(
                tx, alarm, step, by="a", role="dispatcher", origin="", now=clock(), unit=unit, outcome=outcome
            )
        wait_until(partial(shown, server, left), what="the step")
        near = told(server, alarm)["near"]
        seen.append((near["status"], near["free"], near["alarm"]))
    assert seen == [
        ("available", True, ""), ("enroute", False, alarm), ("on_scene", False, alarm), ("available", True, ""),
    ]  # fmt: skip


def test_an_alarm_of_no_station_and_without_a_place_still_has_units(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(server, sqlite_db, "_unknown", placed=False)
    found = told(server, alarm)
    assert {"near", "round", "busy"} <= set(found)
    assert {row["metres"] for row in found.values()} == {None}
    assert {row["station"] for row in told(server, alarm, "role=administrator").values()} == {"lumphini", "hat_yai"}


@pytest.mark.parametrize(
    ("who", "status"),
    [("", 401), ("role=viewer&stations=lumphini", 403), (f"{DISPATCHER}&visitor=1", 403),
     ("role=dispatcher&stations=hat_yai", 404)],
)  # fmt: skip
def test_nobody_else_learns_where_units_are(server: LiveServer, sqlite_db: Database, who: str, status: int) -> None:
    answer = ask(server, press(server, sqlite_db), who)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert ask(server, "no-such").status_code == 404


def test_new_streets_are_measured_along_at_once(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(server, sqlite_db)
    assert told(server, alarm)["round"]["metres"] == pytest.approx(2390, abs=20)
    now = clock()
    with sqlite_db.write() as tx:
        _, line = street((0, 0), (0, 400), (10, 400))
        registers.put_streets(tx, "lumphini", [Street(station="lumphini", id=1, line=line)], now)
    wait_until(lambda: server.follower.picture.registers.get(("lumphini", "streets")) == now, what="the register")
    assert told(server, alarm)["round"]["metres"] == pytest.approx(410, abs=20)


def test_a_unit_the_list_does_not_reach_is_found_by_its_name(server: LiveServer, sqlite_db: Database) -> None:
    name = press(server, sqlite_db)
    now = clock()
    with sqlite_db.write() as tx:
        crowd = [f"m{number:02}" for number in range(30)]
        far = Unit(station="lumphini", unit="far", call_sign="สายตรวจ ไกล-7", kind="motorcycle")
        registers.put_units(tx, [far, *(Unit(station="lumphini", unit=one) for one in crowd)], now)
        fixes = [fix("lumphini", one, (0, 100), now) for one in crowd] + [fix("lumphini", "far", (0, 4000), now)]
        positions.insert_fixes(tx, fixes, Picture().units)
        tx.tell(*fixes)
    wait_until(lambda: ("lumphini", "far") in server.hub.names, what="the new units")
    wait_until(lambda: ("lumphini", "far") in server.follower.picture.units, what="their places")

    def found(part: str) -> list[str]:
        who = {"role": "dispatcher", "stations": "lumphini"}
        answer = server.http.get(f"{server.url}/live/desk/{name}/units", params={**who, "name": part})
        return [row["unit"] for row in answer.json()]

    assert len(found("")) == 20
    assert "far" not in found("")
    assert found("ไกล") == ["far"]
    assert found(" FAR ") == ["far"]
    assert found("กnear") == ["near"]
    assert found("other") == [], "of another station"
    assert found("nobody") == []
