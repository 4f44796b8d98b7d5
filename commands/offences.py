"""`offences list|name|regroup`: a station's own names of offences, and its cases of before they were said."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, now_ms, opened, record, require_station, say, user
from commands.import_words import keep_names, meanings_of
from models.audit.deeds import Did
from settings import Settings
from store import import_words, regrouping
from store.database import Database, Tx

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the command."""
    verbs = commands.add_parser("offences", help="a station's own names of offences").add_subparsers(
        required=True, metavar="VERB"
    )
    listed = verbs.add_parser("list", help="the names, and the stored cases that stand elsewhere")
    listed.set_defaults(run=_list)
    named = verbs.add_parser("name", help="say what a name means")
    named.add_argument("offence", nargs="+", metavar="NAME=MEANING", help="a code, or a group from 1 to 4")
    named.set_defaults(run=_name)
    regrouped = verbs.add_parser("regroup", help="put the cases stored before a name was said where it stands now")
    regrouped.set_defaults(run=_regroup)
    for verb in (listed, named, regrouped):
        verb.add_argument("--station", required=True, metavar="S", help="whose names")


def _list(args: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        require_station(database, args.station)
        with database.read() as conn:
            names = import_words.offence_names(conn, args.station)
        for one in names:
            say(f"{one.name}={one.offence} {_group(one.offence_group)}")
        if not names:
            say("no names of its own")
        with database.read() as conn:
            unlisted = regrouping.unlisted_of(conn, args.station)
        for (name, group), cases in unlisted:
            say(f"without a code: {cases} of {name} {_group(group)}")
        if unlisted:
            say("hotspots count them where the group alone says enough (2: all property); NAME=CODE has them counted")
        say_strays(database, args.station)
    return 0


def _name(args: argparse.Namespace, settings: Settings) -> int:
    meanings = meanings_of(args.offence)
    with opened(settings) as database:
        require_station(database, args.station)
        with database.write(patience_s=PATIENCE_S) as tx:
            keep_names(tx, args.station, meanings)
        say(f"names: {len(meanings)}")
        say_strays(database, args.station)
    return 0


def _regroup(args: argparse.Namespace, settings: Settings) -> int:
    def deed(tx: Tx, cases: int) -> None:
        record(tx, Did.OFFENCES_REGROUPED, station=args.station, detail=f"cases={cases}")

    with opened(settings) as database:
        require_station(database, args.station)
        done = regrouping.regroup(database, args.station, f"console:{user()}", now_ms, deed)
    say(f"incidents: {done} regrouped")
    return 0


def say_strays(database: Database, station: str) -> None:
    """Say which stored cases stand elsewhere than their station's table says now, and what puts them there."""
    with database.read() as conn:
        strays = regrouping.strays_of(conn, station)
    for one in strays:
        (was, group), (now, other) = one.was, one.now
        say(f"stored: {one.cases} of {was} {_group(group)}, which is {now} {_group(other)} now")
    if strays:
        say(f"`offences regroup --station {station}` puts them there")


def _group(group: int | None) -> str:
    return "(no group)" if group is None else f"(group {group})"
