"""Looking back over a real server: who may, how far, and what comes."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator

import httpx
import pytest

from dashboard.live.past_routes import Parts, past_routes
from models.picture import Picture
from models.records.position import Fix
from models.records.unit import Unit
from store import positions, registers
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
    with LiveServer(sqlite_db, past_routes(lambda: Parts(sqlite_db, clock))) as running:
        yield running


def ask(server: LiveServer, what: str, **headers: str) -> httpx.Response:
    return server.http.get(f"{server.url}/live/{what}", headers=headers)


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
        assert (refused.status_code, refused.text) == (403, "state a purpose first")


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_answers_no_alarms_sees_no_tracks(server: LiveServer, role: str) -> None:
    assert ask(server, recent().replace("dispatcher", role)).status_code == 403


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


@pytest.mark.parametrize("unit", ["", "lumphini", "/c1", "lumphini/", "x/" + "y" * 300])
def test_what_is_no_unit_is_said_so(server: LiveServer, unit: str) -> None:
    assert ask(server, recent(more=f"&unit={unit}")).status_code == 400
