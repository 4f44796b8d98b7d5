"""Accounts: made, changed, disabled, and what is asked of them at sign-in. Every change ends their sessions."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.records.access import ALL_STATIONS
from models.records.account import Account
from models.records.base import Millis
from store import access
from store.database import Tx

#: The role whose holders manage accounts; of every station there must always be one.
MANAGER = "administrator"

_ACCOUNT = Account.__table__  # type: ignore[attr-defined]


class NameTakenError(Exception):
    """Another account has this name, one that looks like it, or this shown name."""


class LastAdministratorError(Exception):
    """Without this account nobody could manage the others."""


def account(conn: Connection, key: str) -> Account | None:
    """The account with this id, disabled or not."""
    return _one(conn, _ACCOUNT.c.id == key)


def named(conn: Connection, name: str) -> Account | None:
    """The account with this name, as `models.accounts.names.compared` gives it."""
    return _one(conn, _ACCOUNT.c.name == name)


def of_subject(conn: Connection, issuer: str, subject: str) -> Account | None:
    """The account of a person at an OIDC issuer."""
    return _one(conn, (_ACCOUNT.c.issuer == issuer) & (_ACCOUNT.c.subject == subject))


def _one(conn: Connection, wanted: object) -> Account | None:
    row = conn.execute(select(_ACCOUNT).where(wanted)).one_or_none()  # type: ignore[arg-type]
    return None if row is None else Account(**row._mapping)


def accounts(conn: Connection) -> list[Account]:
    """Every account, by name."""
    return [Account(**row._mapping) for row in conn.execute(select(_ACCOUNT).order_by(_ACCOUNT.c.name))]


def any_account(conn: Connection) -> bool:
    """Whether there is one at all, disabled or not."""
    return conn.execute(select(_ACCOUNT.c.id).limit(1)).first() is not None


def add(tx: Tx, row: Account) -> None:
    """Keep a new account.

    Raises:
        NameTakenError: nothing was written.
    """
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(insert(_ACCOUNT).values(row.model_dump()))
    except IntegrityError as error:
        raise NameTakenError(row.name) from error


def change_rights(tx: Tx, key: str, role: str, stations: str, now: Millis) -> bool:
    """Give an account another role or other stations; its sessions end. False: it has them already.

    Raises:
        LastAdministratorError: nobody else could manage accounts.
    """
    if role != MANAGER or stations != ALL_STATIONS:
        _keep_one_administrator(tx, key)
    changed = tx.conn.execute(
        update(_ACCOUNT)
        .where(_ACCOUNT.c.id == key, (_ACCOUNT.c.role != role) | (_ACCOUNT.c.stations != stations))
        .values(role=role, stations=stations)
    ).rowcount
    if changed:
        access.end_sessions_of(tx, key, now)
    return bool(changed)


def disable(tx: Tx, key: str, now: Millis) -> bool:
    """Close an account: its sessions end, its links work no more. False: it was closed before.

    Raises:
        LastAdministratorError: nobody else could manage accounts.
    """
    _keep_one_administrator(tx, key)
    access.end_sessions_of(tx, key, now)
    access.end_links_of(tx, key, now)
    closed = update(_ACCOUNT).where(_ACCOUNT.c.id == key, _ACCOUNT.c.disabled_at.is_(None)).values(disabled_at=now)
    return bool(tx.conn.execute(closed).rowcount)


def enable(tx: Tx, key: str) -> bool:
    """Open a closed account again, with the password it had. False: it was open."""
    opened = (
        update(_ACCOUNT).where(_ACCOUNT.c.id == key, _ACCOUNT.c.disabled_at.is_not(None)).values(disabled_at=None)
    )
    return bool(tx.conn.execute(opened).rowcount)


def set_password(tx: Tx, key: str, encoded: str) -> None:
    """Keep another password; sessions are the caller's to end."""
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(password=encoded))


def signed_in(tx: Tx, key: str, now: Millis) -> None:
    """Note when somebody last came in."""
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(signed_in_at=now))


def _keep_one_administrator(tx: Tx, key: str) -> None:
    rights = (_ACCOUNT.c.role == MANAGER) & (_ACCOUNT.c.stations == ALL_STATIONS)
    able = rights & _ACCOUNT.c.disabled_at.is_(None)
    others = tx.conn.execute(
        select(func.count()).select_from(_ACCOUNT).where(able, _ACCOUNT.c.id != key)
    ).scalar_one()
    is_one = tx.conn.execute(select(_ACCOUNT.c.id).where(able, _ACCOUNT.c.id == key)).first() is not None
    if is_one and others == 0:
        raise LastAdministratorError(key)
