"""Whether the keys a process was given are those the audit log was written with."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.audit.chain import Keys
from models.records.audit import AuditRow
from store.audit.writing import head
from store.rows import table_of

_ROW = table_of(AuditRow)

#: What an operator is told.
OTHER_KEY = (
    "SSZ_SECRET_KEY is not the secret the audit log was written with; after a change of it name the former one in"
    " SSZ_SECRET_KEY_OLD"
)


def fits(conn: Connection, keys: Keys) -> bool:
    """Whether head or newest row name a key of ours, or there is none yet: one row under another key would break the
    chain for good. A head that was tampered with beside a row of ours is for `audit verify` to tell, and stops
    nobody."""
    newest = head(conn)
    if newest is None or newest.key in keys.known:
        return True
    return conn.execute(select(_ROW.c.key).order_by(_ROW.c.seq.desc()).limit(1)).scalar_one_or_none() in keys.known
