"""What was written down beside a damaged database, put into the chain of the main one when it comes home."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection, Row, select

from models.audit.deeds import Deed, Did, by_system, deed_of
from models.records.audit import AuditRow, AuditWaiting
from models.records.base import Millis
from store.audit.writing import PIECE, record
from store.database import Database, Tx
from store.rows import table_of

_LOG = logging.getLogger(__name__)

_ROW, _WAITING = table_of(AuditRow), table_of(AuditWaiting)

_ACTION = Did.SIDE_BROUGHT_HOME.value

#: Rows of the side that speak of its own chain: its seals and cuts mean nothing in another.
_OWN = (Did.ALARMS_SEALED.value, Did.AUDIT_CUT.value)


def bring_home(database: Database, side: Connection, now: Millis) -> int:
    """Chain the side's deeds behind the main one's, each once however often this is done; returns how many.

    Each keeps who, when and what, and says which row it was (`side=<seq>`); a row at the end of each piece names the
    side's chain by its first MAC, up to where it was taken over, and the MAC there: with it the file that is kept
    aside can be held against the log.
    """
    prefix = f"side:{_name(side)}:"
    with database.read() as conn:
        upto, waited = _brought(conn, prefix)
    brought = 0
    for rows in _pieces(side, upto):
        upto = int(rows[-1].seq)
        with database.write(patience_s=30.0) as tx:
            own = [row for row in rows if row.action not in _OWN]
            for row in own:
                record(tx, _deed(row, now))
            _finish(tx, f"{prefix}{upto}", f"mac={bytes(rows[-1].mac).hex()}", now)
        brought += len(own)
    bodies = side.execute(
        select(_WAITING.c.id, _WAITING.c.body).where(_WAITING.c.id > waited).order_by(_WAITING.c.id)
    ).all()
    if bodies:
        with database.write(patience_s=30.0) as tx:
            for one in bodies:
                record(tx, _waited(one.body, now))
            _finish(tx, f"{prefix}{upto}+{bodies[-1].id}", "", now)
    return brought + len(bodies)


def _brought(conn: Connection, prefix: str) -> tuple[int, int]:
    """Up to which row, and which waiting deed, of a side's chain was taken over before."""
    chained = select(_ROW.c.object).where(_ROW.c.action == _ACTION, _ROW.c.object.startswith(prefix, autoescape=True))
    ends = [str(one) for one in conn.execute(chained).scalars()]
    waiting = select(_WAITING.c.body).where(_WAITING.c.body.contains(prefix, autoescape=True))
    for body in conn.execute(waiting).scalars():
        with suppress(ValueError):
            ends.append(deed_of(body).object)
    parts = [end.removeprefix(prefix).partition("+") for end in ends if end.startswith(prefix)]
    return max((int(row) for row, _, _ in parts), default=0), max((int(one or 0) for _, _, one in parts), default=0)


def _name(side: Connection) -> str:
    first = side.execute(select(_ROW.c.mac).order_by(_ROW.c.seq).limit(1)).scalar_one_or_none()
    if first is None:
        body = side.execute(select(_WAITING.c.body).order_by(_WAITING.c.id).limit(1)).scalar_one_or_none()
        first = hashlib.sha256((body or "").encode()).digest()
    return bytes(first).hex()[:16]


def _pieces(side: Connection, after: int) -> Iterator[list[Row[tuple[object, ...]]]]:
    while rows := list(side.execute(select(_ROW).where(_ROW.c.seq > after).order_by(_ROW.c.seq).limit(PIECE))):
        yield rows
        after = int(rows[-1].seq)


def _finish(tx: Tx, end: str, detail: str, now: Millis) -> None:
    record(tx, by_system(now, Did.SIDE_BROUGHT_HOME, object=end, detail=detail))


def _deed(row: Row[tuple[object, ...]], now: Millis) -> Deed:
    said = row._mapping
    detail = f"{said['detail']} side={said['seq']}".strip()
    try:
        action = Did(said["action"])
    except ValueError:
        return by_system(now, Did.UNREADABLE, object=f"side:{said['seq']}", detail=f"{said['action']} {detail}")
    return Deed(
        said["at"], said["who"], said["role"], said["session"], said["address"], action, said["station"],
        said["object"], detail, said["purpose"],
    )  # fmt: skip


def _waited(body: str, now: Millis) -> Deed:
    try:
        return deed_of(body)
    except ValueError as error:
        _LOG.error("a deed of the side database cannot be read: %s", error)
        return by_system(now, Did.UNREADABLE, object="side", detail=body)
