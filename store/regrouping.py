"""Cases stored before their station named their offence, put where it stands now, each with a line of its history.

In short transactions, so that an SOS never waits for it. One that is broken off has done a part, whole cases each;
what is left is counted, and can be done, again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, func, insert, literal, select, tuple_, update

from models.formats.offences import OFFENCES
from models.happenings import RegisterChanged
from models.incidents.changes import written
from models.incidents.regrouping import Kind, Stray, strays
from models.records.base import Millis
from models.records.incident import Incident
from models.records.incident_change import REGROUPED, IncidentChange
from store import import_words, refits
from store.among import among
from store.database import Database, Tx
from store.incidents import REGISTER, seen
from store.rows import table_of

_INCIDENT, _CHANGE = table_of(Incident), table_of(IncidentChange)
_HISTORY = ("station", "source", "id", "version", "at", "by", "kind", "fields")

#: Cases looked at together, cases of one transaction, and how long that waits for its turn, s.
_LOOK, _PIECE, _PATIENCE_S = 10_000, 1_000, 60.0

#: `(source, id)` of a case.
_Name = tuple[str, str]


def strays_of(conn: Connection, station: str) -> list[Stray]:
    """What of a station's cases stands under an offence or group that its table gives them no more."""
    return strays(_stored(conn, station), import_words.classifier(conn, station))


def unlisted_of(conn: Connection, station: str) -> list[tuple[Kind, int]]:
    """What of a station's cases stands under names that no list has, the most first: no map of a kind of offence
    counts it, and what its group is of none but the widest. Not of groups 3 and 4, which no map is of."""
    found = [
        ((offence, group), n)
        for offence, group, n in _stored(conn, station)
        if group not in (3, 4) and OFFENCES.find(offence) is None
    ]
    return sorted(found, key=lambda one: (-one[1], one[0][0], one[0][1] or 0))


def _stored(conn: Connection, station: str) -> list[tuple[str, int | None, int]]:
    """A station's offences with their groups and how many cases there are of each."""
    table = _INCIDENT.c
    query = seen(conn, select(table.offence, table.offence_group, func.count())).where(table.station == station)
    return [(row[0], row[1], row[2]) for row in conn.execute(query.group_by(table.offence, table.offence_group))]


def regroup(db: Database, station: str, by: str, clock: Callable[[], Millis], deed: Callable[[Tx, int], None]) -> int:
    """Put them there; returns how many cases were. `deed` writes down who has it done, with how many cases it is of,
    in the first transaction that changes one.

    Raises:
        StorageError: it cannot be stored now; what was done is whole, the rest is done by the next call.
    """
    with db.read() as conn:
        found = {one.was: one for one in strays_of(conn, station)}
    told = False
    done = 0
    after: _Name = ("", "")
    while found:
        with db.read() as conn:
            names = _looked(conn, station, found, after)
        for kind, of_source, piece in _pieces(names, found):
            with db.write(patience_s=_PATIENCE_S) as tx:
                changed = _put(tx, station, of_source, piece, found[kind], by, clock())
                if changed and not told:
                    deed(tx, sum(one.cases for one in found.values()))
            told = told or bool(changed)
            done += changed
        if len(names) < _LOOK:
            break
        after = names[-1][:2]
    return done


def _looked(
    conn: Connection, station: str, found: Iterable[Kind], after: _Name
) -> list[tuple[str, str, str, int | None]]:
    """The next cases that may be among them, along the key: (source, id, offence, group)."""
    table = _INCIDENT.c
    query = (
        seen(conn, select(table.source, table.id, table.offence, table.offence_group))
        .where(table.station == station, tuple_(table.source, table.id) > tuple_(*map(literal, after)))
        .where(among(conn, table.offence, {offence for offence, _ in found}))
        .order_by(table.source, table.id)
        .limit(_LOOK)
    )
    return [(row.source, row.id, row.offence, row.offence_group) for row in conn.execute(query)]


def _pieces(
    names: Sequence[tuple[str, str, str, int | None]], found: dict[Kind, Stray]
) -> Iterable[tuple[Kind, str, Sequence[str]]]:
    """By what they were and their source, as many as one transaction takes."""
    together: dict[tuple[Kind, str], list[str]] = defaultdict(list)
    for source, name, offence, group in names:
        if (offence, group) in found:
            together[(offence, group), source].append(name)
    return [
        (kind, source, ids[at : at + _PIECE])
        for (kind, source), ids in together.items()
        for at in range(0, len(ids), _PIECE)
    ]


def _put(tx: Tx, station: str, source: str, ids: Sequence[str], stray: Stray, by: str, now: Millis) -> int:
    """Put some cases where they belong, those that are still as they were; returns how many."""
    table, ever = _INCIDENT.c, _CHANGE.c
    group = stray.was[1]
    mine = seen(tx.conn, select(table.station, table.source, table.id)).where(
        table.station == station, table.source == source, among(tx.conn, table.id, ids),
        table.offence == stray.was[0],
        table.offence_group.is_(None) if group is None else table.offence_group == group,
    )  # fmt: skip
    newest = select(func.coalesce(func.max(ever.version), 0) + 1).where(
        ever.station == table.station, ever.source == table.source, ever.id == table.id
    )
    sides = (("offence", 0), ("offence_group", 1))
    fields = written({name: (stray.was[at], stray.now[at]) for name, at in sides if stray.was[at] != stray.now[at]})
    line = mine.add_columns(newest.scalar_subquery(), literal(now), literal(by), literal(REGROUPED), literal(fields))
    tx.conn.execute(insert(_CHANGE).from_select(_HISTORY, line))
    held = mine.with_only_columns(table.id)
    changed = tx.conn.execute(
        update(_INCIDENT)
        .where(table.station == station, table.source == source, table.id.in_(held))
        .values(offence=stray.now[0], offence_group=stray.now[1])
    ).rowcount
    if changed:
        refits.outdate(tx, station)
        tx.tell(RegisterChanged(station, REGISTER, now))
    return changed
