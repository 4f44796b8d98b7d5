"""SOS boxes: whether each is connected. Presses and health events are `store.sos`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.alarms.causes import Trouble
from models.alarms.kinds import Kind
from models.happenings import BoxHeard
from models.records.base import Millis
from models.records.sos import BoxOnline, SosBox, SosBoxPast
from store.alarms.trouble import settle
from store.database import Tx
from store.rows import record_of, table_of

_BOX, _PAST = table_of(SosBox), table_of(SosBoxPast)


def take(tx: Tx, word: BoxOnline) -> bool:
    """Keep a box's own word, or its last will, that it is connected or gone. False when that was known, or older.

    `at` is the arrival at our door. A last will tells of silence: it is no sign of life and moves `heard_at` not.
    """
    mine = (_BOX.c.station == word.station, _BOX.c.box == word.box)
    known = tx.conn.execute(select(_BOX.c.online, _BOX.c.heard_at).where(*mine)).one_or_none()
    if known is None or word.at < (known.heard_at or 0):
        return False
    if known.online is word.online and (not word.online or word.at == known.heard_at):
        return False
    heard = {"heard_at": word.at} if word.online else {}
    tx.conn.execute(update(_BOX).where(*mine).values(online=word.online, **heard))
    remember(tx, word.station, word.box, word.at)
    tx.tell(BoxHeard(word.station, word.box, word.at, online=word.online))
    lost = {} if word.online else {Kind.BOX_LOST: "offline"}
    trouble(tx, word.station, word.box, frozenset({Kind.BOX_LOST}), lost, word.at)
    return True


def trouble(
    tx: Tx,
    station: str,
    name: str,
    among: frozenset[Kind],
    standing: Mapping[Kind, str],
    now: Millis,
    topic: str = "",
) -> None:
    """What a box just said of its trouble: raised, counted or ended at once, not at the next look."""
    known = box(tx.conn, station, name)
    if known is None:
        return
    place = known.name_th or name
    found = Trouble(station, "box", name, among, standing, place, known.lat, known.lon)
    settle(tx, found, now, said=frozenset(standing), topic=topic)


def remember(tx: Tx, station: str, name: str, at: Millis) -> None:
    """Keep the box as it stands now, as what it was at `at`: screens that look back read it there."""
    columns = [_PAST.c[column.name] for column in _PAST.columns]
    said: list[ColumnElement[Any]] = [
        literal(at, BigInteger) if column.name == "at" else _BOX.c[column.name] for column in columns
    ]
    row = select(*said).where(_BOX.c.station == station, _BOX.c.box == name)
    make = sqlite.insert if tx.conn.dialect.name == "sqlite" else postgresql.insert
    adding = make(_PAST).from_select([column.name for column in columns], row)
    words = {column.name: adding.excluded[column.name] for column in columns if not column.primary_key}
    tx.conn.execute(adding.on_conflict_do_update(index_elements=list(_PAST.primary_key), set_=words))


def box(conn: Connection, station: str, name: str) -> SosBox | None:
    """One box; None when it is not in the register."""
    row = conn.execute(select(_BOX).where(_BOX.c.station == station, _BOX.c.box == name)).one_or_none()
    return None if row is None else record_of(SosBox, row)
