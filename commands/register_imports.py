"""`station|zone|box|camera|checkpoint|unit import FILE`."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from commands import error_report
from commands.context import PATIENCE_S, now_ms, opened, read_body, require_stations, say
from models.formats.problems import RowError
from models.formats.register_files import REGISTERS, read_register
from models.formats.register_rows import Given
from models.formats.tables import read_table
from settings import Settings
from store import registers

if TYPE_CHECKING:
    from commands.context import Commands

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


def _run(kind: str, args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        if args.station:
            require_stations(database, args.station)
        sheet = read_table(args.file.name, read_body(args.file))
        now = now_ms()
        good: list[SQLModel] = []
        bad: list[RowError] = []
        for row in read_register(kind, sheet, Given(args.station, now)):
            if isinstance(row, RowError):
                bad.append(row)
            else:
                good.append(row)
        note = ""
        if bad:
            out = error_report.report(args.file, args.errors, sheet.header, bad)
            if not args.only_good:
                return error_report.refuse_all(out, len(bad), len(good))
            note = f", {len(bad)} bad rows in {out}"
        with database.write(patience_s=PATIENCE_S) as tx:
            registers.put_rows(tx, good, now)
    say(f"{_WORDS[kind]}: {len(good)} imported{note}")
    return 0
