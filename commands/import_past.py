"""The imports there were: listed, and one of them taken out again."""

from __future__ import annotations

from datetime import datetime

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, record, require_stations, say
from models.audit.deeds import Did
from models.thai_time import thai_day
from settings import Settings
from store import import_runs, imports, incident_changes


def undo(batch: str, edited_too: bool, settings: Settings) -> int:
    """Take an import out again.

    Raises:
        RefusedError: incidents of it were changed by hand, and nobody said that they may go.
    """
    with opened(settings) as database:
        with database.write(patience_s=PATIENCE_S) as tx:
            try:
                known = import_runs.known(tx.conn, batch)
                edited = 0 if known is None else incident_changes.edited_of(tx.conn, known)
                if edited and not edited_too:
                    told = f"{edited} incidents of import {batch} were changed by hand"
                    raise RefusedError(f"{told}; --edited-too takes them out")
                run = import_runs.hide(tx, batch, None, now_ms(), "manage.py")
                station, gone = run.station, run.new
            except imports.UnknownBatchError:
                gone = imports.undo(tx, batch, now_ms())  # of an inbox from before imports were listed
                station, run = "", None
            record(tx, Did.IMPORT_UNDONE, station=station, object=f"batch:{batch}", detail=f"rows={gone}")
        if run is not None:
            gone = import_runs.take_out(database, batch, now_ms)
    say(f"incidents: {gone} taken out")
    return 0


def listed(station: str, settings: Settings) -> int:
    """List the imports, the newest first; of one station when it is named."""
    with opened(settings) as database:
        scope = frozenset(require_stations(database, station).split(",")) if station else None
        with database.read() as conn:
            found = import_runs.runs(conn, scope)
    for run in found:
        say(
            f"{run.batch}  {run.state}  {_day(run.begun, settings)}  {run.station}  {run.source}  {run.file}"
            f"  new={run.new} known={run.known} bad={run.bad}"
        )
    if not found:
        say("no imports")
    return 0


def _day(at: int, settings: Settings) -> str:
    return thai_day(datetime.fromtimestamp(at / 1000, settings.zone).date())
