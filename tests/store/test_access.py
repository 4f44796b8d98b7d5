"""Sessions, links and tokens: one use, their end, and nothing but hashes on the disk."""

from __future__ import annotations

import threading

from sqlalchemy import text

from models.records.access import WebSession
from store import access
from store.access import digest_of
from store.database import Database

NOW = 1_790_000_000_000


def session(value: str = "cookie", name: str = "somchai", expires_at: int = NOW + 1000) -> WebSession:
    return WebSession(
        hash=digest_of(value), name=name, role="dispatcher", csrf="c", created_at=NOW, used_at=NOW,
        expires_at=expires_at,
    )  # fmt: skip


def test_a_link_is_exchanged_once_and_only_in_time(db: Database) -> None:
    with db.write() as tx:
        value = access.create_link(tx, "somchai", "dispatcher", NOW)
        assert not access.use_link(tx, digest_of(value), NOW + 600_000)
        assert access.use_link(tx, digest_of(value), NOW + 599_999)
        assert not access.use_link(tx, digest_of(value), NOW + 599_999)
        assert not access.use_link(tx, digest_of("guess"), NOW)
    with db.read() as conn:
        link = access.link(conn, digest_of(value))
    assert link is not None
    assert (link.role, link.used_at) == ("dispatcher", NOW + 599_999)


def test_of_many_who_try_a_link_one_gets_it(db: Database) -> None:
    with db.write() as tx:
        digest = digest_of(access.create_link(tx, "somchai", "viewer", NOW))
    got: list[bool] = []

    def exchange() -> None:
        with db.write() as tx:
            got.append(access.use_link(tx, digest, NOW + 1))

    threads = [threading.Thread(target=exchange) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]


def test_only_hashes_are_stored(db: Database) -> None:
    with db.write() as tx:
        secrets = [access.create_link(tx, "a", "viewer", NOW), access.create_token(tx, "metrics", "viewer", NOW)]
        access.add_session(tx, session("cookie-value"))
    with db.read() as conn:
        queries = ("SELECT * FROM sign_in_link", "SELECT * FROM api_token", "SELECT * FROM web_session")
        rows = [str(row) for query in queries for row in conn.execute(text(query))]
    assert len(rows) == 3
    assert not [row for row in rows for secret in (*secrets, "cookie-value") if secret in row]


def test_a_session_is_used_and_ended(db: Database) -> None:
    with db.write() as tx:
        access.add_session(tx, session())
        access.touch_session(tx, digest_of("cookie"), NOW + 50)
        access.touch_session(tx, digest_of("cookie"), NOW + 40)
    with db.read() as conn:
        row = access.session(conn, digest_of("cookie"))
        assert access.session(conn, digest_of("other")) is None
    assert row is not None
    assert (row.used_at, row.revoked_at, row.stations) == (NOW + 50, None, "*")
    with db.write() as tx:
        access.revoke_session(tx, row.hash, NOW + 60)
        access.revoke_session(tx, row.hash, NOW + 70)
    with db.read() as conn:
        row = access.session(conn, digest_of("cookie"))
    assert row is not None
    assert row.revoked_at == NOW + 60


def test_a_token_works_until_it_is_revoked(db: Database) -> None:
    with db.write() as tx:
        value = access.create_token(tx, "map", "viewer", NOW, stations="hat_yai")
    with db.read() as conn:
        row = access.token(conn, digest_of(value))
    assert row is not None
    assert (row.name, row.stations, row.revoked_at) == ("map", "hat_yai", None)
    with db.write() as tx:
        assert access.revoke_token(tx, "map", NOW + 1)
        assert not access.revoke_token(tx, "map", NOW + 2)
        assert not access.revoke_token(tx, "other", NOW + 2)


def test_what_ended_long_ago_is_forgotten(db: Database) -> None:
    with db.write() as tx:
        access.add_session(tx, session("old"))
        access.add_session(tx, session("running", expires_at=NOW + 9_999_999))
        access.create_link(tx, "a", "viewer", NOW)
        assert access.forget(tx, NOW + 1_000_000) == 2
    with db.read() as conn:
        assert access.session(conn, digest_of("running")) is not None
