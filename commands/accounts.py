"""`user add|disable|enable|reset|list`: accounts, from the machine's console, also for an administrator who is locked
out. A password is never typed here: each prints a one-time link to the page where it is chosen."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, deed, now_ms, opened, require_stations, say
from models.accounts.names import compared
from models.audit.deeds import Did
from models.records.access import ALL_STATIONS, ROLES
from models.records.account import Account
from settings import Settings
from store import access, accounts
from store.accounts import LastAdministratorError, NameTakenError
from store.audit import record
from store.database import Database, Tx

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

#: How long the link to the page where a password is chosen works, in ms.
LINK_MS = 10 * 60_000


def add(user: _Commands) -> None:
    """List the commands, below `user`."""
    new = user.add_parser("add", help="make an account; prints a link to choose its password: one use, 10 minutes")
    new.add_argument("name", metavar="NAME", help="what is typed at sign-in: a-z, 0-9, dot, dash, underscore")
    new.add_argument("--role", choices=ROLES, required=True)
    new.add_argument(
        "--stations", default=ALL_STATIONS, metavar="a,b", help="codes, bureau:NAME, province:NAME (default: all)"
    )
    new.add_argument("--display", default="", metavar="N", help="whose name histories show (default: NAME)")
    new.set_defaults(run=_add)
    for word, run, text in (
        ("disable", _disable, "close an account: its sessions end within 10 s"),
        ("enable", _enable, "open a closed account again"),
        ("reset", _reset, "forget password and second factor, end the sessions, print a link to choose anew"),
    ):
        one = user.add_parser(word, help=text)
        one.add_argument("name", metavar="NAME")
        one.set_defaults(run=run)
    user.add_parser("list", help="every account").set_defaults(run=_list)


def _add(args: argparse.Namespace, settings: Settings) -> int:
    from dashboard.access.choosing import new_account  # slow to load, and only this command needs it
    from dashboard.access.messages import MESSAGES

    with opened(settings) as database:
        stations = require_stations(database, args.stations)
        made = new_account(args.name, args.display, args.role, stations, now_ms())
        if not isinstance(made, Account):
            raise RefusedError(MESSAGES[made.value][1])
        try:
            with database.write(patience_s=PATIENCE_S) as tx:
                accounts.add(tx, made)
                _note(tx, Did.ACCOUNT_ADDED, made, f"{made.role} {stations}")
                value = _link_of(tx, made)
        except NameTakenError as error:
            raise RefusedError(MESSAGES["taken"][1]) from error
    _say_link(settings, value)
    return 0


def _disable(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        account = _named(database, args.name)
        try:
            with database.write(patience_s=PATIENCE_S) as tx:
                if not accounts.disable(tx, account.id, now_ms()):
                    raise RefusedError(f"{account.name} is disabled already")
                _note(tx, Did.ACCOUNT_DISABLED, account)
        except LastAdministratorError as error:
            raise RefusedError(f"{account.name} is the last administrator: make another one first") from error
    say(f"{account.name} disabled; open screens end within 10 s")
    return 0


def _enable(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        account = _named(database, args.name)
        with database.write(patience_s=PATIENCE_S) as tx:
            if not accounts.enable(tx, account.id):
                raise RefusedError(f"{account.name} is not disabled")
            _note(tx, Did.ACCOUNT_ENABLED, account)
    say(f"{account.name} enabled")
    return 0


def _reset(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        account = _named(database, args.name)
        with database.write(patience_s=PATIENCE_S) as tx:
            if not accounts.reset(tx, account.id, now_ms()):
                raise RefusedError(f"{account.name} is disabled (`user enable`), or signs in at an identity provider")
            _note(tx, Did.PASSWORD_CHANGED, account, "reset")
            value = _link_of(tx, account)
    _say_link(settings, value)
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    def day(at: int | None) -> str:
        return datetime.fromtimestamp(at / 1000, settings.zone).strftime("%Y-%m-%d %H:%M") if at else "never"

    with opened(settings) as database, database.read() as conn:
        rows = accounts.accounts(conn)
    for row in rows:
        state = f"disabled {day(row.disabled_at)}" if row.disabled_at else "open"
        second = ["second factor"] if row.totp else []
        say("  ".join([row.name, row.role, row.stations, state, f"signed in {day(row.signed_in_at)}", *second]))
    if not rows:
        say("no accounts")
    return 0


def _named(database: Database, name: str) -> Account:
    with database.read() as conn:
        account = accounts.named(conn, compared(name) or "")
    if account is None:
        raise RefusedError(f"no account {name} (`python manage.py user list`)")
    return account


def _link_of(tx: Tx, account: Account) -> str:
    return access.create_link(
        tx, account.display, account.role, now_ms(), account.stations, LINK_MS, account.id, "password"
    )


def _note(tx: Tx, action: Did, account: Account, detail: str = "") -> None:
    record(tx, deed(action, object=f"account:{account.id}", detail=f"{account.name} {detail}".strip()))


def _say_link(settings: Settings, value: str) -> None:
    from dashboard.access.signin import link_path  # slow to load

    say("Choose a password (one use, 10 minutes):")
    say(f"{settings.base_url}{link_path(value)}")
