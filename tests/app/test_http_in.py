"""`/in/*`: every way a client really sends, over a real server, the real pipeline and a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from ingest.decode import decode_http
from ingest.http_pipeline import HttpPipeline
from ingest.registry_keeper import RegistryKeeper
from ingest.sources.http import MAX_BODY, HttpIn, in_routes
from ingest.sources.http_rate import Buckets
from models.records.unit import Unit
from store import devices, registers
from store.database import Database
from store.errors import StorageBusyError, StorageError
from store.registry import Target
from tests.app.live_support import LiveServer, add_stations, frame, frame_with
from tests.app.serving import clock


@dataclass
class Door:
    """A server with `/in/*`, and the keys of one phone, one Traccar server and one report channel."""

    server: LiveServer
    db: Database
    inside: HttpIn
    phone: str
    gateway: str
    channel: str

    def get(self, **query: Any) -> httpx.Response:
        """A GET of OsmAnd."""
        return self.server.http.get(f"{self.server.url}/in/osmand", params=query)

    def count(self, table: str) -> int:
        """How many rows a table has, through a connection of its own."""
        with self.db.read() as conn:
            return int(conn.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())  # noqa: S608 - names of this file


@contextmanager
def opened(db: Database) -> Iterator[Door]:
    """A door over a store with a unit that a phone speaks for."""
    add_stations(db, "lumphini")
    now = clock()
    with db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit="c1"), Unit(station="lumphini", unit="c2")], now)
        devices.approve(tx, "osmand", "phone-1", Target("lumphini", "unit", "c1"), "test", now)
        devices.approve(tx, "traccar", "866123", Target("lumphini", "unit", "c2"), "test", now)
        phone_id, phone = devices.create_key(tx, "phone", now)
        gateway_id, gateway = devices.create_key(tx, "traccar", now)
        devices.assign_key(tx, phone_id, "osmand", "phone-1", now)
        devices.assign_key(tx, gateway_id, "traccar", "866123", now)
        _, channel = devices.create_key(tx, "line", now, station="lumphini", channel="line")
    held: list[HttpIn] = []
    server = LiveServer(db, in_routes(lambda: held[0]))
    keeper = RegistryKeeper(db, server.follower)
    pipeline = HttpPipeline(
        db, server.follower, keeper, clock, decode_http, 1_000_000, lambda one: server.hub.intake.on_arrival(one)
    )
    held.append(HttpIn(pipeline.take, lambda key: keeper().speaker(key), clock, clock))
    with server:
        keeper.start()
        yield Door(server, db, held[0], phone, gateway, channel)
        keeper.stop()


@pytest.fixture
def door(sqlite_db: Database) -> Iterator[Door]:
    """`opened`, on SQLite."""
    with opened(sqlite_db) as found:
        yield found


def fix(**more: Any) -> dict[str, Any]:
    return {"id": "phone-1", "lat": 13.73, "lon": 100.54, "timestamp": clock() // 1000, "speed": 10} | more


def test_osmand_by_query_form_and_repeated(door: Door) -> None:
    one = fix()
    answer = door.get(key=door.phone, **one)
    assert (answer.status_code, answer.json()) == (202, {"status": "stored", "reason": ""})
    assert door.get(key=door.phone, **one).json()["status"] == "duplicate"
    later = fix(timestamp=one["timestamp"] - 60)
    url = f"{door.server.url}/in/osmand"
    form = door.server.http.post(url, data=later, headers={"authorization": f"Bearer {door.phone}"})
    assert form.json()["status"] == "stored"
    with_key = door.server.http.post(url, data=fix(timestamp=one["timestamp"] - 120, key=door.phone))
    assert with_key.json()["status"] == "stored"
    empty_post = door.server.http.post(url, params=fix(timestamp=one["timestamp"] - 180, key=door.phone))
    assert empty_post.json()["status"] == "stored"
    assert door.count("position") == 4


def test_traccar_client_json(door: Door) -> None:
    body = {
        "location": {
            "timestamp": "2026-01-02T03:04:05.000Z", "uuid": "a-1",
            "coords": {"latitude": 13.73, "longitude": 100.54, "speed": 5.0, "heading": -1, "accuracy": 6},
        },
        "device_id": "phone-1",
    }  # fmt: skip
    url = f"{door.server.url}/in/osmand"
    answer = door.server.http.post(url, params={"key": door.phone}, json=body)
    assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    with door.db.read() as conn:
        assert conn.execute(text("SELECT unit, speed_kmh, heading_deg FROM position")).one() == ("c1", 18.0, None)


def test_traccar_forwarding(door: Door) -> None:
    body = {
        "position": {"fixTime": "2026-01-02T03:04:05.000+00:00", "valid": True, "latitude": 13.73,
                     "longitude": 100.54, "speed": 10.0, "course": 90.0, "attributes": {}},
        "device": {"uniqueId": "866123"},
    }  # fmt: skip
    url = f"{door.server.url}/in/traccar"
    answer = door.server.http.post(url, json=body, headers={"authorization": f"Bearer {door.gateway}"})
    assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    assert door.server.http.get(url).status_code == 405


def test_a_report_goes_to_the_channel_of_its_key(door: Door) -> None:
    url = f"{door.server.url}/in/report"
    body = {"id": "r1", "at": clock(), "kind": "light", "text": "ไฟดับ"}
    answer = door.server.http.post(url, params={"key": door.channel}, json=body)
    assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    with door.db.read() as conn:
        assert conn.execute(text("SELECT station, channel, text FROM report")).one() == ("lumphini", "line", "ไฟดับ")
    assert door.server.http.post(url, params={"key": door.phone}, json=body).status_code == 401


def test_a_wrong_or_missing_key_is_refused(door: Door) -> None:
    for query in ({}, {"key": ""}, {"key": "wrong"}):
        answer = door.get(**fix(**query))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert door.count("position") == 0


def test_a_key_speaks_only_for_its_own_devices(door: Door) -> None:
    answer = door.get(key=door.gateway, **fix())
    assert (answer.status_code, answer.json()) == (202, {"status": "quarantined", "reason": "identity"})
    assert door.get(key=door.phone, **fix(id="stranger")).json()["reason"] == "unknown_device"
    assert door.count("position") == 0


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"timestamp": "1000000000"}, "clock"),
        ({"timestamp": "yesterday"}, "wrong_type"),
        ({"id": ""}, "missing_field"),
    ],
)
def test_a_bad_message_is_quarantined_and_answered_202(door: Door, query: dict[str, str], reason: str) -> None:
    answer = door.get(key=door.phone, **fix(**query))
    assert (answer.status_code, answer.json()) == (202, {"status": "quarantined", "reason": reason})
    assert door.count("quarantine") == 1
    assert door.get(key=door.phone, **fix()).json()["status"] == "stored"


def test_hostile_bodies_are_answered_and_kept_without_the_key(door: Door) -> None:
    url = f"{door.server.url}/in/traccar"
    headers = {"authorization": f"Bearer {door.gateway}"}
    for body in (b"", b"{", b"[1,2", b"\xff\xfe", b'{"a":' * 50, b"null", b'{"position": 1, "device": []}'):
        answer = door.server.http.post(url, content=body, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (202, "quarantined"), body
    door.get(key=door.phone, **fix(timestamp="x"))
    with door.db.read() as conn:
        kept = conn.execute(text("SELECT topic, payload FROM quarantine")).all()
    assert len(kept) == 8
    assert not any(door.phone.encode() in bytes(row.payload) or door.phone in row.topic for row in kept)


def test_a_body_too_large_is_413(door: Door) -> None:
    url = f"{door.server.url}/in/traccar"
    headers = {"authorization": f"Bearer {door.gateway}"}
    assert door.server.http.post(url, content=b"x" * (MAX_BODY + 1), headers=headers).status_code == 413
    at_limit = door.server.http.post(url, content=b"x" * MAX_BODY, headers=headers)
    assert (at_limit.status_code, at_limit.json()["status"]) == (202, "quarantined")


def test_over_the_rate_is_429_but_an_sos_still_goes_through(door: Door) -> None:
    door.inside.buckets[False] = Buckets(lambda: 0, 1.0, 2)
    now = clock() // 1000
    answers = [door.get(key=door.phone, **fix(timestamp=now - number)) for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "1"
    sos = door.get(key=door.phone, **fix(timestamp=now, alarm="sos"))
    assert (sos.status_code, sos.json()["status"]) == (202, "stored")


def test_an_sos_by_http_is_on_the_screen(door: Door) -> None:
    with door.server.viewer() as screen:
        frame(screen)
        assert door.get(key=door.phone, **fix(alarm="sos")).status_code == 202
        said: Any = frame_with(screen, "alarms")
    assert (said["alarms"][0]["ok"], said["alarms"][0]["origin"]) == ("unit", "c1")


def test_no_storage_is_503_and_nothing_is_acknowledged(door: Door) -> None:
    def busy(*_: object) -> Any:
        error: StorageError = StorageBusyError("locked")
        raise error

    door.inside.take = busy
    answer = door.get(key=door.phone, **fix())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert json.loads(answer.content)["status"] == "refused"


def test_what_is_refused_after_decoding_is_kept_without_contacts_and_secrets(door: Door) -> None:
    stranger = {
        "position": {"deviceTime": "2026-01-01T00:00:00Z", "latitude": 13.73, "longitude": 100.54, "valid": True},
        "device": {"uniqueId": "nobody-knows", "phone": "0812345678"},
        "users": [{"token": "a-secret-token"}],
    }
    answer = door.server.http.post(
        f"{door.server.url}/in/traccar", json=stranger, headers={"authorization": f"Bearer {door.gateway}"}
    )
    assert answer.json() == {"status": "quarantined", "reason": "unknown_device"}
    with door.db.read() as conn:
        kept = bytes(conn.execute(text("SELECT payload FROM quarantine")).scalar_one())
    assert b"nobody-knows" in kept
    assert b"0812345678" not in kept
    assert b"a-secret-token" not in kept
