"""Accounts on both databases: one of each name, changes that end sessions, and never without an administrator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.records.access import WebSession
from models.records.account import Account
from store import access, accounts
from store.accounts import LastAdministratorError, NameTakenError
from store.database import Database, Tx

NOW = 1_790_000_000_000
IDLE = 3_600_000


def made(name: str, role: str = "dispatcher", stations: str = "*") -> Account:
    return Account(
        id=f"id-{name}", name=name, skeleton=name, display=name, display_fold=name, role=role, stations=stations,
        issuer="local", subject=f"id-{name}", created_at=NOW,
    )  # fmt: skip


def sit_down(db: Database, account: str, digest: str) -> None:
    with db.write() as tx:
        access.add_session(
            tx,
            WebSession(
                hash=digest, name="n", role="dispatcher", csrf="c", created_at=NOW, used_at=NOW,
                expires_at=NOW + IDLE, account=account, address="10.0.0.1", agent="Firefox",
            ),
        )  # fmt: skip


def living(db: Database, account: str | None = None) -> set[str]:
    with db.read() as conn:
        return {row.hash for row in access.living_sessions(conn, NOW + 1, IDLE, account)}


def test_names_are_taken_once_and_what_was_begun_goes_on(db: Database) -> None:
    with db.write() as tx:
        accounts.add(tx, made("somchai"))
        with pytest.raises(NameTakenError):
            accounts.add(tx, made("somchai"))
        accounts.add(tx, made("somsak"))
    with db.read() as conn:
        assert [row.name for row in accounts.accounts(conn)] == ["somchai", "somsak"]
        assert accounts.named(conn, "nobody") is None


def test_disabling_or_another_role_ends_the_accounts_sessions_and_nobody_elses(db: Database) -> None:
    with db.write() as tx:
        for name in ("a", "b"):
            accounts.add(tx, made(name))
        link = access.create_link(tx, "a", "dispatcher", NOW, account="id-a", leads_to="password")
    for account, digest in (("id-a", "a1"), ("id-a", "a2"), ("id-b", "b1"), ("", "link")):
        sit_down(db, account, digest)
    with db.write() as tx:
        assert not accounts.change_rights(tx, "id-a", "dispatcher", "*", NOW + 1)
    assert living(db) == {"a1", "a2", "b1", "link"}
    with db.write() as tx:
        assert accounts.change_rights(tx, "id-a", "viewer", "*", NOW + 1)
    assert living(db) == {"b1", "link"}
    sit_down(db, "id-a", "a3")
    with db.write() as tx:
        assert accounts.disable(tx, "id-a", NOW + 1)
        assert not accounts.disable(tx, "id-a", NOW + 2)
        assert not access.use_link(tx, access.digest_of(link), NOW + 2)
    assert living(db) == {"b1", "link"}
    assert living(db, "id-b") == {"b1"}
    with db.write() as tx:
        assert accounts.enable(tx, "id-a")
    assert living(db, "id-a") == set()


def test_all_but_one_session_can_be_ended(db: Database) -> None:
    for digest in ("one", "two", "three"):
        sit_down(db, "id", digest)
    with db.write() as tx:
        assert access.end_sessions_of(tx, "id", NOW + 1, but="two") == 2
    assert living(db) == {"two"}


def test_sessions_of_no_account_are_never_ended_together(db: Database) -> None:
    sit_down(db, "", "link")
    with db.write() as tx:
        assert access.end_sessions_of(tx, "", NOW + 1) == 0
    assert living(db) == {"link"}


def test_the_last_administrator_of_every_station_stays(db: Database) -> None:
    with db.write() as tx:
        accounts.add(tx, made("root", "administrator"))
        accounts.add(tx, made("local", "administrator", "lumphini"))
    changes: list[Callable[[Tx], bool]] = [
        lambda tx: accounts.disable(tx, "id-root", NOW),
        lambda tx: accounts.change_rights(tx, "id-root", "viewer", "*", NOW),
        lambda tx: accounts.change_rights(tx, "id-root", "administrator", "lumphini", NOW),
    ]
    for change in changes:
        with pytest.raises(LastAdministratorError), db.write() as tx:
            change(tx)
    with db.write() as tx:
        accounts.add(tx, made("second", "administrator"))
    for change in changes:  # the other one has not chosen a password: it manages nobody
        with pytest.raises(LastAdministratorError), db.write() as tx:
            change(tx)
    with db.write() as tx:
        accounts.set_password(tx, "id-second", "$argon2id$of-the-test")
        assert accounts.disable(tx, "id-root", NOW)
