"""Whether the forward record is as it was written: every forecast and score against its hash, and the hashes of those
that were kept together against the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, and_, select

from models.analysis.content import content_hash
from models.audit.deeds import Did, deed_of
from models.records.audit import AuditCut, AuditRow, AuditWaiting
from models.records.base import Millis
from models.records.erasure import Erasure
from models.records.hotspot import ForecastRow, ForecastScoreRow
from store import forecast_tally
from store.forecasts import PIECE, SETTLE_MS, ChangedError, checked, detail
from store.rows import record_of, table_of, values_of

_FORECAST, _SCORE = table_of(ForecastRow), table_of(ForecastScoreRow)
_ERASURE = table_of(Erasure)
_AUDIT, _CUT, _UNTOLD = table_of(AuditRow), table_of(AuditCut), table_of(AuditWaiting)


def verify(conn: Connection) -> int:
    """Read every forecast and make sure that it is as it was written, and that none was taken away from or put beside
    those it was frozen with: their hashes stand in the audit log. Returns how many there are. What is older than
    retention lets it be may be gone.

    Raises:
        ChangedError: something is not.
    """
    frozen: dict[tuple[str, Millis], list[str]] = {}
    with conn.execute(select(_FORECAST), execution_options={"yield_per": PIECE}) as rows:
        for found in rows:
            row = checked(record_of(ForecastRow, found))
            frozen.setdefault((row.station, row.made_at), []).append(row.hash)
    _as_told(conn, Did.FORECASTS_FROZEN, frozen)
    scored: dict[tuple[str, Millis], list[str]] = {}
    with conn.execute(select(_SCORE), execution_options={"yield_per": PIECE}) as rows:
        for found in rows:
            score = record_of(ForecastScoreRow, found)
            scored.setdefault(("", score.scored_at), []).append(content_hash(values_of(score)))
    _as_told(conn, Did.FORECASTS_SCORED, scored)
    same = and_(_SCORE.c.station == _FORECAST.c.station, _SCORE.c.hash == _FORECAST.c.hash)
    early = select(_SCORE.c.station, _SCORE.c.hash).join(_FORECAST, same)
    for station, name in conn.execute(early.where(_SCORE.c.scored_at < _FORECAST.c.until + SETTLE_MS).limit(1)):
        raise ChangedError(f"the forecast {name[:12]} of {station} was scored before its cases could be in")
    if name := forecast_tally.wrong(conn, _gone(conn, _FORECAST)):
        raise ChangedError(f"the sums of the record ({name}) are not those of its forecasts")
    return sum(len(hashes) for hashes in frozen.values())


def _as_told(conn: Connection, did: Did, groups: Mapping[tuple[str, Millis], Sequence[str]]) -> None:
    """Make sure that the audit log tells of each group (station, moment), and of it as it is.

    Raises:
        ChangedError: it does not.
    """
    what = {Did.FORECASTS_FROZEN: "forecasts of {} frozen at {}", Did.FORECASTS_SCORED: "scores{} of {}"}[did]
    told: set[tuple[str, Millis]] = set()
    table = {Did.FORECASTS_FROZEN: _FORECAST, Did.FORECASTS_SCORED: _SCORE}[did]
    gone = _gone(conn, table)
    sealed = select(_AUDIT.c.station, _AUDIT.c.at, _AUDIT.c.detail).where(_AUDIT.c.action == did.value)
    for station, at, told_of in conn.execute(sealed, execution_options={"yield_per": PIECE}):
        told.add((station, at))
        # By its retention, a piece at a time: of an old group some may be left.
        if at >= gone and told_of != detail(groups.get((station, at), [])):
            raise ChangedError(f"the {what.format(station, at)} are not those the audit log tells of")
    told |= _untold(conn, did)
    since = _kept_since(conn)
    for station, at in sorted(groups):
        if at >= since and (station, at) not in told:
            raise ChangedError(f"the audit log tells of no {what.format(station, at)}")


def _gone(conn: Connection, table: Table) -> Millis:
    """Up to when rows may be gone by their retention."""
    return conn.execute(select(_ERASURE.c.before).where(_ERASURE.c.kind == table.name)).scalar() or 0


def _untold(conn: Connection, did: Did) -> set[tuple[str, Millis]]:
    """What was kept by a process without the log's key, and waits for one that has it."""
    found: set[tuple[str, Millis]] = set()
    for body in conn.execute(select(_UNTOLD.c.body)).scalars():
        try:
            deed = deed_of(body)
        except ValueError:
            continue  # no deed of this program: it tells of nothing
        if deed.action is did:
            found.add((deed.station, deed.at))
    return found


def _kept_since(conn: Connection) -> Millis:
    """Since when the audit log is whole: 0, or the moment of its oldest row after a cut."""
    if conn.execute(select(_CUT.c.seq).limit(1)).first() is None:
        return 0
    return conn.execute(select(_AUDIT.c.at).order_by(_AUDIT.c.seq).limit(1)).scalar() or 0
