"""`migrate`, `backup`, `restore` and `retention run`: the store's own upkeep."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, readable, record, say, sqlite_file
from models.audit.deeds import Did
from models.audit.restored import detail_of
from settings import Settings
from store import migrate, retention, rights
from store.audit.writing import head
from store.backup import backup, restore

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the commands."""
    parser = commands.add_parser("migrate", help="make the database, or bring it to this program's version")
    parser.set_defaults(run=_migrate)
    parser = commands.add_parser("backup", help="write a checked backup while the product runs")
    parser.add_argument("file", type=Path, metavar="FILE", help="an older file of this name is replaced at the end")
    parser.set_defaults(run=_backup)
    parser = commands.add_parser("restore", help="put a backup in the database's place; the product must be stopped")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--replace", action="store_true", help="although the database holds something; that is kept aside"
    )
    parser.set_defaults(run=_restore)
    actions = commands.add_parser("retention", help="data that is older than its time").add_subparsers(
        required=True, metavar="COMMAND"
    )
    parser = actions.add_parser("run", help="delete it now (the product does it each hour)")
    parser.set_defaults(run=_retention)


def _migrate(args: argparse.Namespace, settings: Settings) -> int:
    file = sqlite_file(settings.database_url)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RefusedError(f"cannot make {file.parent}: {error.strerror} (setting SSZ_DATABASE_URL)") from error
    migrate.upgrade(settings.database_url)
    say(f"database is at version {migrate.head()}")
    return 0


def _backup(args: argparse.Namespace, settings: Settings) -> int:
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise RefusedError(f"no database at {file} (setting SSZ_DATABASE_URL)")
    if file is not None and args.file.resolve() == file.resolve():
        raise RefusedError(f"{file} is the database itself: name another file")
    backup(settings.database_url, args.file)
    with opened(settings) as database, database.write(patience_s=PATIENCE_S) as tx:
        record(
            tx, Did.BACKUP_MADE, object=f"file:{readable(args.file.name)}", detail=f"bytes={args.file.stat().st_size}"
        )
    say(f"backup: {args.file}, {args.file.stat().st_size:,} bytes, checked")
    return 0


def _restore(args: argparse.Namespace, settings: Settings) -> int:
    done = restore(settings.database_url, args.file, now_ms(), overwrite=args.replace)
    migrate.upgrade(settings.database_url)
    with opened(settings, any_key=True) as database, database.write(patience_s=PATIENCE_S) as tx:
        rows = head(tx.conn)
        record(
            tx,
            Did.BACKUP_RESTORED,
            object=f"file:{readable(args.file.name)}",
            detail=detail_of(rows.seq if rows else 0),
        )
        ended = rights.end_all(tx, now_ms())
        again = rights.open_again(tx.conn)
    say(f"restored from {args.file}" + (f"; what was there is kept in {done.kept}" if done.kept else ""))
    say(f"{ended} sessions, sign-ins and links ended: everybody signs in anew; the walls' screens stay on")
    for kind, names in again.items():
        if names:
            say(f"as they were at the backup, revoke or disable what was since: {kind}: {', '.join(names)}")
    return 0


def _retention(args: argparse.Namespace, settings: Settings) -> int:
    keep = retention.Keep(
        raw_days=settings.retention_raw_days,
        position_days=settings.retention_position_days,
        quarantine_days=settings.retention_quarantine_days,
        change_days=settings.retention_change_days,
        quarantine_bytes=settings.quarantine_max_mb * 1024 * 1024,
        audit_days=settings.retention_audit_days,
        name_days=settings.retention_name_days,
        map_days=settings.retention_map_days,
        forecast_days=settings.retention_forecast_days,
        text_days=settings.retention_text_days,
    )
    with opened(settings) as database:
        gone = retention.run(database, keep, now_ms())
    for name, count in gone.items():
        say(f"{name}: {count} deleted")
    return 0
