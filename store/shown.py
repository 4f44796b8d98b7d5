"""When an alarm was first sent to a screen. Read when a server starts: nothing heavy is imported here."""

from __future__ import annotations

from sqlalchemy import Connection, text

from models.records.base import Millis
from store.database import Tx

_SHOWN = text(
    "INSERT INTO alarm_times (station, alarm, shown_at) VALUES (:station, :alarm, :at)"
    " ON CONFLICT (station, alarm) DO UPDATE SET shown_at = CASE WHEN alarm_times.shown_at IS NULL"
    " OR excluded.shown_at < alarm_times.shown_at THEN excluded.shown_at ELSE alarm_times.shown_at END"
)


def note_shown(tx: Tx, station: str, alarm: str, at: Millis) -> None:
    """An alarm was sent to a screen. The earliest moment stays, whoever writes it and in whichever order."""
    tx.conn.execute(_SHOWN, {"station": station, "alarm": alarm, "at": at})


def shown_of(conn: Connection) -> set[tuple[str, str]]:
    """(station, id) of every open alarm that is known to have been sent to a screen."""
    query = (
        "SELECT t.station, t.alarm FROM alarm a JOIN alarm_times t ON t.station = a.station AND t.alarm = a.id"
        " WHERE a.state <> 'closed' AND t.shown_at IS NOT NULL"
    )
    return {(row[0], row[1]) for row in conn.execute(text(query))}
