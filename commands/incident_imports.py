"""`import-incidents FILE --station S`, `--undo BATCH` and `--list`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commands import error_report
from commands.context import RefusedError, now_ms, opened, readable, record, require_station, say, user
from commands.error_stream import ErrorFile
from commands.import_past import listed, undo
from commands.import_words import Said, said_of
from commands.offences import say_strays
from models.audit.deeds import Did
from models.formats.incident_file import Context, split_mapping
from models.records.imports import ImportBatch
from settings import Settings
from store import import_runs, import_words
from store.database import Database, Tx

if TYPE_CHECKING:
    from commands.context import Commands
    from models.imports.opening import Table
    from store.bringing_in import Plan, Style

#: Source of incidents that came as a file, by command or inbox: the same file both ways is once.
SOURCE = "file"

#: How long one thread keeps the other from the interpreter, s (Python's own: 0.005).
_SWITCH_S = 0.001

#: How often progress is told on a terminal, s.
_TOLD_S = 1.0


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
    parser.add_argument("--sheet", default="", metavar="NAME", help="sheet of a workbook (default: the first)")
    parser.add_argument(
        "--dates", choices=("day", "month"), help="what comes first in 1/2/2565 (default: as the file's dates say)"
    )
    parser.add_argument(
        "--map", action="append", default=[], metavar="FIELD=TITLE",
        help="column of a field; remembered for the station and source",
    )  # fmt: skip
    parser.add_argument(
        "--offence", action="append", default=[], metavar="NAME=MEANING",
        help="what a name of an offence means, a code or a group 1 to 4; remembered for the station",
    )  # fmt: skip
    parser.add_argument("--anywhere", action="store_true", help="take places outside the station's plausible area")
    parser.add_argument("--preview", action="store_true", help="say what the file holds and store nothing")
    parser.add_argument("--undo", metavar="BATCH", help="take an import's incidents out again")
    parser.add_argument("--edited-too", action="store_true", help="undo although some were changed by hand since")
    parser.add_argument("--list", action="store_true", help="list the imports, of --station when it is given")
    error_report.add_options(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.undo:
        return undo(args.undo, args.edited_too, settings)
    if args.list:
        return listed(args.station, settings)
    if args.file is None or not args.station:
        raise RefusedError("import-incidents needs FILE and --station S")
    if not 1 <= len(args.source) <= 64:
        raise RefusedError("--source must be 1 to 64 characters")
    zone = settings.zone if args.timezone is None else _zone(args.timezone)
    # Loaded here: no other command waits for it.
    from models.imports.opening import open_table

    with opened(settings) as database:
        require_station(database, args.station)
        import_runs.take_out_broken(database, now_ms)
        try:
            table = open_table(args.file, sheet=args.sheet)
        except OSError as error:
            raise RefusedError(f"cannot read {args.file}: {error.strerror}") from error
        said = said_of(args.map, args.offence)
        plan = _plan(args, database, zone, table, said)
        return _preview(args, database, table, plan) if args.preview else _bring(args, database, table, plan, said)


def _plan(args: argparse.Namespace, database: Database, zone: ZoneInfo, table: Table, said: Said) -> Plan:
    from store.bringing_in import Plan

    with database.read() as conn:
        remembered, missing = split_mapping(table.header, import_words.mapping(conn, args.station, args.source))
        classify = import_words.classifier(conn, args.station, said.meanings)
    if missing:
        sys.stderr.write(f"manage.py: remembered columns that the file has not: {', '.join(missing)}\n")
    mapping = {**remembered, **said.columns}
    context = Context(args.station, args.source, zone, now_ms(), classify)
    month = None if args.dates is None else args.dates == "month"
    by = f"console:{user()}"
    return Plan(args.station, args.source, context, mapping, month, args.only_good, args.anywhere, by)


def _preview(args: argparse.Namespace, database: Database, table: Table, plan: Plan) -> int:
    from store.bringing_in import look_over

    with ErrorFile(error_report.path_of(args.file, args.errors), table.header) as errors:
        found = look_over(database, table, plan, tell=_teller(), errors=errors.add)
    counts = found.counts
    _say_style(table, found.style)
    say("columns: " + ", ".join(f"{field}={title}" for field, title in sorted(found.columns.items())))
    say(f"rows: {counts.good} good, {counts.bad} bad, {found.known} known before")
    say(
        f"of the good: {counts.no_place} without a place, {counts.windows} without a certain hour,"
        f" {counts.no_group} without an offence group"
    )
    if counts.bad:
        reasons = ", ".join(f"{reason} {count}" for reason, count in counts.reasons.most_common())
        say(f"bad: {reasons}; see {errors.path}")
    for name, count in counts.unknown.most_common(30):
        say(f"offence nobody listed: {name} ({count}); name it with --offence '{name}=GROUP'")
    say("nothing was stored")
    return 0


def _bring(args: argparse.Namespace, database: Database, table: Table, plan: Plan, said: Said) -> int:
    from store.bringing_in import BadRowsError, bring_in

    def deed(tx: Tx, run: ImportBatch) -> None:
        said.keep(tx, plan)
        if not run.new:
            return
        told = f"new={run.new} known={run.known} source={run.source}"
        record(tx, Did.INCIDENTS_IMPORTED, station=run.station, object=f"batch:{run.batch}", detail=told)

    # Rows are read beside the storing of those before: who holds the store must not wait long for the interpreter.
    sys.setswitchinterval(_SWITCH_S)
    with ErrorFile(error_report.path_of(args.file, args.errors), table.header) as errors:
        try:
            done = bring_in(
                database,
                table,
                plan,
                now_ms,
                file=readable(args.file.name),
                errors=errors.add,
                deed=deed,
                tell=_teller(),
            )
        except BadRowsError as bad:
            return error_report.refuse_all(errors.path, bad.bad, bad.good)
    _say_style(table, done.style)
    if done.ignored:
        say(f"columns not read: {', '.join(done.ignored)}")
    note = f", {done.counts.bad} bad in {errors.path}" if done.counts.bad else ""
    say(f"incidents: {done.run.new} new, {done.run.known} known before{note}")
    say(f"batch {done.run.batch}" if done.run.new else "nothing new: no batch")
    if said.meanings:
        say_strays(database, plan.station)
    return 0


def _say_style(table: Table, style: Style) -> None:
    words = [table.kind]
    if table.encoding:
        words.append({"utf-8-sig": "UTF-8", "cp874": "Windows-874", "utf-16": "UTF-16"}[table.encoding])
    if table.sheet:
        words.append(f"sheet {table.sheet} of {len(table.sheets)}")
    dates = style.dates
    if dates.day or dates.month or dates.either:
        words.append(f"{style.order} first" + ("" if dates.sure else " (assumed: no date says it)"))
    if dates.era:
        words.append({"be": "Buddhist era", "ce": "common era", "both": "both eras"}[dates.era])
    say(f"read as: {', '.join(words)}")
    if dates.mixed:
        sys.stderr.write(
            f"manage.py: the file mixes two styles: {dates.day} dates can only be day first, {dates.month} only month"
            f" first, {dates.either} could be either\n"
        )


def _teller() -> Callable[[int], None]:
    """Tells how far it is, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda _: None
    told = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD_S:
            told = time.monotonic()
            sys.stderr.write(f"\r{done:,} rows")

    return tell


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RefusedError(f"--timezone {name} is not a known time zone") from error
