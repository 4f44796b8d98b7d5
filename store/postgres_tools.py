"""PostgreSQL's own programs for backup and restore: pg_dump and pg_restore, found where packages put them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from models.records.base import Millis
from store.errors import BackupError

#: A backup of this kind begins so.
MAGIC = b"PGDMP"

_KEPT = "replaced_"
_HOURS_S = 6 * 3600


def program(name: str) -> str:
    """The path of `pg_dump` or `pg_restore`, the newest there is: an older one refuses a newer server.

    Raises:
        BackupError: it is not installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is not installed: a PostgreSQL database is backed up and restored with it")
    return path


def _arguments(url: URL) -> tuple[list[str], dict[str, str]]:
    """Where to connect, and the environment with the password, which must not stand in a process list."""
    arguments = ["--no-password", "--dbname", str(url.database)]
    for option, value in (("--host", url.host), ("--port", url.port), ("--username", url.username)):
        if value is not None:
            arguments += [option, str(value)]
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "5"}
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    return arguments, environment


def _run(command: list[str], environment: dict[str, str]) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - our own program and arguments, no shell
            command, env=environment, capture_output=True, text=True, timeout=_HOURS_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackupError(f"{name}: {error}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["failed without a word"]
        raise BackupError(lines[0] if lines[0].startswith(name) else f"{name}: {lines[0]}")
    return done.stdout


def dump(database_url: str, target: Path) -> None:
    """Write a consistent copy (custom format, compressed) to `target` and read its contents list back.

    Raises:
        BackupError: the program is missing or failed.
    """
    arguments, environment = _arguments(make_url(database_url))
    options = ["--format=custom", "--no-owner", "--no-acl", f"--exclude-schema={_KEPT}*", f"--file={target}"]
    _run([program("pg_dump"), *options, *arguments], environment)
    check(target)


def check(source: Path) -> None:
    """Make sure that a file is a whole backup of a database of this program.

    Raises:
        BackupError: it is not.
    """
    with source.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise BackupError(f"{source} is not a backup of a PostgreSQL database")
    # Writing it out to nowhere reads every block of it.
    _run([program("pg_restore"), f"--file={os.devnull}", str(source)], dict(os.environ))
    if "TABLE DATA public alembic_version" not in _run(
        [program("pg_restore"), "--list", str(source)], dict(os.environ)
    ):
        raise BackupError(f"{source} is not a backup of this program")


def restore(database_url: str, source: Path, now: Millis, *, overwrite: bool) -> str | None:
    """Put a backup into a database, all or nothing. Returns the schema in which the former tables are kept.

    Raises:
        BackupError: the backup is not sound, or the database is in use, not reachable, or not empty without
            `overwrite`.
    """
    check(source)
    url = make_url(database_url)
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    arguments, environment = _arguments(url)
    kept = f"{_KEPT}{now}"
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            _refuse_use(connection)
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            if not tables or tables[0] == 0:
                kept = ""
            elif not overwrite:
                raise BackupError(
                    f"database {url.database} is not empty: say that it may be replaced, it is kept aside"
                )
            else:
                _rename_schema(connection, "public", kept)
                connection.execute("CREATE SCHEMA public")
        options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", "--schema=public"]
        try:
            _run([program("pg_restore"), *options, *arguments, str(source)], environment)
        except BackupError:
            _put_back(address, kept)
            raise
    except psycopg.Error as error:
        raise BackupError(f"the database cannot be reached: {str(error).strip().splitlines()[0]}") from error
    return kept or None


def _refuse_use(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ssz-%'"
    ).fetchone()
    if row and row[0]:
        raise BackupError("the database is in use: stop the product first")


def _rename_schema(connection: psycopg.Connection[tuple[object, ...]], old: str, new: str) -> None:
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def _put_back(address: str, kept: str) -> None:
    """Undo a restore that failed: the former tables get their name back."""
    if kept:
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            _rename_schema(connection, kept, "public")
