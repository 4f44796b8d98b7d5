"""Alarms' histories under the seal of the audit log.

A step on an alarm is a row of its history and is not written a second time: the alarm lane waits for nothing here. A
job gathers the lines that have no seal yet and writes one audit row with the SHA-256 of all of them. A line that is
changed, removed or slipped in later no longer fits the digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby

import orjson
from sqlalchemy import Connection, and_, bindparam, exists, select, tuple_, update

from models.audit.chain import Bad, Fault
from models.audit.deeds import Did, by_system
from models.records.alarm import AlarmStep
from models.records.audit import AlarmStepSeal
from models.records.base import Millis
from store.audit.writing import NoKeyError, append
from store.database import Tx
from store.rows import table_of

_F = Fault.HISTORY

ACTION = Did.ALARMS_SEALED.value

_STEP, _SEAL = table_of(AlarmStep), table_of(AlarmStepSeal)
_KEY = (_SEAL.c.station, _SEAL.c.alarm, _SEAL.c.version)
_SAME = and_(_SEAL.c.station == _STEP.c.station, _SEAL.c.alarm == _STEP.c.alarm, _SEAL.c.version == _STEP.c.version)
_LINE = (
    _STEP.c.station, _STEP.c.alarm, _STEP.c.version, _STEP.c.step, _STEP.c.at, _STEP.c.by, _STEP.c.origin,
    _STEP.c.old_state, _STEP.c.new_state, _STEP.c.detail, _STEP.c.body,
)  # fmt: skip

#: Most lines under one seal: some ms of the write lock.
PIECE = 500


def seal(tx: Tx, now: Millis) -> int:
    """Seal the lines that have none, a piece of them; returns how many.

    Raises:
        NoKeyError: this process has no key.
    """
    if tx.keys is None:
        raise NoKeyError
    query = select(*_KEY, *_LINE).join(_STEP, _SAME).where(_SEAL.c.seal.is_(None)).order_by(*_KEY).limit(PIECE)
    rows = tx.conn.execute(query).all()
    if not rows:
        return 0
    detail = _digest(tuple(row[3:]) for row in rows)
    seq = append(tx, tx.keys, by_system(now, Did.ALARMS_SEALED, object="alarm_step", detail=detail))
    keys = [{"s": row[0], "a": row[1], "v": row[2], "seq": seq} for row in rows]
    tx.conn.execute(
        update(_SEAL)
        .where(_SEAL.c.station == bindparam("s"), _SEAL.c.alarm == bindparam("a"), _SEAL.c.version == bindparam("v"))
        .values(seal=bindparam("seq")),
        keys,
    )
    return len(rows)


def waiting(conn: Connection) -> bool:
    """Whether lines wait for a seal."""
    return conn.execute(select(_SEAL.c.version).where(_SEAL.c.seal.is_(None)).limit(1)).first() is not None


def _digest(lines: Iterable[tuple[object, ...]]) -> str:
    """What a seal says of its lines, in the order of their keys: each as a JSON array, one a line."""
    digest, count = hashlib.sha256(), 0
    for line in lines:
        digest.update(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return f"lines={count} sha256={digest.hexdigest()}"


def verify(conn: Connection, seals: Mapping[int, str], after: int, upto: int | None = None) -> tuple[int, Bad | None]:
    """Hold every line against its seal. `seals`: what the audit rows of seals say, by number.

    Seals up to `after` were cut off with their rows: their lines wait to be sealed anew.

    Returns how many lines were sealed, and the first seal whose lines are not the ones it was made of.
    """
    query = (
        select(_SEAL.c.seal, *_LINE, *_KEY)
        .join(_STEP, _SAME, isouter=True)
        .where(_SEAL.c.seal > after)
        .order_by(_SEAL.c.seal, *_KEY)
    )
    if upto is not None:
        query = query.where(_SEAL.c.seal <= upto)
    count, left = 0, dict(seals)
    with conn.execute(query.execution_options(stream_results=True, max_row_buffer=PIECE)) as found:
        for seq, lines in groupby(found, key=lambda row: int(row[0])):
            rows = [tuple(row) for row in lines]
            gone = next((row for row in rows if row[1] is None), None)
            if gone is not None:
                station, alarm, version = gone[-3:]
                return count, Bad(seq, f"line {version} of the history of alarm {alarm} of {station} is gone", _F)
            if left.pop(seq, None) != _digest(row[1:-3] for row in rows):
                return count, Bad(seq, "a line of a history under this seal was changed, removed or added", _F)
            count += len(rows)
    if left:
        return count, Bad(min(left), "the lines of alarms' histories under this seal are gone", _F)
    return count, None


def slipped_in(conn: Connection) -> Bad | None:
    """A line of a history that came there without being counted in."""
    without = select(_STEP.c.station, _STEP.c.alarm, _STEP.c.version).where(~exists().where(_SAME).correlate(_STEP))
    slipped = conn.execute(without.limit(1)).first()
    if slipped is None:
        return None
    return Bad(0, f"line {slipped[2]} of the history of alarm {slipped[1]} of {slipped[0]} was slipped in", _F)


def unseal(tx: Tx, upto: int, piece: int) -> int:
    """Have lines sealed by rows that were cut off sealed anew, a piece of them; returns how many."""
    old = select(*_KEY).where(_SEAL.c.seal <= upto).limit(piece)
    return tx.conn.execute(update(_SEAL).where(tuple_(*_KEY).in_(old)).values(seal=None)).rowcount
