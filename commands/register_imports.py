"""`station|zone|box|camera|checkpoint|unit import FILE` and `street import FILE --station S`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from commands import error_report
from commands.context import PATIENCE_S, now_ms, opened, read_body, record, require_stations, say
from commands.strangers import let_in
from models.audit.deeds import Did
from models.formats.problems import RowError
from models.formats.register_files import REGISTERS, read_register
from models.formats.register_rows import Given
from models.formats.street_file import read_streets
from models.formats.tables import Sheet, read_table
from settings import Settings
from store import registers
from store.database import Tx

if TYPE_CHECKING:
    from commands.context import Commands

_Row = TypeVar("_Row")

_WORDS = {
    "station": "stations",
    "zone": "safety zones",
    "box": "SOS boxes",
    "camera": "camera points",
    "checkpoint": "red-box checkpoints",
    "unit": "patrol units",
}


def add(commands: Commands) -> None:
    """List the register commands."""
    for kind in REGISTERS:
        actions = commands.add_parser(kind, help=f"register of {_WORDS[kind]}").add_subparsers(
            required=True, metavar="COMMAND"
        )
        parser = actions.add_parser("import", help=f"add {_WORDS[kind]} from a file, or change them")
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or GeoJSON; columns: docs/formats.md")
        if kind != "station":
            parser.add_argument("--station", default="", metavar="S", help="station of rows that do not name one")
        error_report.add_options(parser)
        parser.set_defaults(run=partial(_run, kind), station="")

    _add_streets(commands)


def _add_streets(commands: Commands) -> None:
    actions = commands.add_parser("street", help="street lines of a station's map").add_subparsers(
        required=True, metavar="COMMAND"
    )
    parser = actions.add_parser("import", help="put a file's street lines in the place of the station's")
    parser.add_argument("file", type=Path, metavar="FILE", help="GeoJSON, or CSV or XLSX with WKT: docs/formats.md")
    parser.add_argument("--station", required=True, metavar="S", help="whose streets they are")
    error_report.add_options(parser)
    parser.set_defaults(run=_run_streets)


def _run(kind: str, args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        if args.station:
            require_stations(database, args.station)
        sheet = read_table(args.file.name, read_body(args.file))
        now = now_ms()
        good, bad = _parted(read_register(kind, sheet, Given(args.station, now)))
        note = _note(args, sheet, len(good), bad)
        if note is None:
            return 1
        with database.write(patience_s=PATIENCE_S) as tx:
            registers.put_rows(tx, good, now)
            record(
                tx, Did.REGISTER_IMPORTED, station=args.station, object=f"register:{kind}", detail=f"rows={len(good)}"
            )
        say(f"{_WORDS[kind]}: {len(good)} imported{note}")
        let_in(database)
    return 0


def _run_streets(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        require_stations(database, args.station)
        sheet = read_table(args.file.name, read_body(args.file))
        good, bad = _parted(read_streets(sheet, args.station))
        note = _note(args, sheet, len(good), bad)
        if note is None:
            return 1
        lines = [line for parts in good for line in parts]
        with database.write(patience_s=PATIENCE_S) as tx:
            registers.put_streets(tx, args.station, lines, now_ms())
            record(
                tx, Did.REGISTER_IMPORTED, station=args.station, object="register:street", detail=f"rows={len(lines)}"
            )
    say(f"street lines: {len(lines)} imported in the place of the station's{note}")
    return 0


def _record(tx: Tx, kind: str, station: str, rows: int) -> None:
    record(tx, Did.REGISTER_IMPORTED, station=station, object=f"register:{kind}", detail=f"rows={rows}")


def _parted(rows: Iterable[_Row | RowError]) -> tuple[list[_Row], list[RowError]]:
    """The good rows of a file, and the bad ones."""
    good: list[_Row] = []
    bad: list[RowError] = []
    for row in rows:
        if isinstance(row, RowError):
            bad.append(row)
        else:
            good.append(row)
    return good, bad


def _note(args: argparse.Namespace, sheet: Sheet, good: int, bad: list[RowError]) -> str | None:
    """What to say of the bad rows, which are written to their file; None when they stop the import (said)."""
    if not bad:
        return ""
    out = error_report.report(args.file, args.errors, sheet.header, bad)
    if not args.only_good:
        error_report.refuse_all(out, len(bad), good)
        return None
    return f", {len(bad)} bad rows in {out}"
