"""What people do at a running product stands in the audit log, as ids, before the answer is out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text

import manage
from dashboard.access.refusals import MOST, QUIET_MS, Refusals
from dashboard.access.sessions import COOKIE
from models.audit.chain import keys_of
from models.audit.deeds import session_of
from models.picture import Picture
from models.records.incident import IncidentReport
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from models.records.unit import Unit
from store import alarms, incidents, positions, registers
from store.audit.verifying import verify
from store.database import Database
from store.sos import take_signal
from tests.app.live_support import add_stations
from tests.app.serving import SECRET, Product, clock, environment
from tests.servers import wait_until

HOUR = 3_600_000
WHY = {"reason": "incident", "text": "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี"}
SAID = {"x-purpose-text": quote(WHY["text"])}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    one = Product(tmp_path_factory.mktemp("audit"))
    one.start()
    database = one.open_store()
    add_stations(database, "lumphini", "hat_yai")
    now = clock()
    with database.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="c1")], now)
        fix = Fix("lumphini", "c1", now - 2 * HOUR, 13.7, 100.5, 30.0, 90.0, 5.0, None, "native", 0, now)
        positions.insert_fixes(tx, [fix], Picture().units)
        take_signal(tx, Signal("lumphini", "box", "B1", "p1", now, EventKind.PRESS, now, topic="t"), now)
        incidents.take(tx, IncidentReport(station="lumphini", source="s", id="1", occurred_from=now - HOUR,
                                          offence="theft", offence_group=1, received_at=now))  # fmt: skip
    database.close()
    yield one
    one.stop()


@pytest.fixture
def database(product: Product) -> Iterator[Database]:
    one = product.open_store()
    yield one
    one.close()


def rows(database: Database, like: str) -> list[Any]:
    with database.read() as conn:
        found = text("SELECT * FROM audit WHERE action LIKE :like ORDER BY seq")
        return list(conn.execute(found, {"like": like}).all())


def last(database: Database, action: str) -> Any:
    return rows(database, action)[-1]


def test_coming_and_going_is_written_down(product: Product, database: Database) -> None:
    assert [row.object for row in rows(database, "audit.started")] == ["web"]
    link = product.link("dispatcher", "lumphini")
    with product.client() as browser:
        answer = browser.post("/sign-in", data={"link": link})
        assert answer.status_code == 303
        began = last(database, "session.began")
        assert (began.who, began.role, len(began.session)) == ("tester", "dispatcher", 16)
        assert answer.cookies[COOKIE] not in str(began)
        assert browser.post("/sign-out").status_code == 303
    left = last(database, "session.left")
    assert (left.who, left.session) == ("tester", began.session)


def test_refused_ways_in_are_written_down_without_what_was_shown(product: Product, database: Database) -> None:
    with product.client() as stranger:
        for number in range(20):
            guess = f"guess-{number}"
            stranger.get("/api/v1/units", headers={"authorization": f"Bearer {guess}"})
            stranger.post("/sign-in/kiosk", data={"kiosk": guess})
            stranger.post("/sign-in", data={"link": guess})
    found = rows(database, "session.refused")
    assert [row.detail.rsplit("=")[-1] for row in found] == ["1", "2", "4", "8", "16", "32"]
    assert {row.object for row in found} <= {"token", "kiosk", "link"}
    assert {row.address for row in found} == {"127.0.0.1"}
    assert "guess" not in str(found)


def test_a_thousand_guesses_are_ten_rows_and_a_thousand_addresses_not_a_thousand() -> None:
    now = 0
    refusals = Refusals(lambda: now)
    assert sum(refusals.count("192.0.2.1") is not None for _ in range(1000)) == 10
    written = [refusals.count(f"10.0.{number // 250}.{number % 250}") for number in range(5000)]
    assert sum(one is not None for one in written) <= MOST + 13
    assert written[-1] is None or written[-1][0] == "*"
    assert max(one[1] for one in written if one is not None and one[0] == "*") >= 2048
    now += QUIET_MS
    assert refusals.count("192.0.2.1") == ("192.0.2.1", 1)


def test_what_the_door_and_the_routes_refuse_is_written_down_and_bounded(
    product: Product, database: Database
) -> None:
    signed = product.session("viewer")
    cookies = {COOKIE: signed.cookie}
    evil = {"origin": "https://evil.example"}

    def asked(place: int, method: str, path: str, cookies: dict[str, str], times: int = 1, **more: Any) -> list[Any]:
        # Each from an address of its own, because tries are counted by address.
        transport = httpx.HTTPTransport(local_address=f"127.0.0.{place}")
        with httpx.Client(base_url=product.url, cookies=cookies, transport=transport, timeout=60) as client:
            assert {client.request(method, path, **more).status_code for _ in range(times)} <= {401, 403}
        with database.read() as conn:
            found = text("SELECT * FROM audit WHERE action = 'access.refused' AND address = :address ORDER BY seq")
            return list(conn.execute(found, {"address": f"127.0.0.{place}"}))

    (host,) = asked(11, "GET", "/", cookies, headers={"host": "evil.example"})
    assert (host.object, host.detail) == ("door", "this host name is not ours tries=1")
    (token,) = asked(12, "POST", "/api/v1/incidents", cookies, json={})
    assert token.detail.startswith("the X-CSRF header")
    (page,) = asked(13, "POST", "/live/purpose", cookies, json={}, headers=evil)
    assert page.detail.startswith("not from our own page")
    (role,) = asked(14, "GET", "/api/v1/audit", cookies)
    assert (role.who, role.role, role.object) == ("tester", "viewer", "/api/v1/audit")
    assert role.session == session_of(signed.who.digest)
    many = asked(15, "GET", "/live/ground", {COOKIE: "a-cookie-nobody-was-given"}, times=64)
    assert [row.detail for row in many] == [f"sign in first tries={2**n}" for n in range(7)]


def test_who_asks_for_what_is_another_stations_is_written_down_and_who_asks_for_nothing_is_not(
    product: Product, database: Database
) -> None:
    """The answers are one and the same (`test_scope`); only the log knows the difference."""
    with database.read() as conn:
        (alarm,) = alarms.open_alarms(conn, frozenset({"lumphini"}))
    signed = product.session("chief", "hat_yai")
    item = {"station": "lumphini", "id": "n1", "offence": "theft", "occurred_from": "2026-11-01T10:00:00+07:00"}
    transport = httpx.HTTPTransport(local_address="127.0.0.16")
    with httpx.Client(
        base_url=product.url, cookies={COOKIE: signed.cookie}, transport=transport, timeout=60
    ) as browser:
        for path in (
            f"/live/desk/{alarm.id}", "/live/desk/nothing", f"/api/v1/alarms/{alarm.id}", "/api/v1/alarms/nothing",
            "/api/v1/incidents?station=lumphini", "/api/v1/incidents?station=nowhere",
            "/api/v1/units/c1/track", "/api/v1/units/c9/track",
        ):  # fmt: skip
            assert browser.get(path, headers=SAID).status_code == 404, path
        told = {"x-csrf": signed.who.csrf}
        assert browser.post("/api/v1/incidents", json=item, headers=told).status_code == 404
        for _ in range(3):
            assert browser.get("/api/v1/alarms/nothing").status_code == 404

    def written() -> list[Any]:
        with database.read() as conn:
            found = text(
                "SELECT * FROM audit WHERE action = 'access.refused' AND address = '127.0.0.16' ORDER BY seq"
            )
            return list(conn.execute(found))

    # Counted by address: of the five tries the 1st, 2nd and 4th are rows.
    wait_until(lambda: len(written()) == 3, what="three rows")
    found = written()
    assert [(row.station, row.object, row.detail) for row in found] == [
        ("lumphini", f"alarm:{alarm.id}", "another station's tries=1"),
        ("lumphini", f"alarm:{alarm.id}", "another station's tries=2"),
        ("lumphini", "unit:c1", "another station's tries=4"),
    ]
    assert {(row.who, row.session) for row in found} == {("tester", session_of(signed.who.digest))}


def test_whoever_looks_back_is_written_down_with_unit_window_and_purpose(
    product: Product, database: Database
) -> None:
    signed = product.session("dispatcher", "lumphini")
    with product.client(signed.cookie) as browser:
        stated = browser.post("/live/purpose", json=WHY, headers={"x-csrf": signed.who.csrf}).json()["id"]
        now = clock()
        start, end = now - 2 * HOUR - 60_000, now - 2 * HOUR + 60_000
        window = f"from={start}&to={end}"
        assert browser.get(f"/live/tracks?{window}&unit=lumphini/c1").status_code == 403  # no purpose: nothing read
        assert rows(database, "saw.track") == []
        told = {"x-purpose": stated}
        assert browser.get(f"/live/tracks?{window}&unit=lumphini/c1", headers=told).status_code == 200
        track = last(database, "saw.track")
        assert (track.station, track.object, track.purpose) == ("lumphini", "unit:c1", stated)
        assert track.detail == f"from={start} to={end}"
        again = browser.get(f"/live/tracks?{window}&unit=lumphini/c1", headers=told)
        assert again.status_code == 200
        assert len(rows(database, "saw.track")) == 1  # the same hours under the same purpose
        assert browser.get(f"/live/past?at={start}&until={end}", headers=told).status_code == 200
        assert last(database, "saw.past").purpose == stated
        track = browser.get("/api/v1/units/c1/track", headers=SAID)
        assert track.status_code == 200
    assert len(rows(database, "saw.track")) == 2
    stated_rows = rows(database, "saw.purpose")
    assert stated in {row.purpose for row in stated_rows}
    assert WHY["text"] not in str(stated_rows)  # the words stand with the purpose, not in the log


def test_what_leaves_as_a_file_is_written_down(product: Product, database: Database) -> None:
    signed = product.session("dispatcher", "lumphini")
    with database.read() as conn:
        (alarm,) = alarms.open_alarms(conn, None)
    with product.client(signed.cookie) as browser:
        assert browser.get("/api/v1/incidents").status_code == 200
        assert rows(database, "exported.incidents") == []  # a page of a list is no file
        assert browser.get("/api/v1/incidents?format=csv").status_code == 403
        asked = {"format": "csv", "station": "lumphini"}
        assert browser.get("/api/v1/incidents", params=asked, headers=SAID).status_code == 200
        assert browser.get(f"/live/desk/{alarm.id}/sheet.pdf?reason=review").status_code == 200
    exported = last(database, "exported.incidents")
    assert (exported.station, exported.detail.split()[0]) == ("lumphini", "csv")
    sheet = last(database, "exported.sheet")
    assert (sheet.who, sheet.object, bool(sheet.purpose)) == ("tester", f"alarm:{alarm.id}", True)


def test_the_console_is_written_down_too_and_the_whole_log_verifies(
    product: Product, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(product.folder, product.port).items():
        monkeypatch.setenv(name, value)
    for command in (["token", "create", "t1"], ["user", "link"], ["audit", "verify"]):
        assert manage.main(command) == 0
    token = last(database, "access.token_created")
    assert token.who.startswith("console:")
    assert token.object == "token:t1"
    assert last(database, "access.link_made").detail == "administrator *"
    with database.read() as conn:
        assert verify(conn, keys_of(SECRET)).bad is None


def test_who_sees_an_officers_name_is_written_down_once_and_the_answer_waits_for_nothing(
    product: Product, database: Database
) -> None:
    signed = product.session("dispatcher", "lumphini")
    with database.read() as conn:
        (alarm,) = alarms.open_alarms(conn, None)
    with product.client(signed.cookie) as browser:
        assert browser.get(f"/live/desk/{alarm.id}").status_code == 200  # nobody has taken a step: no name
        step = browser.post(
            f"/api/v1/alarms/{alarm.id}/note", json={"note": "x"}, headers={"x-csrf": signed.who.csrf}
        )
        assert step.status_code == 200
        with database.write():  # the store is held: who answers an alarm sees it all the same
            assert browser.get(f"/live/desk/{alarm.id}").json()["alarm"]["id"] == alarm.id
        for _ in range(3):
            assert browser.get(f"/live/desk/{alarm.id}").status_code == 200
        assert browser.get(f"/api/v1/alarms/{alarm.id}").status_code == 200

    def seen() -> list[Any]:
        return [row for row in rows(database, "saw.person") if row.session == signed.who.digest[:16]]

    wait_until(lambda: bool(seen()), 60)
    assert {(row.station, row.object) for row in seen()} == {("lumphini", f"alarm:{alarm.id}")}
    assert len(seen()) == 1
