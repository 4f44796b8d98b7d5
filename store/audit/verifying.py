"""Verifying the audit log from its oldest row to its newest, and the histories of alarms it seals."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from models.audit.chain import Bad, Following, Keys, Mark, Row
from models.records.audit import AuditCut, AuditRow
from store.audit import history
from store.audit.writing import head
from store.rows import table_of

_ROW, _CUT = table_of(AuditRow), table_of(AuditCut)
_COLUMNS = tuple(_ROW.columns)

#: Rows read at once.
_PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: rows looked at, the newest, lines of histories held against seals, the first bad thing."""

    rows: int
    newest: int
    lines: int
    bad: Bad | None


def rows_after(conn: Connection, seq: int, upto: int | None = None) -> Generator[Sequence[Row]]:
    """The rows behind a number (up to another), in their order, in pieces."""
    query = select(*_COLUMNS).where(_ROW.c.seq > seq).order_by(_ROW.c.seq)
    if upto is not None:
        query = query.where(_ROW.c.seq <= upto)
    with conn.execute(query.execution_options(stream_results=True, max_row_buffer=_PIECE)) as found:
        yield from found.partitions(_PIECE)


def cut(conn: Connection) -> Mark | None:
    """The newest cut of retention; None when every row is still there."""
    row = conn.execute(select(_CUT).order_by(_CUT.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else Mark("cut", row.seq, bytes(row.mac), row.at, row.key, bytes(row.tag))


def verify(conn: Connection, keys: Keys, heads: Sequence[Mark] = ()) -> Verdict:
    """Follow the whole chain, hold its end against the head and against heads kept elsewhere, and every line of
    alarms' histories against its seal.

    Raises:
        StorageError: it cannot be read.
    """
    known_cut = cut(conn)
    if known_cut is not None and not known_cut.genuine(keys):
        return Verdict(0, 0, 0, Bad(known_cut.seq, "the cut up to this row was not made by us"))
    begin = known_cut.seq if known_cut else 0
    oldest = conn.execute(select(func.min(_ROW.c.seq))).scalar_one()
    if oldest is not None and oldest <= begin:
        begin, left = oldest - 1, True  # a cut that was noted, and whose rows are there all the same
    else:
        left = False
    following = Following(keys, None if left else known_cut)
    seals: dict[int, str] = {}
    wanted = {one.seq: one for one in heads}
    count = 0
    with closing(rows_after(conn, begin)) as pieces:
        for piece in pieces:
            bad = following.follow(piece) or _elsewhere(piece, wanted, keys)
            count += len(piece)
            if bad is not None:
                return Verdict(count, following.seq, 0, bad)
            seals.update((row[0], row[9]) for row in piece if row[6] == history.ACTION)
    bad = _end(conn, keys, following, heads)
    if bad is not None:
        return Verdict(count, following.seq, 0, bad)
    lines, bad = history.verify(conn, seals)
    return Verdict(count, following.seq, lines, bad)


def _elsewhere(piece: Sequence[Row], wanted: dict[int, Mark], keys: Keys) -> Bad | None:
    """Rows that are another than heads kept elsewhere say."""
    if not wanted:
        return None
    for row in piece:
        kept = wanted.get(row[0])
        if kept is not None and kept.genuine(keys) and kept.mac != row[12]:
            return Bad(row[0], "another row than the head that was kept elsewhere names")
    return None


def _end(conn: Connection, keys: Keys, following: Following, heads: Sequence[Mark]) -> Bad | None:
    """What is wrong at the end of the chain."""
    now = head(conn)
    seq = following.seq
    for kept in heads:
        if not kept.genuine(keys):
            return Bad(kept.seq, "the head that was kept elsewhere was not made by us")
        if kept.seq > seq:
            return Bad(seq + 1, f"missing: the head that was kept elsewhere names row {kept.seq}")
    if now is None:
        return Bad(seq, "the head is missing") if seq else None
    if not now.genuine(keys):
        return Bad(now.seq, "the head was not made by us")
    if now.key != keys.current.id:
        return Bad(now.seq, "the head was made with a former key, and nothing was written since the key in use")
    if now.seq > seq:
        return Bad(seq + 1, f"missing: the head names row {now.seq}")
    if now.seq < seq or now.mac != following.mac:
        return Bad(now.seq, "the head names another row as the newest")
    return None
