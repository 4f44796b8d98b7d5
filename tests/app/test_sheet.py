"""The sheet's door on a real server: who may, that it is written down, and when the alarm was first shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import httpx
import orjson
import pypdfium2
import pytest
from sqlalchemy import text

from dashboard.live.purposes import Purposes
from dashboard.sheet.routes import Parts, sheet_routes
from models.records.alarm import AlarmNow
from models.records.base import UNKNOWN_STATION
from models.records.purpose import REASONS
from models.records.sos import EventKind, Signal, SosBox
from store import purposes, registers, sheet, sos
from store.database import Database
from store.response import times_of_alarm
from tests.app.live_support import LiveServer, add_stations, frame_with
from tests.app.serving import clock
from tests.servers import wait_until

DISPATCHER = "role=dispatcher&stations=lumphini"


def press(db: Database, station: str = "lumphini") -> AlarmNow:
    now = clock()
    with db.write() as tx:
        alarm = sos.take_signal(tx, Signal(station, "box", "b1", "p1", now - 300, EventKind.PRESS, now), now).alarm
    assert alarm is not None
    return alarm


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[LiveServer]:
    """A server over a store with a box."""
    add_stations(sqlite_db, "lumphini", "hat_yai")
    with sqlite_db.write() as tx:
        registers.put_boxes(tx, [SosBox(station="lumphini", box="b1", name_th="ตู้ 1", lat=13.73, lon=100.54)], clock())
    parts = Parts(sqlite_db, clock, ZoneInfo("Asia/Bangkok"), "th", Purposes(sqlite_db, clock))
    with LiveServer(sqlite_db, sheet_routes(lambda: parts)) as running:
        yield running


def ask(
    server: LiveServer, alarm: str, who: str = DISPATCHER, language: str = "th", reason: str = "&reason=incident"
) -> httpx.Response:
    path = f"{server.url}/live/desk/{alarm}/sheet.pdf?{who}{reason}"
    return server.http.get(path, headers={"cookie": f"ssz_language={language}"})


def test_the_sheet_comes_in_the_readers_language_and_is_written_down(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db)
    answers = [ask(server, alarm.id), ask(server, alarm.id, language="en")]
    for answer, words in zip(answers, ("SOS", "After-action sheet of an SOS alarm"), strict=True):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["cache-control"] == "no-store"
        document = pypdfium2.PdfDocument(answer.content)
        try:
            assert words in document[0].get_textpage().get_text_range()
        finally:
            document.close()
    with sqlite_db.read() as conn:
        made = sheet.prints(conn, "lumphini", alarm.id)
    assert [(one.who, one.role, one.address) for one in made] == [("somchai", "dispatcher", "127.0.0.1")] * 2


def test_what_for_is_asked_in_one_click_and_stands_with_the_deed(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db)
    asked = ask(server, alarm.id, reason="")
    assert (asked.status_code, asked.headers["content-type"].partition(";")[0]) == (200, "text/html")
    reasons = re.findall(r'<button name="reason" value="(\w+)">', asked.text)
    assert reasons == list(REASONS)
    assert ask(server, alarm.id, reason="&reason=curiosity").status_code == 403
    with sqlite_db.read() as conn:
        assert sheet.prints(conn, "lumphini", alarm.id) == [], "nothing is handed out before it is said"
    for _ in range(2):  # said once for a shift, of this alarm
        assert ask(server, alarm.id, reason=f"&reason={reasons[1]}").status_code == 200
    with sqlite_db.read() as conn:
        [stated] = purposes.purposes(conn)
        deeds = [orjson.loads(body) for body in conn.execute(text("SELECT body FROM audit_waiting")).scalars()]
    assert (stated.who, stated.reason, alarm.id in stated.text) == ("somchai", "complaint", True)
    assert [one["purpose"] for one in deeds if one["action"] == "exported.sheet"] == [stated.id] * 2


def test_it_is_for_those_who_answer_the_alarms_of_their_stations(server: LiveServer, sqlite_db: Database) -> None:
    alarm, nowhere = press(sqlite_db), press(sqlite_db, UNKNOWN_STATION)
    refused = {
        "": 401, "role=viewer": 403, "role=analyst": 403, f"{DISPATCHER}&visitor=1": 403,
        "role=chief&stations=hat_yai": 404,
    }  # fmt: skip
    for who, status in refused.items():
        answer = ask(server, alarm.id, who)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store"), who
    assert ask(server, "none").status_code == 404
    assert ask(server, nowhere.id).status_code == 200  # of no station: every dispatcher sees it
    with sqlite_db.read() as conn:
        assert sheet.prints(conn, "lumphini", alarm.id) == []


def test_the_first_screen_that_gets_an_alarm_is_noted_in_the_store(server: LiveServer, sqlite_db: Database) -> None:
    alarm = press(sqlite_db)

    def shown() -> float | None:
        with sqlite_db.read() as conn:
            at = float(times_of_alarm(conn, "lumphini", alarm.id).shown[0])
        return at if at == at else None

    with server.viewer(f"{DISPATCHER}&visitor=1") as stranger, server.viewer("role=chief&stations=hat_yai"):
        frame_with(stranger, "alarms")
        before = clock()
        with server.viewer(DISPATCHER) as screen:
            assert frame_with(screen, "alarms")["alarms"]
            wait_until(lambda: shown() is not None, 30.0, "the moment in the store")
    at = shown()
    assert at is not None
    assert before <= at <= clock()
