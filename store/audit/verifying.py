"""Verifying the audit log from its oldest row to its newest, and the histories of alarms it seals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from models.audit.chain import Bad, Fault, Following, Keys, Mark, Row
from models.audit.restored import ACTION as RESTORED
from models.audit.restored import Restored, restored_of
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


def cut(conn: Connection, keys: Keys) -> Mark | None:
    """The newest cut of ours; None when every row must be there. One somebody else wrote in counts for nothing: the
    rows it is to cover are missed."""
    for row in conn.execute(select(_CUT).order_by(_CUT.c.seq.desc())):
        found = Mark("cut", row.seq, bytes(row.mac), row.at, row.key, bytes(row.tag))
        if found.genuine(keys):
            return found
    return None


def verify(conn: Connection, keys: Keys, heads: Sequence[Mark] = ()) -> Verdict:
    """Follow the whole chain, hold its end against the head and against heads kept elsewhere, and every line of
    alarms' histories against its seal.

    Raises:
        StorageError: it cannot be read.
    """
    known_cut = cut(conn, keys)
    following = Following(keys, known_cut)
    found = _follow(conn, following, None, [one for one in heads if one.genuine(keys)])
    bad = found.bad or _end(conn, keys, following, heads, found.restored)
    if bad is not None:
        return Verdict(found.count, following.seq, 0, bad)
    lines, bad = history.verify(conn, found.seals, known_cut.seq if known_cut else 0)
    return Verdict(found.count, following.seq, lines, bad or history.slipped_in(conn))


def verify_part(conn: Connection, keys: Keys, upto: int) -> Bad | None:
    """Follow the chain from its oldest row up to one, with the histories these rows seal."""
    known_cut = cut(conn, keys)
    found = _follow(conn, Following(keys, known_cut), upto, ())
    if found.bad is not None:
        return found.bad
    return history.verify(conn, found.seals, known_cut.seq if known_cut else 0, upto)[1]


@dataclass(slots=True)
class _Found:
    """What following found: rows looked at, what the seals of histories say, the restores, the first bad thing."""

    count: int
    seals: dict[int, str]
    restored: list[Restored]
    bad: Bad | None


def _follow(conn: Connection, following: Following, upto: int | None, heads: Sequence[Mark]) -> _Found:
    found = _Found(0, {}, [], None)
    by_seq: dict[int, list[Mark]] = defaultdict(list)
    for one in heads:
        by_seq[one.seq].append(one)
    others = [one for one in by_seq.get(following.seq, ()) if one.mac != following.mac]
    with closing(rows_after(conn, following.seq, upto)) as pieces:
        for piece in pieces:
            found.bad = following.follow(piece)
            found.count += len(piece)
            if found.bad is not None:
                break
            for row in piece:
                others += [one for one in by_seq.get(row[0], ()) if one.mac != row[12]] if by_seq else ()
            found.seals.update((row[0], row[9]) for row in piece if row[6] == history.ACTION)
            said = (restored_of(row[1], row[9]) for row in piece if row[6] == RESTORED)
            found.restored += [one for one in said if one is not None]
    other = min((one.seq for one in others if not _former(one, found.restored)), default=None)
    if other is not None and (found.bad is None or other < found.bad.seq):
        found.bad = Bad(other, _OTHER, Fault.ELSEWHERE)
    return found


def _former(head: Mark, restored: Iterable[Restored]) -> bool:
    """Whether a head is of rows that were left behind by a restore, which the log says of itself."""
    return any(head.at <= one.at and head.seq > one.kept for one in restored)


def _end(
    conn: Connection, keys: Keys, following: Following, heads: Sequence[Mark], restored: Sequence[Restored]
) -> Bad | None:
    """What is wrong at the end of the chain."""
    now = head(conn)
    seq = following.seq
    for kept in heads:
        if not kept.genuine(keys):
            return Bad(kept.seq, "the head that was kept elsewhere was not made by us", Fault.ELSEWHERE)
        if kept.seq > seq and not _former(kept, restored):
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
