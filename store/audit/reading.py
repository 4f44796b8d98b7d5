"""Reading the audit log: the rows somebody asks for, the newest first, held to the stations they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Select, func, select

from models.access.grants import Stations
from models.audit.deeds import Deed, Did, by_system, deed_of, plain
from models.records.audit import AuditRow, AuditWaiting
from models.records.base import Millis
from store.rows import records, table_of

_S = TypeVar("_S", bound=Select)  # type: ignore[type-arg] # of rows or of a number

_ROW, _WAITING = table_of(AuditRow), table_of(AuditWaiting)

#: Rows that stand in memory while those of some stations are looked for.
_PIECE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of these stations (None: all, and those of no station), `start <= at < end`, and what they hold.

    `who` and `object` are parts of them in any case; `action` is one kind of deed, or a group of them.
    """

    stations: Stations
    start: Millis
    end: Millis
    who: str = ""
    action: str = ""
    object: str = ""


def _asked(wanted: Wanted, query: _S) -> _S:
    query = query.where(_ROW.c.at >= wanted.start, _ROW.c.at < wanted.end)
    if wanted.stations is not None:
        query = query.where(_ROW.c.station.in_(sorted(wanted.stations)))
    if "." in wanted.action:
        query = query.where(_ROW.c.action == wanted.action)
    elif wanted.action:
        query = query.where(_ROW.c.action.startswith(f"{wanted.action}.", autoescape=True))
    if wanted.who:
        query = query.where(_ROW.c.who.icontains(wanted.who, autoescape=True))
    if wanted.object:
        query = query.where(_ROW.c.object.icontains(wanted.object, autoescape=True))
    return query


def page(conn: Connection, wanted: Wanted, limit: int, before: int | None = None) -> list[AuditRow]:
    """The newest rows, or those before a number."""
    query = _asked(wanted, select(_ROW))
    if before is not None:
        query = query.where(_ROW.c.seq < before)
    return records(conn, AuditRow, query.order_by(_ROW.c.seq.desc()).limit(limit))


def waiting(conn: Connection, stations: Stations, limit: int) -> list[Deed]:
    """Deeds of processes without the key that are not in the chain yet, the newest first; what is no deed of this
    program is told as unreadable. A heap of other stations' deeds hides none."""
    found: list[Deed] = []
    query = select(_WAITING.c.body).order_by(_WAITING.c.id.desc()).execution_options(yield_per=_PIECE)
    rows = conn.execute(query)
    for row in rows:
        try:
            deed = deed_of(row.body)
        except ValueError:
            deed = by_system(0, Did.UNREADABLE, object="audit_waiting")
        if stations is None or deed.station in stations:
            found.append(deed)
        if len(found) >= limit:
            break
    rows.close()
    return found


def asked_of_late(conn: Connection, deed: Deed, since: Millis) -> bool:
    """Whether the same one wrote the same deed down since a moment, in the same session."""
    deed = plain(deed)
    same = (getattr(_ROW.c, name) == getattr(deed, name) for name in ("who", "session", "station", "detail"))
    query = select(_ROW.c.seq).where(_ROW.c.action == deed.action.value, _ROW.c.at >= since, *same)
    return conn.execute(query.limit(1)).first() is not None


def count(conn: Connection, wanted: Wanted) -> int:
    """How many rows there are of that."""
    query = _asked(wanted, select(func.count()).select_from(_ROW))
    return int(conn.execute(query).scalar_one())
