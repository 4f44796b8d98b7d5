"""`/api/v1` over a real server and store: what is told, to whom, in pages, and which steps are taken."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from sqlalchemy import Connection, Engine, event, text

from dashboard.access.looks import Looks
from dashboard.api.limits import MAX_BODY
from dashboard.api.parts import Parts
from dashboard.api.route import api_route
from dashboard.api.sources import quantile
from dashboard.live.purposes import Purposes
from models.alarms.causes import Trouble
from models.alarms.kinds import Kind
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from models.records.station import Zone
from models.records.unit import Unit
from store import alarms, devices, hotspots, incidents, positions, purposes, registers, sos, sources
from store.alarms.trouble import settle
from store.database import Database, Lane
from tests.app.live_support import LiveServer, add_stations
from tests.app.serving import clock
from tests.hotspot_sample import RECORD, row_of, sample
from tests.servers import wait_until

BANGKOK = ZoneInfo("Asia/Bangkok")
SQUARE = '{"type":"Polygon","coordinates":[[[100.5,13.7],[100.6,13.7],[100.6,13.8],[100.5,13.8],[100.5,13.7]]]}'


class Api:
    """A client of the API as one role and station set."""

    def __init__(self, server: LiveServer, role: str = "administrator", stations: str | None = None) -> None:
        self._who = {"role": role} | ({"stations": stations} if stations else {})
        self._base = f"{server.url}/api/v1"
        self._http = server.http

    def get(self, path: str, purpose: str = "", **query: Any) -> httpx.Response:
        """A GET, with what it is for said in its header."""
        said = {"x-purpose-text": quote(purpose)} if purpose else {}
        return self._http.get(f"{self._base}/{path}", params=self._who | query, headers=said)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """A POST with a JSON body, or none."""
        return self._http.post(f"{self._base}/{path}", params=self._who, json=body)


#: Why a track is read.
WHY = {"purpose": "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี"}


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[LiveServer]:
    """A server over a store with two stations, a zone and a unit."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    now = clock()
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="c1", kind="car", call_sign="สายตรวจ 201")], now)
        registers.put_zones(
            tx,
            [Zone(station="lumphini", code="z1", version=1, name_th="ตลาด", polygon=SQUARE, area_m2=1.0,
                  perimeter_m=4.0, utm_epsg=32647, valid_from=0)],
            now,
        )  # fmt: skip
    held: list[LiveServer] = []
    routes = [api_route(lambda: Parts(sqlite_db, held[0].follower, clock, BANGKOK, Purposes(sqlite_db, clock),
        Looks(sqlite_db, clock)))]  # fmt: skip
    held.append(LiveServer(sqlite_db, routes))
    with held[0] as running:
        yield running


def drive(db: Database, server: LiveServer, fixes: list[Fix]) -> None:
    with db.write() as tx:
        server.follower.catch_up(tx.conn)
        inserted = positions.insert_fixes(tx, fixes, server.follower.picture.units)
        tx.tell(*inserted.fixes)
    seq = fixes[-1].at
    wait_until(lambda: any(unit.heard_at >= seq for unit in server.follower.picture.units.values()), what="picture")


def told(conn: Connection) -> list[dict[str, Any]]:
    """The deeds that wait for a process with the key of the audit log."""
    return [orjson.loads(body) for (body,) in conn.execute(text("SELECT body FROM audit_waiting ORDER BY id"))]


def pressed(db: Database, name: str = "e1", station: str = "lumphini", at: int = 0) -> str:
    now = at or clock()
    signal = Signal(station, "box", f"p-{name}", name, now, EventKind.PRESS, now)
    with db.write(Lane.ALARM) as tx:
        taken = sos.take_signal(tx, signal, now)
    assert taken.alarm is not None
    return taken.alarm.id


def test_units_say_where_they_are_and_how_old_that_is(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    drive(sqlite_db, server, [Fix("lumphini", "c1", now, 13.73, 100.54, 31.0, received_at=now)])
    answer = Api(server).get("units").json()
    (unit,) = answer["units"]
    assert (unit["id"], unit["call_sign"], unit["state"], unit["lat"]) == ("c1", "สายตรวจ 201", "live", 13.73)
    assert datetime.fromisoformat(unit["at"]).timestamp() * 1000 == now
    assert unit["at"].endswith("+07:00")
    assert (answer["next"], answer["unknown"]) == (None, [])
    assert Api(server, "viewer", "hat_yai").get("units").json()["units"] == []


def test_unknown_devices_are_listed_for_administrators(server: LiveServer, sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        devices.heard_unknown(tx, "osmand", "stranger", clock())
    assert Api(server).get("units").json()["unknown"] == []
    (device,) = Api(server).get("units", include="unknown").json()["unknown"]
    assert (device["station"], device["id"], device["source"]) == ("_unknown", "stranger", "osmand")
    assert Api(server, "chief").get("units", include="unknown").json()["unknown"] == []


def test_units_come_in_pages(server: LiveServer, sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="hat_yai", unit=f"h{n}") for n in range(4)], clock())
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = Api(server).get("units", limit=2, **cursor).json()
        seen += [unit["id"] for unit in page["units"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == ["h0", "h1", "h2", "h3", "c1"]


def test_a_track_is_geojson_with_flags_and_pages(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    fixes = [Fix("lumphini", "c1", now - 60_000 + n * 10_000, 13.73 + n / 10_000, 100.54) for n in range(5)]
    drive(sqlite_db, server, [*fixes, Fix("lumphini", "c1", now, 15.0, 100.54)])
    track = Api(server).get("units/c1/track", **WHY).json()
    assert track["type"] == "FeatureCollection"
    assert len(track["features"]) == 6
    assert track["features"][0]["geometry"] == {"type": "Point", "coordinates": [100.54, 13.73]}
    assert track["features"][-1]["properties"]["flags"] == ["jump"]
    start = datetime.fromtimestamp(fixes[1].at / 1000, BANGKOK).isoformat()
    end = datetime.fromtimestamp(fixes[4].at / 1000, BANGKOK).isoformat()
    page = Api(server).get("units/c1/track", **WHY, **{"from": start, "to": end}, limit=2).json()
    rest = Api(server).get("units/c1/track", **WHY, **{"from": start, "to": end}, limit=2, cursor=page["next"]).json()
    assert [len(page["features"]), len(rest["features"]), rest["next"]] == [2, 1, None]
    unescaped = server.http.get(
        f"{server.url}/api/v1/units/c1/track?role=chief&from={start.replace('+', ' ')}",
        headers={"x-purpose-text": "review of a shift"},
    )
    assert len(unescaped.json()["features"]) == 5


def test_a_track_is_read_for_a_purpose_only_and_that_is_written_down(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    drive(sqlite_db, server, [Fix("lumphini", "c1", now, 13.73, 100.54)])
    for why in ({}, {"purpose": "test"}, {**WHY, "reason": "because"}):
        refused = Api(server).get("units/c1/track", **why)
        assert refused.status_code == 403
        assert "state a purpose first" in refused.json()["error"]
    for _ in range(3):
        assert Api(server).get("units/c1/track", **WHY, reason="complaint").status_code == 200
    assert Api(server).get("units/c1/track", **WHY, **{"from": "2020-01-01T00:00:00Z"}).status_code == 400
    with sqlite_db.read() as conn:
        read = {one.reason: purposes.readings(conn, one.id) for one in purposes.purposes(conn)}
    assert {row.unit for row in read["complaint"]} == {"lumphini/c1"}
    assert len(read["complaint"]) in (24, 25)
    assert read["incident"] == []


def test_a_track_leaves_as_gpx_written_down(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    fixes = [Fix("lumphini", "c1", now - 60_000 + n * 10_000, 13.73 + n / 10_000, 100.54) for n in range(5)]
    drive(sqlite_db, server, [*fixes, Fix("lumphini", "c1", now, 15.0, 100.54)])
    asked = {"from": "2020-01-01T00:00:00Z", "to": "2020-02-20T00:00:00Z", "format": "gpx"}
    assert Api(server).get("units/c1/track", **WHY, **asked).status_code == 400  # 31 days at most
    assert Api(server).get("units/c1/track", format="gpx").status_code == 403  # nothing was said of why
    answer = Api(server).get("units/c1/track", **WHY, format="gpx")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/gpx+xml")
    assert 'filename="track-lumphini-c1.gpx"' in answer.headers["content-disposition"]
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own bytes
    points = tree.findall(".//{http://www.topografix.com/GPX/1/1}trkpt")
    assert [(one.get("lat"), one.get("lon")) for one in points[:1]] == [("13.7300000", "100.5400000")]
    assert len(points) == 5  # but for the jump
    with sqlite_db.read() as conn:
        deeds = str(
            [*conn.exec_driver_sql("SELECT * FROM audit"), *conn.exec_driver_sql("SELECT * FROM audit_waiting")]
        )
    assert (deeds.count("exported.track"), deeds.count("saw.track")) == (1, 1)


def test_what_a_track_is_read_for_never_stands_in_the_address(server: LiveServer) -> None:
    """Every path that takes one, from the API's own list of parameters."""
    schema = Api(server).get("openapi.json").json()
    taking = 0
    for path, methods in schema["paths"].items():
        for one in methods.values():
            parameters = {(each["in"], each["name"].lower()) for each in one.get("parameters", ())}
            assert not {name for where, name in parameters if where == "query"} & {"purpose", "text", "why", "note"}
            taking += ("header", "x-purpose-text") in parameters
            if ("header", "x-purpose-text") in parameters:
                url = f"{server.url}/api/v1{path.removeprefix('/api/v1').replace('{unit}', 'c1')}"
                refused = server.http.get(url, params={"role": "chief", "purpose": WHY["purpose"]})
                assert refused.status_code == 400, path
                assert "X-Purpose-Text" in refused.json()["error"]
    assert taking >= 2
    url = f"{server.url}/api/v1/units/c1/track?role=chief"
    assert server.http.get(url, headers={"x-purpose-text": "%ff" * 20}).status_code == 400


def test_a_track_is_for_those_who_answer_alarms(server: LiveServer) -> None:
    for role in ("viewer", "analyst"):
        assert Api(server, role).get("units/c1/track", **WHY).status_code == 403


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the threads that answer requests ask the store meanwhile; the live picture's questions are not theirs."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if threading.current_thread().name.startswith("AnyIO worker") and " change" not in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_another_stations_id_costs_the_same_work_as_one_that_is_nowhere(
    server: LiveServer, sqlite_db: Database
) -> None:
    """Equal work instead of equal time: which statements are run does not tell whether it was somebody else's."""
    alarm, chief = pressed(sqlite_db), Api(server, "chief", "hat_yai")
    step = {"outcome": "test", "unit": "c1", "note": "n", "minutes": 5}
    asked: list[Callable[[str, str, str], httpx.Response]] = [
        lambda alarm, unit, station: chief.get(f"alarms/{alarm}"),
        lambda alarm, unit, station: chief.post(f"alarms/{alarm}/acknowledge", step),
        lambda alarm, unit, station: chief.post(f"alarms/{alarm}/close", step),
        lambda alarm, unit, station: chief.get(f"units/{unit}/track", **WHY),
        lambda alarm, unit, station: chief.get("units/c1/track", station=station, **WHY),
        lambda alarm, unit, station: chief.get("incidents", station=station),
        lambda alarm, unit, station: chief.get("incidents", zone="z1" if station == "lumphini" else "z9"),
        lambda alarm, unit, station: chief.get("hotspots", station=station),
    ]
    for number, ask in enumerate(asked):
        done = []
        for names in ((alarm, "c1", "lumphini"), ("0" * 32, "c9", "nowhere")) * 2:
            with statements() as run:
                assert ask(*names).status_code == 404, number
            done.append(run)
        # The first of each pair may state the purpose; from then on all is known but the name.
        assert done[2] == done[3], number
    with statements() as run:
        assert Api(server).get(f"alarms/{alarm}").status_code == 200
    assert run, "the store was asked where it can be seen here"


def test_a_role_nobody_knows_gets_nothing(server: LiveServer) -> None:
    """Every path that reads, from the API's own list of them: none forgets to ask."""
    paths = Api(server).get("openapi.json").json()["paths"]
    asked = [path for path, methods in paths.items() if "get" in methods]
    assert len(asked) >= 8
    for path in asked:
        path = path.removeprefix("/api/v1").removeprefix("/").replace("{unit}", "c1").replace("{alarm}", "none")
        assert Api(server, "nobody").get(path, **WHY).status_code == 403, path


def test_a_track_of_nobody_or_of_another_station_is_not_there(server: LiveServer, sqlite_db: Database) -> None:
    assert Api(server).get("units/nobody/track", **WHY).status_code == 404
    assert Api(server, "chief", "hat_yai").get("units/c1/track", **WHY).status_code == 404
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station="hat_yai", unit="c1")], clock())
    assert Api(server).get("units/c1/track", **WHY).status_code == 400
    assert Api(server).get("units/c1/track", **WHY, station="hat_yai").json()["station"] == "hat_yai"


@pytest.mark.parametrize(
    "query",
    [{"from": "2026-01-01T00:00:00"}, {"from": "soon"}, {"limit": "0"}, {"limit": "x"}, {"cursor": "§"},
     {"cursor": "W10"}, {"cursor": "bnVsbA"}, {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}],
)  # fmt: skip
def test_a_wrong_question_is_answered_in_one_line(server: LiveServer, query: dict[str, str]) -> None:
    answer = Api(server).get("alarms", **query)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}


def test_alarms_newest_first_in_pages_and_by_station(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    ids = [pressed(sqlite_db, f"e{n}", at=now + n) for n in range(3)]
    pressed(sqlite_db, "h", "hat_yai", at=now + 9)
    unknown = pressed(sqlite_db, "u", "_unknown", at=now + 10)
    first = Api(server, "viewer", "lumphini").get("alarms", limit=2).json()
    assert [alarm["id"] for alarm in first["alarms"]] == [ids[2], ids[1]]
    rest = Api(server, "viewer", "lumphini").get("alarms", limit=2, cursor=first["next"]).json()
    assert ([alarm["id"] for alarm in rest["alarms"]], rest["next"]) == ([ids[0]], None)
    assert rest["alarms"][0]["box"] == "p-e0"
    seen = [
        {alarm["id"] for alarm in Api(server, role).get("alarms").json()["alarms"]} for role in ("viewer", "chief")
    ]
    assert unknown not in seen[0]
    assert unknown in seen[1]
    assert len(seen[0]) == 4


def test_the_life_of_an_alarm_by_api(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    api = Api(server, "dispatcher")
    assert api.post(f"alarms/{name}/acknowledge").json()["state"] == "acknowledged"
    again = api.post(f"alarms/{name}/acknowledge")
    told = again.json()
    assert (again.status_code, told["by"], told["state"]) == (409, "somchai", "acknowledged")
    assert told["error"].startswith("already acknowledged by somchai at 20")
    assert told["at"] == api.get(f"alarms/{name}").json()["history"][-1]["at"]
    assert api.post(f"alarms/{name}/assign", {}).status_code == 409
    nobody = api.post(f"alarms/{name}/assign", {"unit": "ghost"})
    assert (nobody.status_code, nobody.json()) == (422, {"error": "no unit ghost in the register of lumphini"})
    assert api.post(f"alarms/{name}/assign", {"unit": "c1"}).json()["assigned"] == "c1"
    assert api.post(f"alarms/{name}/arrive", {}).json()["state"] == "on_scene"
    assert api.post(f"alarms/{name}/note", {"note": "ส่งต่อ\x00\u202eโรงพยาบาล"}).json()["state"] == "on_scene"
    assert api.post(f"alarms/{name}/close", {"outcome": "nonsense"}).status_code == 409
    assert api.post(f"alarms/{name}/close", {"outcome": "helped"}).json()["outcome"] == "helped"
    assert api.get("alarms").json()["alarms"] == []
    assert [alarm["id"] for alarm in api.get("alarms", state="all").json()["alarms"]] == [name]
    with sqlite_db.read() as conn:
        steps = alarms.history(conn, "lumphini", name)
    assert [(step.step, step.by) for step in steps][1:3] == [("acknowledge", "somchai"), ("assign", "somchai")]
    assert steps[1].origin == "127.0.0.1"
    assert [step.detail for step in steps if step.step == "note"] == ["ส่งต่อโรงพยาบาล"]


def test_steps_need_a_role_a_station_and_an_alarm(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    for role in ("viewer", "analyst"):
        answer = Api(server, role).post(f"alarms/{name}/acknowledge")
        assert (answer.status_code, answer.json()["error"]) == (403, f"the role {role} may not step alarm here")
    assert Api(server, "dispatcher", "hat_yai").post(f"alarms/{name}/acknowledge").status_code == 404
    assert Api(server).post("alarms/none/acknowledge").status_code == 404
    assert Api(server).post(f"alarms/{name}/explode").status_code == 404
    assert Api(server).get("alarms").json()["alarms"][0]["state"] == "raised"


def test_nobody_is_told_anything_without_an_identity(server: LiveServer) -> None:
    for path in ("units", "units/c1/track", "alarms", "incidents", "zones", "sources", "openapi.json"):
        assert server.http.get(f"{server.url}/api/v1/{path}").status_code == 401, path
    for path in ("alarms/x/close", "incidents"):
        assert server.http.post(f"{server.url}/api/v1/{path}", json={}).status_code in (401, 422), path
    assert server.http.get(f"{server.url}/api/v1/docs").status_code == 404


def test_a_body_too_large_or_not_json_is_refused(server: LiveServer) -> None:
    url = f"{server.url}/api/v1/incidents?role=administrator"
    large = server.http.post(url, content=b" " * (MAX_BODY + 1), headers={"content-type": "application/json"})
    assert (large.status_code, large.json()["error"]) == (413, f"a body has at most {MAX_BODY} bytes")
    for body in (b"{", b"\xff", b"null", b"[]", b'{"station":"lumphini"}', b"[" * 3000):
        answer = server.http.post(url, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), body[:20]
        assert answer.json()["error"]


def given(name: str, **more: Any) -> dict[str, Any]:
    return {
        "station": "lumphini", "id": name, "occurred_from": "2026-01-02T03:04:05+07:00", "offence": "ลักทรัพย์",
        "lat": 13.75, "lon": 100.55,
    } | more  # fmt: skip


def test_an_incident_is_recorded_once(server: LiveServer, sqlite_db: Database) -> None:
    api = Api(server, "dispatcher")
    assert api.post("incidents", given("i1")).status_code == 201
    assert (api.post("incidents", given("i1")).status_code, api.post("incidents", given("i1")).json()["status"]) == (
        200,
        "duplicate",
    )
    with sqlite_db.read() as conn:
        (deed,) = [one for one in told(conn) if one["action"] == "data.incident_recorded"]
    assert (deed["station"], deed["object"].rpartition("/")[2]) == ("lumphini", "i1")
    (found,) = api.get("incidents").json()["incidents"]
    assert (found["incident_id"], found["source"], found["offence_group"]) == ("i1", "api", 2)
    assert found["occurred_from"] == "2026-01-02T03:04:05.000+07:00"


@pytest.mark.parametrize(
    ("more", "status"),
    [({"station": "nowhere"}, 404), ({"lat": 91}, 422), ({"lon": None}, 422), ({"lat": 0, "lon": 0}, 422),
     ({"occurred_from": "2026-01-02T03:04:05"}, 422), ({"occurred_from": "2099-01-02T03:04:05Z"}, 422),
     ({"occurred_from": "2006-01-02T03:04:05Z"}, 422), ({"reported_at": "9999-01-02T03:04:05Z"}, 422),
     ({"occurred_to": "2025-01-02T03:04:05Z"}, 422), ({"offence": ""}, 422), ({"found_by": "crystal ball"}, 422)],
)  # fmt: skip
def test_a_wrong_incident_is_refused(server: LiveServer, more: dict[str, Any], status: int) -> None:
    answer = Api(server).post("incidents", given("i1", **more))
    assert answer.status_code == status
    assert answer.json()["error"]
    assert Api(server).get("incidents").json()["incidents"] == []


def test_incidents_need_a_role_and_a_station_of_ones_own(server: LiveServer) -> None:
    assert Api(server, "viewer").post("incidents", given("i1")).status_code == 403
    assert Api(server, "chief", "hat_yai").post("incidents", given("i1")).status_code == 404


def fill(db: Database) -> None:
    reports = [
        IncidentReport("lumphini", "test", f"i{n}", 1_700_000_000_000 + n, "theft", n, offence_group=1 + n % 4,
                       lat=13.75 if n % 2 else 14.5, lon=100.55, description='=HYPERLINK("x")')
        for n in range(6)
    ]  # fmt: skip
    reports.append(IncidentReport("hat_yai", "test", "h1", 1_700_000_000_000, "theft", 1))
    with db.write() as tx:
        for report in reports:
            incidents.take(tx, report)


def test_incidents_by_group_zone_time_and_page(server: LiveServer, sqlite_db: Database) -> None:
    fill(sqlite_db)
    api = Api(server)

    def names(**query: Any) -> list[str]:
        return [row["incident_id"] for row in api.get("incidents", **query).json()["incidents"]]

    assert names(station="lumphini") == ["i5", "i4", "i3", "i2", "i1", "i0"]
    assert names(group="1,2") == ["i5", "i4", "i1", "i0"]
    assert names(zone="z1") == ["i5", "i3", "i1"]
    assert names(to="2023-11-14T22:13:20.002Z", station="lumphini") == ["i1", "i0"]
    page = api.get("incidents", limit=4).json()
    assert [row["incident_id"] for row in page["incidents"]] == ["i5", "i4", "i3", "i2"]
    assert names(limit=4, cursor=page["next"]) == ["i1", "h1", "i0"]
    assert Api(server, "viewer", "hat_yai").get("incidents").json()["incidents"][0]["incident_id"] == "h1"
    assert api.get("incidents", zone="none").status_code == 404
    assert api.get("incidents", group="5").status_code == 400
    assert api.get("incidents", group="x").status_code == 400
    assert Api(server, "viewer", "hat_yai").get("incidents", zone="z1").status_code == 404
    assert Api(server, "viewer", "hat_yai").get("incidents", station="lumphini").status_code == 404


def test_incident_files_are_whole_and_safe(server: LiveServer, sqlite_db: Database) -> None:
    fill(sqlite_db)
    for why in ({}, {"purpose": "test"}):
        refused = Api(server, "analyst").get("incidents", format="csv", **why)
        assert (refused.status_code, "state a purpose first" in refused.json()["error"]) == (403, True)
    assert Api(server, "viewer").get("incidents", format="csv", **WHY).status_code == 403
    with sqlite_db.read() as conn:
        assert told(conn) == []
    answer = Api(server).get("incidents", format="csv", **WHY)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 7
    assert all(row["description"] == "" or row["description"].startswith("'=") for row in rows)
    collection = Api(server).get("incidents", format="geojson", station="lumphini", **WHY).json()
    assert [feature["geometry"]["coordinates"][1] for feature in collection["features"]][:2] == [13.75, 14.5]
    with sqlite_db.read() as conn:
        assert [(deed["action"], deed["station"], bool(deed["purpose"])) for deed in told(conn)] == [
            ("saw.purpose", "", True), ("exported.incidents", "", True),
            ("saw.purpose", "", True), ("exported.incidents", "lumphini", True),
        ]  # fmt: skip


def test_who_only_looks_gets_neither_names_nor_words(server: LiveServer, sqlite_db: Database) -> None:
    fill(sqlite_db)
    name = pressed(sqlite_db)
    assert Api(server, "dispatcher").post(f"alarms/{name}/acknowledge").status_code == 200
    assert Api(server, "dispatcher").post(f"alarms/{name}/note", {"note": "สมหญิง 0812345678"}).status_code == 200
    for role, named, words in (("dispatcher", True, True), ("analyst", False, True), ("viewer", False, False)):
        case = Api(server, role).get(f"alarms/{name}").json()
        assert (case["alarm"]["by"] == "somchai", case["history"][1]["by"] == "somchai") == (named, named)
        assert bool(case["history"][1]["from"]) is named
        assert ("0812345678" in str(case["history"])) is words
        listed = Api(server, role).get("incidents").json()["incidents"]
        assert any(row["description"] for row in listed) is words


def test_zones_are_geojson(server: LiveServer) -> None:
    (zone,) = Api(server).get("zones").json()["features"]
    assert zone["geometry"] == orjson.loads(SQUARE)
    assert (zone["properties"]["zone"], zone["properties"]["name_th"]) == ("z1", "ตลาด")
    assert Api(server, "viewer", "hat_yai").get("zones").json()["features"] == []


def test_sources_count_by_reason_with_their_lag(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    counts = {
        ("native", "lumphini", sources.ACCEPTED): 5, ("native", "lumphini", sources.DUPLICATE): 2,
        ("native", "lumphini", "clock"): 3, ("native", "lumphini", sources.LATE): 1,
    }  # fmt: skip
    with sqlite_db.write() as tx:
        sources.count_all(tx, counts, now)
    drive(sqlite_db, server, [Fix("lumphini", "c1", now - 2000, 13.73, 100.54, received_at=now)])
    (source,) = Api(server).get("sources").json()["sources"]
    assert datetime.fromisoformat(source.pop("newest")).timestamp() * 1000 == now
    assert source == {
        "source": "native", "station": "lumphini", "received": 10, "accepted": 5, "duplicate": 2,
        "rejected": {"clock": 3}, "late": 1, "lag_p50_s": 2.0, "lag_p95_s": 2.0,
    }  # fmt: skip
    assert Api(server, "viewer", "hat_yai").get("sources").json()["sources"] == []


def test_quantiles_are_nearest_rank() -> None:
    assert quantile([], 0.5) is None
    assert quantile([1000], 0.95) == 1.0
    assert quantile([n * 1000 for n in range(100)], 0.95) == 95.0


def test_the_description_names_every_path(server: LiveServer) -> None:
    described = Api(server).get("openapi.json").json()
    assert described["servers"] == [{"url": "/api/v1"}]
    steps = ("acknowledge", "assign", "arrive", "close", "note", "shelve", "unshelve")
    assert set(described["paths"]) == {
        "/units", "/units/{unit}/track", "/alarms", "/alarms/queue", "/alarms/{alarm}",
        *(f"/alarms/{{alarm}}/{step}" for step in steps), "/incidents", "/zones", "/hotspots", "/sources", "/audit",
    }  # fmt: skip


def test_a_locked_store_is_503(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    with sqlite_db.write():
        url = f"{server.url}/api/v1/alarms/{name}/acknowledge?role=chief"
        answer = server.http.post(url)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_one_alarm_with_its_history_and_what_its_origin_had_before(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    api = Api(server, "dispatcher")
    whole = api.get(f"alarms/{name}").json()
    assert (whole["alarm"]["id"], whole["alarm"]["family"], whole["alarm"]["priority"]) == (name, "help", 1)
    assert [(line["step"], line["old_state"], line["new_state"]) for line in whole["history"]] == [
        ("raise", "", "raised")
    ]
    assert whole["earlier"] == []
    assert api.get("alarms/nobody").status_code == 404
    refused = api.post(f"alarms/{name}/shelve", {"minutes": 5, "note": "it is loud"})
    assert refused.status_code == 409
    assert "technical alarms only" in refused.json()["error"]


def test_who_decided_on_an_older_state_is_told_who_was_first(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    api = Api(server, "dispatcher")
    seen = api.post(f"alarms/{name}/acknowledge").json()["version"]
    assert api.post(f"alarms/{name}/assign", {"unit": "c1", "version": seen}).status_code == 200
    late = api.post(f"alarms/{name}/assign", {"unit": "c1", "version": seen})
    assert (late.status_code, late.json()["by"], late.json()["state"]) == (409, "somchai", "assigned")


def test_the_queue_groups_equipment_and_leaves_the_press_alone(server: LiveServer, sqlite_db: Database) -> None:
    name = pressed(sqlite_db)
    lost = frozenset({Kind.BOX_LOST})
    with sqlite_db.write() as tx:
        for n in range(10):
            settle(tx, Trouble("lumphini", "box", f"t{n}", lost, {Kind.BOX_LOST: "silent"}), clock(), said=lost)
    first, second = Api(server, "dispatcher").get("alarms/queue").json()["rows"]
    assert first["alarm"]["id"] == name
    assert (second["group"]["family"], second["group"]["why"], second["group"]["count"]) == ("technical", "flood", 10)


def test_hotspots_are_told_as_they_were_made_to_those_who_may(server: LiveServer, sqlite_db: Database) -> None:
    made = sample(clock())
    keys = (("lumphini", "robbery"), ("lumphini", "violence"), ("hat_yai", "robbery"))
    with sqlite_db.write() as tx:
        hotspots.keep(tx, [row_of(replace(made, family=family), station, "z1") for station, family in keys])
    answer = Api(server, "chief", "lumphini").get("hotspots", zone="z1", group="2", days=28).json()
    [one] = answer["maps"]
    assert (one["station"], one["family"], one["verdict"]) == ("lumphini", "robbery", made.verdict)
    assert one["record"]["naive_hit"] == RECORD.naive_hit
    assert len(one["hash"]) == 64
    assert [feature["properties"]["rank"] for feature in answer["features"]] == [
        rank for rank, _ in enumerate(made.hotspots, 1)
    ]
    assert answer["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    asked = Api(server, "analyst", "lumphini")
    assert {one["family"] for one in asked.get("hotspots").json()["maps"]} == {"robbery", "violence"}
    assert asked.get("hotspots").json()["changed"] == []
    assert asked.get("hotspots").json()["next"] is None
    every = Api(server, "administrator")
    first = every.get("hotspots", limit=1).json()
    second = every.get("hotspots", limit=1, cursor=first["next"]).json()
    assert [{one["station"] for one in page["maps"]} for page in (first, second)] == [{"hat_yai"}, {"lumphini"}]
    assert (len(second["maps"]), second["next"]) == (2, None)
    assert every.get("hotspots", cursor="nonsense").status_code == 400
    assert asked.get("hotspots", days=7).json()["maps"] == []
    assert asked.get("hotspots", group="4").json()["maps"] == []
    assert asked.get("hotspots", station="hat_yai").status_code == 404
    assert asked.get("hotspots", family="gossip").status_code == 400
    assert Api(server, "viewer", "lumphini").get("hotspots").status_code == 403
