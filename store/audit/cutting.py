"""Retention of the audit log: the oldest rows may go, under a mark only the holder of the key can make."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, delete, func, insert, select

from models.audit.chain import Bad, Keys, mark
from models.audit.deeds import Did, by_system
from models.records.audit import AuditCut, AuditRow
from models.records.base import Millis
from store.audit import history
from store.audit.verifying import cut as newest_cut
from store.audit.verifying import verify_part
from store.audit.writing import append
from store.database import Database
from store.rows import table_of

_LOG = logging.getLogger(__name__)
_ROW, _CUT = table_of(AuditRow), table_of(AuditCut)

#: Rows deleted in one transaction.
PIECE = 2_000

#: A cut is made at most this often, in ms: each is a row for as long as the log lives.
EVERY_MS = 86_400_000


def forget(database: Database, before: Millis, now: Millis) -> int:
    """Delete the rows written before a moment, up to the first one that is younger; returns how many.

    What is to go is verified first: a cut must not wash away what somebody changed. The newest row always stays. A
    process without the key deletes nothing.
    """
    keys = database.audit_keys
    if keys is None:
        return 0
    with database.read() as conn:
        last = newest_cut(conn, keys)
        upto = _upto(conn, before)
        due = upto is not None and (last is None or now - last.at >= EVERY_MS or now < last.at)
        bad: Bad | None = verify_part(conn, keys, upto) if due and upto is not None else None
    if bad is not None:
        _LOG.error("the audit log is not cut: %s", bad)
        return 0
    if due and upto is not None:
        with database.write(patience_s=30.0) as tx:
            mac = bytes(tx.conn.execute(select(_ROW.c.mac).where(_ROW.c.seq == upto)).scalar_one())
            made = mark(keys, "cut", upto, mac, now)
            tx.conn.execute(insert(_CUT).values(seq=made.seq, mac=made.mac, at=made.at, key=made.key, tag=made.tag))
            append(tx, keys, by_system(now, Did.AUDIT_CUT, object=f"audit:{upto}"))
    return _gone(database, keys)


def _upto(conn: Connection, before: Millis) -> int | None:
    """The newest row that may go; None when none may."""
    first_kept = conn.execute(select(func.min(_ROW.c.seq)).where(_ROW.c.at >= before)).scalar_one()
    if first_kept is None:
        first_kept = conn.execute(select(func.max(_ROW.c.seq))).scalar_one()
    oldest = conn.execute(select(func.min(_ROW.c.seq))).scalar_one()
    return None if first_kept is None or first_kept <= oldest else first_kept - 1


def _gone(database: Database, keys: Keys) -> int:
    """Delete what the newest cut covers, and have the lines of histories its rows sealed sealed anew."""
    with database.read() as conn:
        last = newest_cut(conn, keys)
    if last is None:
        return 0
    total, count = 0, PIECE
    while count == PIECE:
        with database.write(patience_s=30.0) as tx:
            count = history.unseal(tx, last.seq, PIECE)
    count = PIECE
    while count == PIECE:
        with database.write(patience_s=30.0) as tx:
            # Without gaps and by their numbers: the database lets the oldest go only, one after another.
            oldest = tx.conn.execute(select(func.min(_ROW.c.seq))).scalar_one()
            upto = min(last.seq, (oldest or 0) + PIECE - 1)
            count = tx.conn.execute(delete(_ROW).where(_ROW.c.seq <= upto)).rowcount
        total += count
    return total
