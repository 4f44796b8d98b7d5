"""The door of incidents' files on a real server: who may, what for, of which stations, and what is in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.exports.routes import Parts, file_routes
from dashboard.live.purposes import Purposes
from models.formats import incident_files
from models.records.incident import IncidentReport
from models.response.targets import TARGETS
from store import imports
from store.columns import Columns
from store.database import Database
from tests.app.live_support import Known, LiveServer, add_stations
from tests.app.serving import clock
from tests.servers import wait_until

ANALYST = "role=analyst&stations=lumphini"
MARKS = {"lumphini": "ข้อความลุมพินี", "hat_yai": "ข้อความหาดใหญ่"}


def door(app: ASGIApp) -> ASGIApp:
    """Who asks is told in the query; the route, which refuses names it does not know, is not shown that."""

    async def without(scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope.get("query_string", b"").split(b"&")
        await app({**scope, "query_string": b"&".join(one for one in parts if one[:5] not in (b"role=", b"stati"))},
                  receive, send)  # fmt: skip

    return Known(without)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture
def server(sqlite_db: Database, folder: Path) -> Iterator[tuple[LiveServer, Purposes]]:
    """A server over two stations' incidents."""
    add_stations(sqlite_db, *MARKS)
    now = clock()
    with sqlite_db.write() as tx:
        for station, mark in MARKS.items():
            told = [
                IncidentReport(station, "desk", f"{station}-{n}", now - n * 3_600_000, "theft", now, offence_group=2,
                               lat=13.73, lon=100.54, place_quality="exact", description=mark)
                for n in range(1, 6)
            ]  # fmt: skip
            imports.take_all(tx, told, station)
    columns, purposes = Columns(sqlite_db, None, clock, ZoneInfo("Asia/Bangkok")), Purposes(sqlite_db, clock)
    assert columns.wait()
    parts = Parts(sqlite_db, columns, purposes, clock, ZoneInfo("Asia/Bangkok"), TARGETS, "th", folder)
    try:
        with LiveServer(sqlite_db, file_routes(lambda: parts), door) as running:
            yield running, purposes
    finally:
        columns.stop()


def ask(server: LiveServer, who: str = ANALYST, **asked: str) -> httpx.Response:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return server.http.get(f"{server.url}/live/incidents/file?{who}&{query}")


def test_it_leaves_with_its_purpose_and_of_ones_own_stations_only(
    server: tuple[LiveServer, Purposes], sqlite_db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, _ = server
    assert ask(running, purpose="none").status_code == 403  # nothing was stated
    assert ask(running, "role=viewer&stations=lumphini").status_code == 403
    assert ask(running, "").status_code == 401
    monkeypatch.setattr(Purposes, "must_hold", lambda *_: None)
    got = {kind: ask(running, format=kind, period="28") for kind in ("csv", "geojson", "xlsx", "parquet", "gpkg")}
    for kind, answer in got.items():
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), kind
        assert f'incidents.{kind}"' in answer.headers["content-disposition"]
        assert b"hat_yai" not in answer.content
    lines = got["csv"].content.decode("utf-8-sig").splitlines()
    assert "# จำนวนคดี: 5" in lines
    assert sum(MARKS["lumphini"] in line for line in lines) == 5
    wait_until(lambda: not list(folder.iterdir()), 30, "what was made on disk is gone")
    assert ask(running, format="pdf").status_code == 400
    assert ask(running, group="x").status_code == 400  # a filter that is not understood is no filter
    assert (ask(running, gruop="1").status_code, ask(running, gruop="1").text) == (400, "not understood: gruop")
    monkeypatch.setattr(incident_files, "MOST_SHEET", 4)
    assert ask(running, format="xlsx", period="28").status_code == 413  # and no deed of what did not leave
    with sqlite_db.read() as conn:
        deeds = [*conn.exec_driver_sql("SELECT * FROM audit"), *conn.exec_driver_sql("SELECT * FROM audit_waiting")]
    assert sum("exported.incidents" in str(one) for one in deeds) == 5
