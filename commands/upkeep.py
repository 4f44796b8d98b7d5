"""`migrate`: the store's own upkeep."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from commands.context import RefusedError, say, sqlite_file
from settings import Settings
from store import migrate

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the commands."""
    parser = commands.add_parser("migrate", help="make the database, or bring it to this program's version")
    parser.set_defaults(run=_migrate)


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
