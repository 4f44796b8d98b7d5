"""Accounts: made, changed, disabled, and what is asked of them at sign-in. Every change ends their sessions."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.access.policy import Action, may, roles_of
from models.records.access import ALL_STATIONS
from models.records.account import LOCAL, Account, RecoveryCode
from models.records.base import Millis
from store import access
from store.database import Tx

_ACCOUNT = Account.__table__  # type: ignore[attr-defined]
_CODE = RecoveryCode.__table__  # type: ignore[attr-defined]


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


def change_rights(tx: Tx, key: str, role: str, stations: str, now: Millis, *, even_last: bool = False) -> bool:
    """Give an account another role or other stations; its sessions end. False: it has them already. `even_last`: also
    take the last administrator's rights; the console gives them back.

    Raises:
        LastAdministratorError: nobody else could manage accounts.
    """
    if not even_last and not (may(role, Action.MANAGE_PEOPLE) and stations == ALL_STATIONS):
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


def reset(tx: Tx, key: str, now: Millis) -> bool:
    """Forget an account's password and second factor; its sessions and links end. False: it is closed, or its holder
    signs in at an identity provider."""
    local = (_ACCOUNT.c.id == key) & _ACCOUNT.c.disabled_at.is_(None) & (_ACCOUNT.c.issuer == LOCAL)
    cleared = update(_ACCOUNT).where(local).values(password="", totp="", totp_step=-1)
    if not tx.conn.execute(cleared).rowcount:
        return False
    tx.conn.execute(delete(_CODE).where(_CODE.c.account == key))
    access.end_sessions_of(tx, key, now)
    access.end_links_of(tx, key, now)
    return True


def set_password(tx: Tx, key: str, encoded: str) -> None:
    """Keep another password; sessions are the caller's to end."""
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(password=encoded))


def set_second_factor(tx: Tx, key: str, sealed: str, step: int, codes: Collection[str]) -> None:
    """Turn the second factor on (or with an empty secret off), with the hashes of its recovery codes. `step`: the
    time step of the code it was tried with."""
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(totp=sealed, totp_step=step))
    tx.conn.execute(delete(_CODE).where(_CODE.c.account == key))
    if codes:
        tx.conn.execute(insert(_CODE), [{"account": key, "hash": digest, "used_at": None} for digest in codes])


def use_step(tx: Tx, key: str, step: int) -> bool:
    """Use up a code of the second factor: True once for each time step, and never for an older one."""
    newer = update(_ACCOUNT).where(_ACCOUNT.c.id == key, _ACCOUNT.c.totp_step < step).values(totp_step=step)
    return bool(tx.conn.execute(newer).rowcount)


def use_code(tx: Tx, key: str, digests: Collection[str], now: Millis) -> bool:
    """Use up the recovery code that is kept as one of these: True once."""
    found = (_CODE.c.account == key) & _CODE.c.hash.in_(digests) & _CODE.c.used_at.is_(None)
    return bool(tx.conn.execute(update(_CODE).where(found).values(used_at=now)).rowcount)


def codes_left(conn: Connection, key: str) -> int:
    """How many recovery codes are not used yet."""
    left = (_CODE.c.account == key) & _CODE.c.used_at.is_(None)
    return int(conn.execute(select(func.count()).select_from(_CODE).where(left)).scalar_one())


def signed_in(tx: Tx, key: str, now: Millis) -> None:
    """Note when somebody last came in."""
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == key).values(signed_in_at=now))


def _keep_one_administrator(tx: Tx, key: str) -> None:
    rights = _ACCOUNT.c.role.in_(roles_of(Action.MANAGE_PEOPLE)) & (_ACCOUNT.c.stations == ALL_STATIONS)
    able = rights & _ACCOUNT.c.disabled_at.is_(None)
    # One who has no password yet cannot sign in, and so manages nobody.
    comes_in = (_ACCOUNT.c.password != "") | (_ACCOUNT.c.issuer != LOCAL)
    others = tx.conn.execute(
        select(func.count()).select_from(_ACCOUNT).where(able, comes_in, _ACCOUNT.c.id != key)
    ).scalar_one()
    is_one = tx.conn.execute(select(_ACCOUNT.c.id).where(able, _ACCOUNT.c.id == key)).first() is not None
    if is_one and others == 0:
        raise LastAdministratorError(key)
