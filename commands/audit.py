"""`audit verify` and `audit head`: whether the log is as it was written, and what to keep elsewhere to know it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import RefusedError, keys_of, opened, say
from models.audit.chain import Keys, Mark
from models.audit.heads import line_of
from settings import Settings
from store import forecast_proof
from store.audit import kept
from store.audit.verifying import Verdict, verify
from store.audit.writing import NoKeyError, head
from store.forecasts import ChangedError

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the commands."""
    actions = commands.add_parser("audit", help="who did what").add_subparsers(required=True, metavar="COMMAND")
    parser = actions.add_parser("verify", help="follow the whole chain; exit status 1: something is not as written")
    parser.add_argument(
        "--head", type=Path, action="append", default=[], metavar="FILE", help="heads kept elsewhere; may be repeated"
    )
    parser.set_defaults(run=_verify)
    parser = actions.add_parser("head", help="print the newest row's number and MAC, to be kept elsewhere")
    parser.add_argument("--to", type=Path, metavar="FILE", help="add it to this file too")
    parser.set_defaults(run=_head)


def _keys(settings: Settings) -> Keys:
    """The keys of the log.

    Raises:
        RefusedError: there is no secret.
    """
    keys = keys_of(settings)
    if keys is None:
        raise RefusedError(str(NoKeyError()))
    return keys


def _heads(files: list[Path], own: Path) -> list[Mark]:
    """The heads in files that were named, and in the data folder's own.

    Raises:
        RefusedError: a file cannot be read, or one that was named holds none.
    """
    found = []
    for file in (*files, own):
        try:
            heads = kept.kept(file)
        except OSError as error:
            raise RefusedError(f"cannot read {file}: {error.strerror}") from error
        if not heads and file != own:
            raise RefusedError(f"{file} is not there or holds no head (`audit head` prints one)")
        found += heads
    return found


def _verify(args: argparse.Namespace, settings: Settings) -> int:
    keys = _keys(settings)
    heads = _heads(args.head, kept.file_of(settings.data_dir))
    with opened(settings, any_key=True) as database, database.read() as conn:
        begun = time.perf_counter()
        verdict = verify(conn, keys, heads)
        try:
            frozen = forecast_proof.verify(conn)
        except ChangedError as error:
            sys.stderr.write(f"manage.py: {error}\n")
            return 1
        took = time.perf_counter() - begun
    if verdict.bad is not None:
        sys.stderr.write(f"manage.py: the audit log is not as it was written: {verdict.bad}\n")
        return 1
    say(told(verdict, len(heads), took))
    say(f"forecasts: {frozen:,} as they were frozen")
    return 0


def told(verdict: Verdict, heads: int, took_s: float) -> str:
    """A good verdict in a line."""
    return (
        f"audit: {verdict.rows:,} rows verified, the newest is {verdict.newest:,}; {verdict.lines:,} lines of alarms'"
        f" histories; {heads} kept heads; {took_s:.1f} s"
    )


def _head(args: argparse.Namespace, settings: Settings) -> int:
    keys = _keys(settings)
    with opened(settings, any_key=True) as database, database.read() as conn:
        newest = head(conn)
    if newest is None:
        raise RefusedError("nothing was written into the audit log yet")
    if not newest.genuine(keys):
        raise RefusedError("the head was not made with our key: run `audit verify`")
    if args.to is not None:
        try:
            kept.keep(args.to, newest)
        except OSError as error:
            raise RefusedError(f"cannot write {args.to}: {error.strerror}") from error
    say(line_of(newest))
    return 0
