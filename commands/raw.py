"""`raw decode`: kept payloads decoded again by today's decoders."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from commands.context import RefusedError, now_ms, opened, require_stations, say
from ingest.again import Again, Tally
from models.records.base import Millis
from settings import Settings
from store import quarantine, raw, registry
from store.database import Database
from store.follower import Follower

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the commands."""
    actions = commands.add_parser("raw", help="payloads as they came").add_subparsers(
        required=True, metavar="COMMAND"
    )
    parser = actions.add_parser("decode", help="decode them again and store what was never stored")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="2026-11-21 or 2026-11-21T13:00")
    parser.add_argument("--to", dest="end", metavar="TIME", help="up to, not with; default: now")
    parser.add_argument("--station", default="", metavar="S", help="only this one; default: all")
    parser.add_argument("--quarantine", action="store_true", help="what was not accepted, instead of what was")
    parser.add_argument("--dry-run", action="store_true", help="count, change nothing")
    parser.set_defaults(run=_decode)


def _decode(args: argparse.Namespace, settings: Settings) -> int:
    start = _moment(args.start, settings.zone, "--from")
    end = _moment(args.end, settings.zone, "--to") if args.end else now_ms() + 1
    if start >= end:
        raise RefusedError("--from must be before --to")
    with opened(settings) as database:
        station = args.station and require_stations(database, args.station)
        follower = Follower(database, now_ms)
        follower.start()
        try:
            with database.read() as conn:
                known = registry.load(conn)
            again = Again(database, follower, known, now_ms, args.dry_run)
            if args.quarantine:
                _held(database, again, start, end, station)
            else:
                _raw(database, again, start, end, station)
        finally:
            follower.stop()
    _told(again.tally, args.dry_run)
    return 0


def _moment(text: str, zone: ZoneInfo, option: str) -> Millis:
    """A day or a time; one without an offset is of the product's zone.

    Raises:
        RefusedError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{option} {text}: write 2026-11-21 or 2026-11-21T13:00") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * 1000)


def _raw(database: Database, again: Again, start: Millis, end: Millis, station: str) -> None:
    with database.read() as conn:
        stations = [station] if station else raw.stations(conn)
    for code in stations:
        place: raw.Place | None = raw.START
        while place is not None:
            with database.read() as conn:
                messages, place = raw.page(conn, code, start, end, place)
            again.raw(messages)


def _held(database: Database, again: Again, start: Millis, end: Millis, station: str) -> None:
    after: int | None = 0
    while after is not None:
        with database.read() as conn:
            rows, after = quarantine.page(conn, frozenset({station}) if station else None, start, end, after)
        again.held(rows)


def _told(tally: Tally, dry: bool) -> None:
    for kind in sorted({*tally.stored, *tally.known}):
        say(f"{kind}: {tally.stored[kind]} {'to store' if dry else 'stored'}, {tally.known[kind]} known")
    for reason, count in sorted(tally.refused.items()):
        say(f"refused, {reason}: {count}")
    if tally.released:
        say(f"{'to be ' if dry else ''}taken out of quarantine: {tally.released}")
    total = tally.stored.total()
    say(f"{tally.messages} messages read, {total} records {'would be stored (dry run)' if dry else 'stored'}")
