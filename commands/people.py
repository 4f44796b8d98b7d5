"""`user link` and `token create|revoke`: ways in, each shown once and stored hashed. Accounts:
`commands.accounts`; screens: `commands.kiosks`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from commands import accounts
from commands.context import PATIENCE_S, RefusedError, now_ms, opened, record, require_stations, say
from models.audit.deeds import Did
from models.records.access import ALL_STATIONS, ROLES
from settings import Settings
from store import access

if TYPE_CHECKING:
    from commands.context import Commands

#: How long a sign-in link works, in ms.
LINK_MS = 10 * 60_000


def add(commands: Commands) -> None:
    """List the commands."""
    user = commands.add_parser("user", help="people").add_subparsers(required=True, metavar="COMMAND")
    link = user.add_parser("link", help="print a sign-in link: one use, 10 minutes")
    link.add_argument("--role", choices=ROLES, default="administrator", help="default: administrator")
    link.add_argument("--name", default="", metavar="N", help="whose name stands in the history (default: the role)")
    link.add_argument(
        "--stations", default=ALL_STATIONS, metavar="a,b", help="codes, bureau:NAME, province:NAME (default: all)"
    )
    link.set_defaults(run=_link)
    accounts.add(user)

    token = commands.add_parser("token", help="API tokens").add_subparsers(required=True, metavar="COMMAND")
    create = token.add_parser("create", help="print a new API token alone on the last line")
    create.add_argument("name", metavar="NAME", help="what it is for; no two have the same")
    create.add_argument("--role", choices=ROLES, default="viewer", help="default: viewer")
    create.add_argument(
        "--stations", default=ALL_STATIONS, metavar="a,b", help="codes, bureau:NAME, province:NAME (default: all)"
    )
    create.set_defaults(run=_create)
    revoke = token.add_parser("revoke", help="end an API token at once")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=_revoke)


def _link(args: argparse.Namespace, settings: Settings) -> int:
    from dashboard.access.signin import link_path  # slow to load, and only this command needs it

    with opened(settings, side=True) as database:
        stations = require_stations(database, args.stations)
        with database.write(patience_s=PATIENCE_S) as tx:
            value = access.create_link(tx, args.name or args.role, args.role, now_ms(), stations, LINK_MS)
            record(tx, Did.LINK_MADE, object=f"link:{args.name or args.role}", detail=f"{args.role} {stations}")
    say(f"Sign in: {settings.base_url}{link_path(value)}")
    return 0


def _create(args: argparse.Namespace, settings: Settings) -> int:
    if not 1 <= len(args.name) <= 100:
        raise RefusedError("a token's name has 1 to 100 characters")
    with opened(settings) as database:
        stations = require_stations(database, args.stations)
        try:
            with database.write(patience_s=PATIENCE_S) as tx:
                value = access.create_token(tx, args.name, args.role, now_ms(), stations)
                record(tx, Did.TOKEN_CREATED, object=f"token:{args.name}", detail=f"{args.role} {stations}")
        except IntegrityError as error:
            raise RefusedError(f"a token named {args.name} is there already: choose another name") from error
    say(f"Token {args.name} ({args.role}), shown this once:")
    say(value)
    return 0


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        if not access.revoke_token(tx, args.name, now_ms()):
            raise RefusedError(f"no token {args.name} that still works")
        record(tx, Did.TOKEN_REVOKED, object=f"token:{args.name}")
    say(f"token {args.name} revoked")
    return 0
