"""`device approve` and `device key`: which device speaks for whom, and the keys of `/in/*`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, require_stations, say
from commands.strangers import let_in
from settings import Settings
from store import devices, registers
from store.database import Database

if TYPE_CHECKING:
    from commands.context import Commands

#: Sources a device can be approved for.
SOURCES = ("native", "owntracks", "traccar", "osmand", "chirpstack")

#: Who approved, as the register shows it.
BY = "manage.py"


def add(commands: Commands) -> None:
    """List the commands."""
    device = commands.add_parser("device", help="devices and their keys").add_subparsers(
        required=True, metavar="COMMAND"
    )
    approve = device.add_parser("approve", help="let a device speak for a unit or a box")
    approve.add_argument("source", choices=SOURCES, metavar="SOURCE", help=", ".join(SOURCES))
    approve.add_argument("foreign_id", metavar="FOREIGN_ID", help="what the device calls itself")
    approve.add_argument("--station", required=True, metavar="S")
    whom = approve.add_mutually_exclusive_group(required=True)
    whom.add_argument("--unit", metavar="U")
    whom.add_argument("--box", metavar="B")
    approve.set_defaults(run=_approve)

    key = device.add_parser("key", help="print a key for /in/* alone on the last line")
    key.add_argument("label", metavar="LABEL", help="what the key is for")
    key.add_argument(
        "--device", nargs="+", action="extend", default=[], metavar="SOURCE:ID", help="devices it may speak for"
    )
    key.add_argument("--channel", default="", metavar="C", help="report channel it may write to, with --station")
    key.add_argument("--station", default="", metavar="S", help="station of the report channel")
    key.set_defaults(run=_key)


def _approve(args: argparse.Namespace, settings: Settings) -> int:
    target = devices.Target(args.station, "unit" if args.unit else "box", args.unit or args.box)
    with opened(settings) as database:
        require_stations(database, args.station)
        _require(database, target)
        with database.write(patience_s=PATIENCE_S) as tx:
            devices.approve(tx, args.source, args.foreign_id, target, BY, now_ms())
        say(f"{args.source} {args.foreign_id} speaks for {target.kind} {target.id} of {target.station}")
        let_in(database)
    return 0


def _require(database: Database, target: devices.Target) -> None:
    station = frozenset({target.station})
    with database.read() as conn:
        if target.kind == "unit":
            known = {unit.unit for unit in registers.units(conn, station)}
        else:
            known = {box.box for box in registers.boxes(conn, station)}
    if target.id not in known:
        raise RefusedError(f"station {target.station} has no {target.kind} {target.id}: import it first")


def _key(args: argparse.Namespace, settings: Settings) -> int:
    if bool(args.device) == bool(args.channel):
        raise RefusedError("device key needs either --device SOURCE:ID or --channel C with --station S")
    if bool(args.channel) != bool(args.station):
        raise RefusedError("a report channel's key needs --channel C and --station S")
    named = [_named(word) for word in args.device]
    with opened(settings) as database:
        if args.station:
            require_stations(database, args.station)
        with database.write(patience_s=PATIENCE_S) as tx:
            key_id, key = devices.create_key(tx, args.label, now_ms(), station=args.station, channel=args.channel)
            for source, foreign_id in named:
                devices.assign_key(tx, key_id, source, foreign_id, now_ms())
    say(f"Key {key_id} ({args.label}), shown this once:")
    say(key)
    return 0


def _named(word: str) -> tuple[str, str]:
    source, colon, foreign_id = word.partition(":")
    if source not in SOURCES or not colon or not foreign_id:
        raise RefusedError(f"--device {word}: write SOURCE:ID, with SOURCE one of {', '.join(SOURCES)}")
    return source, foreign_id
