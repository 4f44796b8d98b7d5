"""`device approve` and `device key`: which device speaks for whom, and the keys of `/in/*`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, deed, opened, require_stations, say
from commands.strangers import let_in
from models.audit.deeds import Did
from settings import Settings
from store import admission, devices
from store.admission import SOURCES

if TYPE_CHECKING:
    from commands.context import Commands


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

    block = device.add_parser("block", help="take a device's word away; approving gives it back")
    block.add_argument("source", choices=SOURCES, metavar="SOURCE", help=", ".join(SOURCES))
    block.add_argument("foreign_id", metavar="FOREIGN_ID")
    block.set_defaults(run=_block)

    revoke = device.add_parser("revoke", help="end a key of /in/* at once")
    revoke.add_argument("key_id", metavar="KEY_ID", help="as it was told when the key was made")
    revoke.set_defaults(run=_revoke)

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
        with database.write(patience_s=PATIENCE_S) as tx:
            admission.admit(tx, args.source, args.foreign_id, target, deed(Did.DEVICE_APPROVED))
        say(f"{args.source} {args.foreign_id} speaks for {target.kind} {target.id} of {target.station}")
        let_in(database)
    return 0


def _block(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        admission.shut_out(tx, args.source, args.foreign_id, deed(Did.DEVICE_BLOCKED))
    say(f"{args.source} {args.foreign_id} is heard no more")
    return 0


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        admission.end_key(tx, args.key_id, deed(Did.KEY_REVOKED))
    say(f"key {args.key_id} is ended")
    return 0


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
            by = deed(Did.KEY_CREATED)
            if args.channel:
                key_id, key = admission.make_channel_key(tx, args.label, args.station, args.channel, by)
            else:
                key_id, key = admission.make_device_key(tx, args.label, named, by)
    say(f"Key {key_id} ({args.label}), shown this once:")
    say(key)
    return 0


def _named(word: str) -> tuple[str, str]:
    source, colon, foreign_id = word.partition(":")
    if source not in SOURCES or not colon or not foreign_id:
        raise RefusedError(f"--device {word}: write SOURCE:ID, with SOURCE one of {', '.join(SOURCES)}")
    return source, foreign_id
