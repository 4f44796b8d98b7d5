"""`kiosk create|list|revoke`: links that open the command wall on a screen nobody sits at."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, record, require_stations, say
from models.audit.deeds import Did
from models.records.access import Kiosk
from models.records.base import Millis
from settings import Settings
from store import kiosks
from store.access import digest_of

if TYPE_CHECKING:
    from commands.context import Commands

_DAY_MS = 86_400_000

#: Longest life of a link, in days.
MOST_DAYS = 3650

#: Shortest and longest time a station is shown before the next one, in s.
ROTATE_S = (5, 3600)


def add(commands: Commands) -> None:
    """List the commands."""
    kiosk = commands.add_parser("kiosk", help="screens").add_subparsers(required=True, metavar="COMMAND")
    create = kiosk.add_parser("create", help="print a link that opens the command wall, read-only")
    create.add_argument(
        "--station", action="append", required=True, metavar="S", help="station code; may be repeated"
    )
    create.add_argument("--days", type=int, default=365, metavar="N", help="how long it works (default: 365)")
    create.add_argument("--visitor", action="store_true", help="strangers stand before it: no names, coarse places")
    create.add_argument(
        "--rotate", type=int, default=0, metavar="S", help="seconds each station is shown (default: 0)"
    )
    create.add_argument("--theme", choices=("night", "day"), help="colours of the wall (default: night)")
    create.add_argument("--name", default="", metavar="N", help="what it is called; no two have the same")
    create.set_defaults(run=_create)
    listed = kiosk.add_parser("list", help="the links, and when a screen last opened each")
    listed.set_defaults(run=_list)
    revoke = kiosk.add_parser("revoke", help="end a link, and every screen that runs by it within 10 s")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=_revoke)


def _create(args: argparse.Namespace, settings: Settings) -> int:
    from dashboard.access.kiosk import kiosk_link  # slow to load, and only this command needs it

    if not 1 <= args.days <= MOST_DAYS:
        raise RefusedError(f"--days is 1 to {MOST_DAYS}")
    if args.rotate != 0 and not ROTATE_S[0] <= args.rotate <= ROTATE_S[1]:
        raise RefusedError(f"--rotate is {ROTATE_S[0]} to {ROTATE_S[1]} seconds, or 0")
    if len(args.name) > 100:
        raise RefusedError("a kiosk's name has 1 to 100 characters")
    with opened(settings) as database:
        stations = require_stations(database, ",".join(args.station))
        try:
            with database.write(patience_s=PATIENCE_S) as tx:
                value = kiosks.create_kiosk(
                    tx, args.name, stations, now_ms(), args.days * _DAY_MS, visitor=args.visitor, rotate_s=args.rotate
                )
                made = kiosks.kiosk(tx.conn, digest_of(value))
                name = made.name if made else args.name
                record(tx, Did.KIOSK_CREATED, object=f"kiosk:{name}", detail=f"{stations} days={args.days}")
        except IntegrityError as error:
            raise RefusedError(f"a kiosk named {args.name} is there already: choose another name") from error
    say(f"Kiosk {name}, works {args.days} days; the link is shown this once:")
    say(f"{settings.base_url}{kiosk_link(value, args.theme)}")
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.read() as conn:
        rows = kiosks.kiosks(conn)
    for row in rows:
        say("  ".join(_told(row, settings)))
    if not rows:
        say("no kiosk links")
    return 0


def _told(row: Kiosk, settings: Settings) -> list[str]:
    def day(at: Millis) -> str:
        return datetime.fromtimestamp(at / 1000, settings.zone).strftime("%Y-%m-%d %H:%M")

    state = f"until {day(row.expires_at)}"
    if row.revoked_at is not None:
        state = f"revoked {day(row.revoked_at)}"
    elif row.expires_at <= now_ms():
        state = f"expired {day(row.expires_at)}"
    opened_at = f"opened {day(row.opened_at)}" if row.opened_at is not None else "never opened"
    more = [f"rotates {row.rotate_s} s"] if row.rotate_s else []
    return [row.name, row.stations, state, opened_at, *more, *(["visitor"] if row.visitor else [])]


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        if not kiosks.revoke_kiosk(tx, args.name, now_ms()):
            raise RefusedError(f"no kiosk {args.name} that still works")
        record(tx, Did.KIOSK_REVOKED, object=f"kiosk:{args.name}")
    say(f"kiosk {args.name} revoked")
    return 0
