"""One unit's track of any length, for a file: what there is of it, and its fixes in pieces of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, case, func, select

from models.picture import Key
from models.records.base import Millis
from models.records.position import HIDDEN, Fix, Position
from store.database import Database
from store.rows import table_of

_POSITION = table_of(Position)
_DRAWN = _POSITION.c.flags.op("&")(HIDDEN) == 0
_OF_UNIT = (
    _POSITION.c.station == bindparam("of_station"), _POSITION.c.unit == bindparam("of_unit"),
    _POSITION.c.at >= bindparam("first"), _POSITION.c.at < bindparam("last"),
)  # fmt: skip
_SUMMARY = select(
    func.count(), func.sum(case((_DRAWN, 1), else_=0)), func.min(_POSITION.c.at), func.max(_POSITION.c.at)
).where(*_OF_UNIT)
_PIECE = (
    select(*(_POSITION.c[name] for name in Fix._fields))
    .where(*_OF_UNIT)
    .order_by(_POSITION.c.at)
    .limit(bindparam("most", type_=Integer))
)

#: Fixes of a piece.
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored of a track: fixes that are drawn, those left out (jumps, out of area), time of the first and of
    the last of all of them (None: nothing is stored)."""

    drawn: int
    left_out: int
    first: Millis | None
    last: Millis | None


def held(conn: Connection, one: Key, start: Millis, end: Millis) -> Held:
    """What is stored of a unit's track with `start <= at < end`."""
    asked = {"of_station": one[0], "of_unit": one[1], "first": start, "last": end}
    count, drawn, first, last = conn.execute(_SUMMARY, asked).one()
    return Held(int(drawn or 0), int(count) - int(drawn or 0), first, last)


def drawn_pieces(db: Database, one: Key, start: Millis, end: Millis) -> Iterator[Sequence[Fix]]:
    """The fixes of a unit that are drawn, `start <= at < end`, ascending. Each piece is a read of its own: a browser
    that takes its time holds nothing of the store."""
    while True:
        with db.read() as conn:
            asked = {"of_station": one[0], "of_unit": one[1], "first": start, "last": end, "most": _MOST}
            fixes = [Fix(*row) for row in conn.execute(_PIECE, asked)]
        if not fixes:
            return
        yield [fix for fix in fixes if not fix.flags & HIDDEN]
        start = fixes[-1].at + 1
