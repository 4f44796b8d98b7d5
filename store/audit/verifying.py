"""Verifying the audit log from its oldest row to its newest, and the histories of alarms it seals."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from models.audit.chain import Bad, Fault, Following, Keys, Mark, Row
from models.records.audit import AuditCut, AuditRow
from store.audit import history
from store.audit.writing import head
from store.rows import table_of

_ROW, _CUT = table_of(AuditRow), table_of(AuditCut)
_COLUMNS = tuple(_ROW.columns)

_FORMER = "the head was made with a former key, and nothing was written since with the key in use"
_OTHER = "another row than the head that was kept elsewhere names"

#: Rows read at once.
_PIECE = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: rows looked at, the newest, lines of histories held against seals, the first bad thing."""

    rows: int
    newest: int
    lines: int
    bad: Bad | None


def rows_after(conn: Connection, seq: int, upto: int | None = None) -> Generator[Sequence[Row]]:
    """The rows behind a number (up to another), in their order, in pieces."""
    # Piece by piece along the key: a cursor of the server costs more than half of the whole on PostgreSQL.
    query = select(*_COLUMNS).where(_ROW.c.seq > bindparam("seq")).order_by(_ROW.c.seq).limit(_PIECE)
    if upto is not None:
        query = query.where(_ROW.c.seq <= upto)
    while piece := conn.execute(query, {"seq": seq}).all():
        yield piece
        seq = piece[-1][0]


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
        return Verdict(0, 0, 0, Bad(known_cut.seq, "the cut up to this row was not made by us", Fault.CUT))
    following = Following(keys, known_cut)
    found = _follow(conn, following, None, {one.seq: one for one in heads if one.genuine(keys)})
    bad = found.bad or _end(conn, keys, following, heads)
    if bad is not None:
        return Verdict(found.count, following.seq, 0, bad)
    lines, bad = history.verify(conn, found.seals, known_cut.seq if known_cut else 0)
    return Verdict(found.count, following.seq, lines, bad or history.slipped_in(conn))


def verify_part(conn: Connection, keys: Keys, upto: int) -> Bad | None:
    """Follow the chain from its oldest row up to one, with the histories these rows seal."""
    known_cut = cut(conn)
    if known_cut is not None and not known_cut.genuine(keys):
        return Bad(known_cut.seq, "the cut up to this row was not made by us", Fault.CUT)
    found = _follow(conn, Following(keys, known_cut), upto, {})
    if found.bad is not None:
        return found.bad
    return history.verify(conn, found.seals, known_cut.seq if known_cut else 0, upto)[1]


@dataclass(slots=True)
class _Found:
    """What following found: rows looked at, what the seals of histories say, the first bad thing."""

    count: int
    seals: dict[int, str]
    bad: Bad | None


def _follow(conn: Connection, following: Following, upto: int | None, heads: dict[int, Mark]) -> _Found:
    found = _Found(0, {}, None)
    first = heads.get(following.seq)
    if first is not None and first.mac != following.mac:
        return _Found(0, {}, Bad(first.seq, _OTHER, Fault.ELSEWHERE))
    with closing(rows_after(conn, following.seq, upto)) as pieces:
        for piece in pieces:
            found.bad = following.follow(piece) or (_elsewhere(piece, heads) if heads else None)
            found.count += len(piece)
            if found.bad is not None:
                return found
            found.seals.update((row[0], row[9]) for row in piece if row[6] == history.ACTION)
    return found


def _elsewhere(piece: Sequence[Row], heads: dict[int, Mark]) -> Bad | None:
    """Rows that are another than heads kept elsewhere say."""
    for row in piece:
        kept = heads.get(row[0])
        if kept is not None and kept.mac != row[12]:
            return Bad(row[0], _OTHER, Fault.ELSEWHERE)
    return None


def _end(conn: Connection, keys: Keys, following: Following, heads: Sequence[Mark]) -> Bad | None:
    """What is wrong at the end of the chain."""
    now = head(conn)
    seq = following.seq
    for kept in heads:
        if not kept.genuine(keys):
            return Bad(kept.seq, "the head that was kept elsewhere was not made by us", Fault.ELSEWHERE)
        if kept.seq > seq:
            return Bad(seq + 1, f"missing: the head that was kept elsewhere names row {kept.seq}", Fault.MISSING)
    if now is None:
        return Bad(seq, "the head is missing", Fault.HEAD) if seq else None
    if not now.genuine(keys):
        return Bad(now.seq, "the head was not made by us", Fault.HEAD)
    if now.key != keys.current.id:
        return Bad(now.seq, _FORMER, Fault.HEAD)
    if now.seq > seq:
        return Bad(seq + 1, f"missing: the head names row {now.seq}", Fault.MISSING)
    if now.seq < seq or now.mac != following.mac:
        return Bad(now.seq, "the head names another row as the newest", Fault.HEAD)
    return None
