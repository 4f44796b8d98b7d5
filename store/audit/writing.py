"""Writing a deed down, in the transaction that does it: what cannot be written down is not done.

Every writer of every process holds the one write lock (`store.database`), so there is one chain and nobody waits for
the log but who waits for the store anyway. An alarm's steps are not written here: their history is kept already, and
`store.audit.history` seals it beside the alarm lane.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

import orjson
from sqlalchemy import Connection, delete, insert, select, text

from models.audit.chain import BEGINNING, Keys, Mark, mac_of, mark
from models.audit.deeds import Deed, Did, by_system, deed_of, plain
from models.records.audit import AuditHead, AuditRow, AuditWaiting
from models.records.base import Millis
from store.database import Tx
from store.rows import put, table_of

_LOG = logging.getLogger(__name__)

_ROW, _HEAD, _WAITING = table_of(AuditRow), table_of(AuditHead), table_of(AuditWaiting)

#: Most deeds taken out of the waiting ones in one transaction.
PIECE = 500


class NoKeyError(Exception):
    """This process was given no key of the audit log (`SSZ_SECRET_KEY`); `str()` is one line."""

    def __init__(self) -> None:
        super().__init__("the audit log needs the product's secret: set SSZ_SECRET_KEY")


def record(tx: Tx, deed: Deed) -> None:
    """Write a deed down with the transaction: both are there after the commit, or neither.

    A process without the key (a command) leaves it for one that has it.

    Raises:
        StorageError: it cannot be written; leave the transaction, and do not do what it tells of.
    """
    if tx.keys is None:
        tx.conn.execute(insert(_WAITING).values(body=orjson.dumps(asdict(plain(deed))).decode()))
        return
    append(tx, tx.keys, deed)


def append(tx: Tx, keys: Keys, deed: Deed) -> int:
    """Put a deed at the end of the chain; returns its number."""
    seq, before = _end(tx.conn, keys)
    deed = plain(deed)
    values = (
        seq + 1, deed.at, deed.who, deed.role, deed.session, deed.address, deed.action.value, deed.station,
        deed.object, deed.detail, deed.purpose, keys.current.id,
    )  # fmt: skip
    mac = mac_of(keys.current, before, values)
    names = [column.name for column in _ROW.columns]
    tx.conn.execute(insert(_ROW).values(dict(zip(names, (*values, mac), strict=True))))
    new = mark(keys, "head", seq + 1, mac, deed.at)
    put(tx, _HEAD, [{"id": 1, "seq": new.seq, "mac": new.mac, "at": new.at, "key": new.key, "tag": new.tag}])
    return seq + 1


def head(conn: Connection, *, locked: bool = False) -> Mark | None:
    """The head as it stands; None before the first row. `locked`: nobody else changes it until the end."""
    query = select(_HEAD.c.seq, _HEAD.c.mac, _HEAD.c.at, _HEAD.c.key, _HEAD.c.tag).where(_HEAD.c.id == 1)
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else Mark("head", row.seq, bytes(row.mac), row.at, row.key, bytes(row.tag))


def _end(conn: Connection, keys: Keys) -> tuple[int, bytes]:
    """Number and MAC of the row the next one follows."""
    known = head(conn, locked=True)
    if known is not None and known.genuine(keys):
        return known.seq, known.mac
    highest = conn.execute(
        text("SELECT MAX(seq) FROM (SELECT seq FROM audit UNION ALL SELECT seq FROM audit_cut) AS known")
    ).scalar_one()
    if known is None and highest is None:
        return 0, BEGINNING
    # Somebody was here. The desk must go on and the deed be kept, but what was done must not heal: the next row
    # follows nothing, and verification finds that for ever.
    _LOG.error("the audit log's head was changed or its key is not ours: the chain is broken here")
    return max(highest or 0, known.seq if known else 0), BEGINNING


def waiting(conn: Connection) -> bool:
    """Whether deeds wait for a process with the key."""
    return conn.execute(select(_WAITING.c.id).limit(1)).first() is not None


def record_waiting(tx: Tx, now: Millis) -> int:
    """Put what processes without the key left into the chain, the oldest first, a piece of it; returns how many.

    What is no deed of this program (left by a newer one, or by somebody else) is chained as what it is: it must
    neither be lost nor hold up the others.
    """
    if tx.keys is None:
        raise NoKeyError
    rows = tx.conn.execute(select(_WAITING.c.id, _WAITING.c.body).order_by(_WAITING.c.id).limit(PIECE)).all()
    for row in rows:
        append(tx, tx.keys, _deed_of(row.id, row.body, now))
    if rows:
        tx.conn.execute(delete(_WAITING).where(_WAITING.c.id <= rows[-1].id))
    return len(rows)


def _deed_of(number: int, body: str, now: Millis) -> Deed:
    try:
        return deed_of(body)
    except ValueError as error:
        _LOG.error("deed %d that waited for the key cannot be read: %s", number, error)
        return by_system(now, Did.UNREADABLE, object=f"audit_waiting:{number}", detail=body)
