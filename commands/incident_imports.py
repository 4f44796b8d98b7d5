"""`import-incidents FILE --station S` and `import-incidents --undo BATCH`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commands import error_report
from commands.context import PATIENCE_S, RefusedError, now_ms, opened, read_body, record, require_stations, say
from models.audit.deeds import Did
from models.formats.incident_file import Context, read_incident_file
from settings import Settings
from store import imports

if TYPE_CHECKING:
    from commands.context import Commands

#: Source of incidents that came as a file, by command or inbox: the same file both ways is once.
SOURCE = "file"


def add(commands: Commands) -> None:
    """List the command."""
    parser = commands.add_parser("import-incidents", help="import incidents from a file, or take an import out again")
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="CSV, XLSX, GeoJSON or Parquet; columns: docs/formats.md"
    )
    parser.add_argument("--station", default="", metavar="S", help="station the incidents belong to")
    parser.add_argument(
        "--source", default=SOURCE, metavar="NAME", help=f"where the ids come from (default: {SOURCE})"
    )
    parser.add_argument("--timezone", metavar="ZONE", help="time zone of times without one (default: SSZ_TIMEZONE)")
    parser.add_argument("--undo", metavar="BATCH", help="take an import's incidents out again")
    error_report.add_options(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.undo:
        return _undo(args.undo, settings)
    if args.file is None or not args.station:
        raise RefusedError("import-incidents needs FILE and --station S")
    if not 1 <= len(args.source) <= 64:
        raise RefusedError("--source must be 1 to 64 characters")
    zone = settings.zone if args.timezone is None else _zone(args.timezone)
    with opened(settings) as database:
        require_stations(database, args.station)
        context = Context(args.station, args.source, zone, now_ms())
        file = read_incident_file(args.file.name, read_body(args.file), context)
        note = ""
        if file.bad:
            out = error_report.report(args.file, args.errors, file.header, file.bad)
            if not args.only_good:
                return error_report.refuse_all(out, len(file.bad), len(file.good))
            note = f", {len(file.bad)} bad in {out}"
        with database.write(patience_s=PATIENCE_S) as tx:
            done = imports.take_all(tx, file.good, imports.new_batch())
            told = f"new={done.new} known={done.duplicates} source={args.source}"
            record(tx, Did.INCIDENTS_IMPORTED, station=args.station, object=f"batch:{done.batch}", detail=told)
    if file.ignored:
        say(f"columns not read: {', '.join(file.ignored)}")
    say(f"incidents: {done.new} new, {done.duplicates} known before{note}")
    say(f"batch {done.batch}" if done.new else "nothing new: no batch")
    return 0


def _undo(batch: str, settings: Settings) -> int:
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        gone = imports.undo(tx, batch, now_ms())
        record(tx, Did.IMPORT_UNDONE, object=f"batch:{batch}", detail=f"rows={gone}")
    say(f"incidents: {gone} taken out")
    return 0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RefusedError(f"--timezone {name} is not a known time zone") from error
