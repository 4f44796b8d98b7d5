"""Looking back over a real server: who may, how far, and what comes."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from dashboard.access.asking import RefusedError
from dashboard.access.identity import Who
from dashboard.live.past_routes import Parts, past_routes
from dashboard.live.purposes import Purposes
from models.picture import Picture
from models.records.position import Fix
from models.records.purpose import PastReading, Purpose
from models.records.sos import EventKind, Signal
from models.records.unit import Unit
from store import positions, purposes, registers, sos
from store.database import Database
from tests.app.live_support import LiveServer, add_stations
from tests.app.serving import clock

HOUR = 3_600_000
DISPATCHER = "role=dispatcher&stations=lumphini"


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[LiveServer]:
    """A server over a store with two stations of one unit each, a fix each 5 s for the last two hours."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    now = clock()
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station=code, unit="c1") for code in ("lumphini", "hat_yai")], now)
        fixes = [
            Fix(code, "c1", now - ago, 13.7, 100.5, 30.0, 90.0, 5.0, None, "native", 0, now - ago)
            for code in ("lumphini", "hat_yai")
            for ago in range(0, 2 * HOUR, 5000)
        ]
        positions.insert_fixes(tx, fixes, Picture().units)
    parts = Parts(sqlite_db, clock, Purposes(sqlite_db, clock), 90)
    with LiveServer(sqlite_db, past_routes(lambda: parts)) as running:
        yield running


def ask(server: LiveServer, what: str, **headers: str) -> httpx.Response:
    return server.http.get(f"{server.url}/live/{what}", headers=headers)


def state(server: LiveServer, who: str = DISPATCHER, csrf: str = "csrf", **body: object) -> httpx.Response:
    said = {"reason": "incident", "text": "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี"} | body
    return server.http.post(f"{server.url}/live/purpose?{who}", json=said, headers={"x-csrf": csrf})


def purpose(server: LiveServer, who: str = DISPATCHER) -> str:
    answer = state(server, who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def recent(ago: int = HOUR, until: int = 0, more: str = "") -> str:
    now = clock()
    return f"tracks?{DISPATCHER}&from={now - ago}&to={now - until}{more}"


def test_the_last_hour_of_the_own_stations_needs_no_purpose(server: LiveServer) -> None:
    answer = ask(server, recent())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ssz-tracks"
    assert answer.headers["cache-control"] == "no-store"
    magic, version, flags, _, units, _, _ = struct.unpack_from("<4sBBHIdd", answer.content)
    assert (magic, version, flags, units) == (b"SSZT", 1, 0, 1)
    assert b"lumphini/c1" in answer.content
    assert b"hat_yai" not in answer.content
    assert len(answer.content) > 600 * 16


def test_it_comes_packed_to_those_who_can_unpack(server: LiveServer) -> None:
    with server.http.stream("GET", f"{server.url}/live/{recent()}", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert len(raw) < len(gzip.decompress(raw)) / 2
    plain = ask(server, recent(), **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_what_is_older_or_one_officers_alone_needs_a_purpose(server: LiveServer) -> None:
    for asked in (recent(2 * HOUR, HOUR), recent(HOUR, 0, "&unit=lumphini/c1")):
        refused = ask(server, asked)
        assert refused.status_code == 403
        assert refused.text.startswith("state a purpose first")


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_answers_no_alarms_sees_no_tracks(server: LiveServer, role: str) -> None:
    assert ask(server, recent().replace("dispatcher", role)).status_code == 403


def test_strangers_before_a_screen_see_no_tracks(server: LiveServer) -> None:
    assert ask(server, recent(more="&visitor=1")).status_code == 403


def test_nobody_without_a_session(server: LiveServer) -> None:
    assert ask(server, recent().replace("role=dispatcher", "")).status_code == 401


@pytest.mark.parametrize(
    "window",
    [
        "", "from=1", "from=x&to=y", "from=-1&to=5", "from=1e12&to=2e12", "from=99999999999999&to=99999999999999",
        "from=1700000000000&to=1700000000000", "from=1700000000000&to=1700003600001", "from=1700000000000",
        "from=7000000000000&to=7000000001000", "from=%00&to=%27--", "from=๑๗๐๐๐๐๐๐๐๐๐๐๐&to=1700000000001",
    ],
)  # fmt: skip
def test_what_is_no_window_is_said_so(server: LiveServer, window: str) -> None:
    answer = ask(server, f"tracks?{DISPATCHER}&{window}")
    assert answer.status_code == 400
    assert answer.text


@pytest.mark.parametrize("unit", ["", "lumphini", "/c1", "lumphini/", "x/" + "y" * 300, "x/%00"])
def test_what_is_no_unit_is_said_so(server: LiveServer, unit: str) -> None:
    assert ask(server, recent(more=f"&unit={unit}")).status_code == 400


def logged(db: Database) -> list[tuple[Purpose, list[PastReading]]]:
    with db.read() as conn:
        return [(one, purposes.readings(conn, one.id)) for one in purposes.purposes(conn)]


def test_with_a_stated_purpose_the_past_is_read_and_each_hour_of_it_is_written_down(
    server: LiveServer, sqlite_db: Database
) -> None:
    mine = purpose(server)
    start = clock() - 2 * HOUR
    asked = f"tracks?{DISPATCHER}&from={start}&to={start + 600_000}"
    for _ in range(3):
        assert ask(server, asked, **{"x-purpose": mine}).status_code == 200
    assert (
        ask(server, f"past?{DISPATCHER}&at={start}&until={start + 600_000}", **{"x-purpose": mine}).status_code == 200
    )
    assert ask(server, f"{asked}&unit=lumphini/c1", **{"x-purpose": mine}).status_code == 200
    ((stated, read),) = logged(sqlite_db)
    assert (stated.who, stated.role, stated.stations, stated.reason) == (
        "somchai",
        "dispatcher",
        "lumphini",
        "incident",
    )
    assert stated.text == "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี"
    hours = {first for first, _ in purposes.pieces(start, start + 600_000)}
    assert {(row.unit, row.window_from) for row in read} == {
        (unit, at) for unit in ("", "lumphini/c1") for at in hours
    }


def test_a_purpose_is_the_ones_who_stated_it_and_ends(server: LiveServer, sqlite_db: Database) -> None:
    mine = purpose(server)
    asked = recent(2 * HOUR, HOUR)
    assert ask(server, asked, **{"x-purpose": mine}).status_code == 200
    assert ask(server, asked.replace("role=", "digest=other&role="), **{"x-purpose": mine}).status_code == 403
    for wrong in ("", "0" * 32, "x" * 9000, "' OR 1=1 --"):
        assert ask(server, asked, **{"x-purpose": wrong}).status_code == 403
    with sqlite_db.read() as conn:
        stated = purposes.find(conn, mine)
    assert stated is not None
    late = Purposes(sqlite_db, lambda: stated.expires_at)
    who = Who("somchai", "dispatcher", None, "session", stated.holder, "csrf")
    with pytest.raises(RefusedError):
        late.reading(who, mine, None, 1, 2, "")


def test_what_cannot_be_written_down_is_not_read(server: LiveServer, sqlite_db: Database) -> None:
    mine = purpose(server)
    with sqlite_db.write() as tx:
        tx.conn.execute(text("DROP TABLE past_reading"))
    start = clock() - 2 * HOUR
    answer = ask(server, f"past?{DISPATCHER}&at={start}", **{"x-purpose": mine})
    assert answer.status_code >= 500
    assert b"units" not in answer.content


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("incident", ""), ("incident", "test"), ("incident", "aaaaaaaaaaaaaaaa"), ("incident", "\u200b" * 50),
        ("because", "ตรวจสอบเหตุชิงทรัพย์"), ("incident", "ก" * 501), ("incident", 5), (None, "ตรวจสอบเหตุชิงทรัพย์"),
    ],
)  # fmt: skip
def test_an_empty_form_is_no_purpose(server: LiveServer, sqlite_db: Database, reason: object, said: object) -> None:
    assert state(server, reason=reason, text=said).status_code == 400
    assert logged(sqlite_db) == []


def test_a_purpose_is_stated_by_our_own_page_only_and_by_those_who_may(
    server: LiveServer, sqlite_db: Database
) -> None:
    assert state(server, csrf="wrong").status_code == 403
    assert state(server, "role=viewer").status_code == 403
    assert state(server, more="x" * 9000).status_code == 413
    assert logged(sqlite_db) == []


def test_a_past_moment_tells_units_with_their_age_then(server: LiveServer) -> None:
    at = clock() - HOUR
    answer = ask(server, f"past?{DISPATCHER}&at={at}", **{"x-purpose": purpose(server)})
    said = answer.json()
    assert [unit["s"] for unit in said["units"]] == ["lumphini"]
    assert 0 <= at - said["units"][0]["at"] < 5000
    assert (said["at"], said["until"], said["alarms"]) == (at, at + 1, [])
    assert said["first"] <= clock() - 2 * HOUR + 10_000
    assert answer.headers["cache-control"] == "no-store"


def test_before_what_is_kept_the_border_is_told(server: LiveServer) -> None:
    at = clock() - 400 * 86_400_000
    said = ask(server, f"past?{DISPATCHER}&at={at}", **{"x-purpose": purpose(server)}).json()
    assert at < said["kept"] < said["first"]
    assert [unit["lat"] for unit in said["units"]] == []


def test_a_scope_without_units_or_stations_is_empty_not_an_error(server: LiveServer) -> None:
    for who in ("role=dispatcher&stations=nowhere", "role=dispatcher&stations="):
        said = ask(server, f"past?{who}&at={clock() - HOUR}", **{"x-purpose": purpose(server, who)}).json()
        assert (said["units"], said["boxes"], said["first"]) == ([], [], None)


@pytest.mark.parametrize("asked", ["", "at=", "at=1", "at=nan", "at=9999999999999999", "at=1700000000000&until=1"])
def test_what_is_no_moment_is_said_so(server: LiveServer, asked: str) -> None:
    assert ask(server, f"past?{DISPATCHER}&{asked}").status_code == 400


def test_a_moment_that_has_not_come_is_said_so(server: LiveServer) -> None:
    answer = ask(server, f"past?{DISPATCHER}&at={clock() + 3 * HOUR}", **{"x-purpose": purpose(server)})
    assert (answer.status_code, answer.text) == (400, "that moment has not come yet")


def test_the_alarms_around_a_moment(server: LiveServer, sqlite_db: Database) -> None:
    now = clock()
    for ago, station in ((3000, "lumphini"), (2000, "hat_yai"), (1000, "lumphini")):
        with sqlite_db.write() as tx:
            at = now - ago
            sos.take_signal(tx, Signal(station, "box", f"b{ago}", "p", at, EventKind.PRESS, at), at)
    mine = purpose(server)
    said = ask(server, f"alarms?{DISPATCHER}&at={now - 2500}", **{"x-purpose": mine}).json()
    assert [said["before"][:2], said["after"][:2]] == [[now - 3000, "lumphini"], [now - 1000, "lumphini"]]
    end = ask(server, f"alarms?{DISPATCHER}&at={now}", **{"x-purpose": mine}).json()
    assert end["after"] is None
    assert ask(server, f"alarms?{DISPATCHER}&at={now}").status_code == 403
