"""What an alarm's after-action sheet reads beside the alarm, and who had one made."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from models.records.alarm import AlarmStep
from models.records.sheet_print import SheetPrint
from models.records.sos import SosEvent
from store.database import Tx
from store.rows import add_new, records, table_of, values_of

_STEP, _EVENT, _PRINT = table_of(AlarmStep), table_of(SosEvent), table_of(SheetPrint)

#: Lines of a history that fit on a few sheets of paper.
MOST_LINES = 200


def lines(conn: Connection, station: str, alarm: str) -> tuple[list[AlarmStep], int]:
    """The history of an alarm without repeated presses, the first first, and how many lines were left out."""
    mine = (_STEP.c.station == station, _STEP.c.alarm == alarm, _STEP.c.step != "join")
    count = conn.execute(select(func.count()).select_from(_STEP).where(*mine)).scalar_one()
    found = records(conn, AlarmStep, select(_STEP).where(*mine).order_by(_STEP.c.version).limit(MOST_LINES))
    return found, count - len(found)


def presses(conn: Connection, station: str, alarm: str, most: int) -> tuple[list[SosEvent], int]:
    """The presses that raised or joined an alarm, the first first, and how many were left out."""
    mine = (_EVENT.c.station == station, _EVENT.c.alarm == alarm)
    count = conn.execute(select(func.count()).select_from(_EVENT).where(*mine)).scalar_one()
    query = select(_EVENT).where(*mine).order_by(_EVENT.c.received_at, _EVENT.c.id).limit(most)
    found = records(conn, SosEvent, query)
    return found, count - len(found)


def note_print(tx: Tx, made: SheetPrint) -> None:
    """Write down that a sheet was made. Twice by one person within the same millisecond is once."""
    add_new(tx, _PRINT, values_of(made))


def prints(conn: Connection, station: str, alarm: str) -> list[SheetPrint]:
    """Who had an alarm's sheet made, the first first."""
    query = select(_PRINT).where(_PRINT.c.station == station, _PRINT.c.alarm == alarm)
    return records(conn, SheetPrint, query.order_by(_PRINT.c.at, _PRINT.c.who))
