"""What nobody sees: the incidents of imports that are not finished, or are being taken out again.

Such rows may vanish at any time. They stand for nothing: whoever brings the same incident puts it in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, delete, select, update

from models.records.base import Millis
from models.records.imports import RUNNING, UNDOING, ImportBatch
from models.records.incident import Incident
from store.among import among
from store.database import Tx
from store.rows import table_of

_INCIDENT, _BATCH = table_of(Incident), table_of(ImportBatch)

#: An incident's `(station, source, id)`.
Key = tuple[str, str, str]


#: The imports whose incidents nobody sees.
_HIDDEN = select(_BATCH.c.batch).where(_BATCH.c.state.in_((RUNNING, UNDOING)))

#: Of an incident, that it is seen: for a query that is put together before it is known where it is asked.
IS_SEEN: ColumnElement[bool] = _INCIDENT.c.batch.not_in(_HIDDEN)


def hidden_batches(conn: Connection) -> list[str]:
    """The imports whose incidents nobody sees."""
    return list(conn.execute(_HIDDEN).scalars())


def make_way(tx: Tx, keys: Iterable[Key], batch: str = "") -> list[str]:
    """Delete the hidden incidents with these keys, but for those of `batch`; returns the imports that held them."""
    losers: set[str] = set()
    for mine, held in _held(tx.conn, keys, batch):
        losers.update(held)
        tx.conn.execute(delete(_INCIDENT).where(*mine))
    return sorted(losers)


def is_held(tx: Tx, keys: Iterable[Key], batch: str = "") -> bool:
    """Whether another import than `batch` holds hidden incidents with some of these keys."""
    return any(True for _ in _held(tx.conn, keys, batch))


def _held(
    conn: Connection, keys: Iterable[Key], batch: str
) -> Iterator[tuple[tuple[ColumnElement[bool], ...], Sequence[str]]]:
    """Which hidden incidents have these keys, as conditions, and of which imports other than `batch` they are."""
    others = [one for one in hidden_batches(conn) if one != batch]
    if not others:
        return
    of_source: dict[tuple[str, str], list[str]] = {}
    for station, source, name in keys:
        of_source.setdefault((station, source), []).append(name)
    for (station, source), ids in of_source.items():
        mine = (
            _INCIDENT.c.station == station, _INCIDENT.c.source == source, among(conn, _INCIDENT.c.id, ids),
            _INCIDENT.c.batch.in_(others),
        )  # fmt: skip
        if held := conn.execute(select(_INCIDENT.c.batch).where(*mine).distinct()).scalars().all():
            yield mine, held


def break_off(tx: Tx, batches: Sequence[str], now: Millis) -> None:
    """End running imports that lost rows to a younger one: finished, they would claim what they no longer hold."""
    running = update(_BATCH).where(_BATCH.c.batch.in_(batches), _BATCH.c.state == RUNNING)
    tx.conn.execute(running.values(state=UNDOING, heard=now))
