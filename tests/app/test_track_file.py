"""A unit's track as GPX: the door on a real server, and the page that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import httpx
import pytest

from dashboard.access.identity import Who
from dashboard.exports.track_routes import Parts, track_file_routes
from dashboard.live.past_routes import Parts as Past
from dashboard.live.past_routes import past_routes
from dashboard.live.purposes import Purposes
from models.picture import Picture
from models.records.position import Fix, FixFlag
from models.records.unit import Unit
from store import audit, one_track, positions, registers
from store.database import Database
from store.errors import StorageError
from tests.app.live_support import LiveServer, add_stations
from tests.app.page_harness import looking, opened
from tests.app.serving import clock

HOUR = 3_600_000
DISPATCHER = "role=dispatcher&stations=lumphini"
POINT = ".//{http://www.topografix.com/GPX/1/1}trkpt"


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[tuple[LiveServer, int]]:
    """Two stations with a unit each, 1,440 fixes over two hours, one of them out of area; and when they begin."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    now = clock()
    with sqlite_db.write() as tx:
        units = [Unit(station=code, unit="c1", call_sign="สายตรวจ 1") for code in ("lumphini", "hat_yai")]
        registers.put_units(tx, units, now)
        fixes = [
            Fix(code, "c1", now - 2 * HOUR + step * 5000, 13.7, 100.5, 30.0, 90.0, 5.0, None, "native",
                int(FixFlag.OUT_OF_AREA) if step == 700 else 0, now)
            for code in ("lumphini", "hat_yai")
            for step in range(1_440)
        ]  # fmt: skip
        positions.insert_fixes(tx, fixes, Picture().units)
    purposes = Purposes(sqlite_db, clock)
    past, parts = (
        Past(sqlite_db, clock, purposes, 90),
        Parts(sqlite_db, purposes, clock, ZoneInfo("Asia/Bangkok"), "th"),
    )
    with LiveServer(sqlite_db, [*past_routes(lambda: past), *track_file_routes(lambda: parts)]) as running:
        yield running, now - 2 * HOUR


def purpose(server: LiveServer) -> str:
    said = {"reason": "incident", "text": "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี"}
    answer = server.http.post(f"{server.url}/live/purpose?{DISPATCHER}", json=said, headers={"x-csrf": "csrf"})
    return str(answer.json()["id"])


def ask(server: LiveServer, start: int, end: int, more: str, who: str = DISPATCHER) -> httpx.Response:
    return server.http.get(f"{server.url}/live/tracks/file?{who}&from={start}&to={end}&{more}")


def test_it_leaves_with_its_purpose_whole_and_is_written_down_twice(
    server: tuple[LiveServer, int], sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, start = server
    end, mine = start + 2 * HOUR, "unit=lumphini/c1"
    stated = f"purpose={purpose(running)}"
    for refused, status in (
        (ask(running, start, end, mine), 403),  # nothing was stated
        (ask(running, start, end, f"{mine}&{stated}", f"{DISPATCHER}&digest=other"), 403),
        (ask(running, start, end, f"{mine}&{stated}", "role=analyst&stations=lumphini"), 403),
        (ask(running, start, end, f"{mine}&{stated}", f"{DISPATCHER}&visitor=1"), 403),
        (ask(running, start, end, f"{mine}&{stated}", "x=1"), 401),
        (ask(running, start, end, f"unit=hat_yai/c1&{stated}"), 404),
        (ask(running, start, end, f"unit=lumphini/c9&{stated}"), 404),
        (ask(running, start, end, stated), 400),
        (ask(running, end, start, f"{mine}&{stated}"), 400),
        (ask(running, start - 40 * 24 * HOUR, end, f"{mine}&{stated}"), 400),
    ):
        assert (refused.status_code, "gpx" in refused.headers["content-type"]) == (status, False), refused.text
    monkeypatch.setattr(one_track, "_MOST", 500)  # so that this track comes in pieces
    answer = ask(running, start, end, f"{mine}&{stated}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert 'filename="track-lumphini-c1.gpx"' in answer.headers["content-disposition"]
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own bytes
    times = [str(point[0].text) for point in tree.findall(POINT)]
    assert (len(times), times) == (1_439, sorted(set(times)))
    desc = str(tree[0][1].text)
    assert ("จำนวนตำแหน่งในไฟล์: 1439" in desc, "somchai" in desc, "25" in desc) == (True, True, True)
    with sqlite_db.read() as conn:
        deeds = [str(one) for one in (*conn.exec_driver_sql("SELECT * FROM audit"),
                                      *conn.exec_driver_sql("SELECT * FROM audit_waiting"))]  # fmt: skip
    written = [one for one in deeds if "unit:c1" in one]
    assert (sum("exported.track" in one for one in written), sum("saw.track" in one for one in written)) == (1, 1)


def test_what_cannot_be_written_down_does_not_leave(
    server: tuple[LiveServer, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageError("full")

    running, start = server
    stated = purpose(running)
    monkeypatch.setattr(audit, "record", fails)
    answer = ask(running, start, start + HOUR, f"unit=lumphini/c1&purpose={stated}")
    assert (answer.status_code, b"<gpx" in answer.content) == (503, False)


def test_the_page_keeps_to_ones_own_units(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add_stations(sqlite_db, "lumphini", "hat_yai")
    with sqlite_db.write() as tx:
        registers.put_units(tx, [Unit(station=code, unit="c1") for code in ("lumphini", "hat_yai")], clock())
    script = Path(__file__).parents[2] / "pages" / "watch" / "track.py"
    who = Who("somchai", "dispatcher", frozenset({"lumphini"}), "session", "digest", "csrf")
    with looking(sqlite_db, monkeypatch, who) as look:
        page = opened(script, {"unit": "hat_yai/c1", "at": "x"})
        assert page.selectbox(key="track-unit").options == ["c1 · lumphini"]
        assert page.query_params["unit"] in ("lumphini/c1", ["lumphini/c1"])
        page.text_input(key="track-from").input("1/11/2569").run()
        assert "1 พ.ย. 2569" in [one.value for one in page.caption]
        page.text_input(key="track-from").input("32/11/2569").run()
        assert ["32/11/2569" in one.value for one in page.warning] == [True]
        look(Who("somying", "analyst", frozenset({"lumphini"}), "session", "digest", "csrf"))
        page.run()
        assert len(page.error) == 1
        assert not page.selectbox
