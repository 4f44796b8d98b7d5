"""Rights after the past came back: a restore must not let anybody in who was shut out since, and what was taken away
beside a damaged database stays taken away when it comes home."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select, update

from models.records.access import ApiToken, Kiosk, SignInLink, WebSession
from models.records.account import Account, RecoveryCode, SignInStep
from models.records.base import Millis
from models.records.device import Device, DeviceKey
from store.access import end_sessions_of
from store.database import Tx
from store.rows import add_new, table_of

_SESSION, _LINK, _STEP = table_of(WebSession), table_of(SignInLink), table_of(SignInStep)
_ACCOUNT, _CODE, _TOKEN = table_of(Account), table_of(RecoveryCode), table_of(ApiToken)
_KIOSK, _KEY, _DEVICE = table_of(Kiosk), table_of(DeviceKey), table_of(Device)

#: What is taken away by a moment in a column, and stays so.
_TAKEN = ((_SESSION, "revoked_at"), (_TOKEN, "revoked_at"), (_KIOSK, "revoked_at"), (_KEY, "revoked_at"))

#: What an account may have been given or lost on the side, which was made from the newer state.
_OF_ACCOUNT = ("role", "stations", "password", "totp")


def end_all(tx: Tx, now: Millis) -> int:
    """End every session of a person, every sign-in under way and every link that was not opened; returns how many.

    Screens of the wall go on: they may only look, and must not go dark unseen.
    """
    sessions = update(_SESSION).where(_SESSION.c.revoked_at.is_(None), _SESSION.c.kiosk == "")
    ended = tx.conn.execute(sessions.values(revoked_at=now)).rowcount
    for table in (_LINK, _STEP):
        ended += tx.conn.execute(update(table).where(table.c.used_at.is_(None)).values(used_at=now)).rowcount
    return ended


def open_again(conn: Connection) -> dict[str, list[str]]:
    """What opens doors now, by kind: somebody has to say which of it was taken away since the backup."""

    def names(table: Table, name: str, taken: str) -> list[str]:
        query = select(table.c[name]).where(table.c[taken].is_(None)).order_by(table.c[name])
        return [str(one) for one in conn.execute(query).scalars()]

    return {
        "accounts": names(_ACCOUNT, "name", "disabled_at"),
        "API tokens": names(_TOKEN, "name", "revoked_at"),
        "wall screens": names(_KIOSK, "name", "revoked_at"),
        "device keys": names(_KEY, "id", "revoked_at"),
    }


def bring_home(tx: Tx, side: Connection, now: Millis) -> None:
    """Take over what was given and taken away on the side: accounts as they are there, everything revoked, disabled
    or used up in either."""
    for table in (_ACCOUNT, _TOKEN, _KIOSK, _KEY):
        for row in side.execute(select(table)):
            add_new(tx, table, dict(row._mapping))
    for table, column in _TAKEN:
        for row in side.execute(select(table).where(table.c[column].is_not(None))):
            mine = update(table).where(*_same(table, row), table.c[column].is_(None))
            tx.conn.execute(mine.values({column: row._mapping[column]}))
    for row in side.execute(select(_DEVICE).where(_DEVICE.c.state == "blocked")):
        tx.conn.execute(update(_DEVICE).where(*_same(_DEVICE, row)).values(state="blocked"))
    for row in side.execute(select(_ACCOUNT)):
        _account(tx, side, row, now)


def _account(tx: Tx, side: Connection, there: Row[Any], now: Millis) -> None:
    here = tx.conn.execute(select(_ACCOUNT).where(_ACCOUNT.c.id == there.id)).one_or_none()
    if here is None:  # somebody else has its name by now
        return
    changed = {name: there._mapping[name] for name in _OF_ACCOUNT if there._mapping[name] != here._mapping[name]}
    if there.disabled_at is not None and here.disabled_at is None:
        changed["disabled_at"] = there.disabled_at
    if changed:
        end_sessions_of(tx, there.id, now)
    changed["totp_step"] = max(there.totp_step, here.totp_step)
    tx.conn.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == there.id).values(**changed))
    codes = side.execute(select(_CODE).where(_CODE.c.account == there.id)).all()
    known = [row.hash for row in codes]
    tx.conn.execute(delete(_CODE).where(_CODE.c.account == there.id, _CODE.c.hash.not_in(known)))
    for row in codes:
        add_new(tx, _CODE, dict(row._mapping))
        if row.used_at is not None:
            unused = update(_CODE).where(*_same(_CODE, row), _CODE.c.used_at.is_(None))
            tx.conn.execute(unused.values(used_at=row.used_at))


def _same(table: Table, row: Row[Any]) -> list[Any]:
    return [column == row._mapping[column.name] for column in table.primary_key]
