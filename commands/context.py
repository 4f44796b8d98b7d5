"""What every command needs: its settings, the store, the time, a file's bytes, and how to refuse."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from models.access.grants import grants_of, unknown_grants
from models.audit.chain import Keys
from models.audit.deeds import Deed, Did
from models.formats.guards import MAX_BYTES, TOO_BIG
from models.formats.problems import BadFileError
from models.records.base import Millis
from settings import CommandSettings, Settings, load_settings
from store import audit, migrate, registers, scopes
from store.audit.fitting import OTHER_KEY, fits
from store.audit.keys import audit_keys
from store.database import Database, Tx, open_database
from store.integrity import examine
from store.side import side_file

if TYPE_CHECKING:
    #: What `add` of a command module gets: the list of commands to add to.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

#: A command's work: its arguments and the settings in, its exit status out.
Run = Callable[[argparse.Namespace, Settings], int]

#: How long a command waits for its turn to write, in s. A person waits; the alarm lane never waits for a person.
PATIENCE_S = 30.0

#: How long a SQLite file is looked at before a command writes on it, in s.
_LOOK_S = 2.0


class RefusedError(Exception):
    """A command that cannot be carried out; `str()` is one line."""


def command_settings() -> Settings:
    """The settings of a command. The secret key seals what it writes into the audit log; a missing one stops none.

    Raises:
        SettingsError: one line that names the first refused setting.
    """
    return load_settings(CommandSettings)


def say(line: str) -> None:
    """Tell the operator a result."""
    sys.stdout.write(f"{readable(line)}\n")


def readable(name: str) -> str:
    """A file's name as text: bytes of it that are no UTF-8 (names of old Thai disks) become replacement marks, for
    neither the store nor a terminal takes them."""
    return os.fsencode(name).decode("utf-8", "replace")


def now_ms() -> Millis:
    """The time, epoch milliseconds."""
    return time.time_ns() // 1_000_000


@contextmanager
def opened(settings: Settings, *, side: bool = False, any_key: bool = False) -> Iterator[Database]:
    """The store, checked and closed again. `side`: beside a damaged one, what the product runs on meanwhile.

    A secret the audit log was not written with is refused: one row under it would break the chain for good.
    `any_key`: it is not refused, and what is written waits for a process with the right one.

    Raises:
        RefusedError: there is no database yet, or it is damaged: not a byte of it is written.
        StorageError: newer than this program, not migrated or not reachable.
    """
    database = open_database(_sound(settings.database_url, side))
    try:
        migrate.check(database)
        database.audit_keys = _fitting(database, keys_of(settings), any_key)
        yield database
    finally:
        database.close()


def _fitting(database: Database, keys: Keys | None, any_key: bool) -> Keys | None:
    """The keys, if the newest row of the log was written with one of them; a head that was tampered with, which
    names a key of ours, is for `audit verify` to tell and stops no command."""
    if keys is None:
        return None
    with database.read() as conn:
        if fits(conn, keys):
            return keys
    if any_key:
        return None
    raise RefusedError(OTHER_KEY)


def keys_of(settings: Settings) -> Keys | None:
    """The keys of the audit log; None without a secret: what a command writes there waits for a process with one.

    Raises:
        RefusedError: the demo's secret cannot be kept.
    """
    try:
        return audit_keys(settings.secret, settings.old_secrets, demo=settings.demo, data_dir=settings.data_dir)
    except OSError as error:
        raise RefusedError(f"cannot write to {settings.data_dir}: {error.strerror} (setting SSZ_DATA_DIR)") from error


def record(tx: Tx, action: Did, *, station: str = "", object: str = "", detail: str = "") -> None:
    """Write down what the person at this machine's console does, in the transaction that does it."""
    audit.record(tx, deed(action, station=station, object=object, detail=detail))


def deed(action: Did, *, station: str = "", object: str = "", detail: str = "") -> Deed:
    """What the person at this machine's console does, for the audit log."""
    return Deed(now_ms(), f"console:{user()}", "console", "", "", action, station, object, detail)


def user() -> str:
    """Who sits at this machine's console."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return str(os.getuid())


def _sound(url: str, side: bool) -> str:
    """The address of a database that may be written on."""
    file = sqlite_file(url)
    if file is None:
        return url
    health = examine(url, _LOOK_S)
    other = side_file(url)
    if health.readonly and side and other is not None and other.exists():
        sys.stderr.write(f"{health.reason}; the side database is used\n")
        return f"sqlite:///{other}"
    if health.readonly:
        raise RefusedError(f"{health.reason}: restore a backup")
    if not file.exists():
        raise RefusedError(f"no database at {file}: run `python manage.py migrate` (setting SSZ_DATABASE_URL)")
    return url


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for another database."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def read_body(path: Path) -> bytes:
    """The bytes of a file that is to be imported.

    Raises:
        RefusedError: it cannot be read.
        BadFileError: it is larger than any file we read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFileError(TOO_BIG)
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(f"cannot read {path}: {error.strerror}") from error


def require_station(database: Database, code: str) -> None:
    """Whether there is a station of that code.

    Raises:
        RefusedError: there is none.
    """
    with database.read() as conn:
        if not registers.stations(conn, frozenset({code})):
            raise RefusedError(f"no station {code}: import it first (`python manage.py station import FILE`)")


def require_stations(database: Database, codes: str) -> str:
    """A comma list of grants (`models.access.grants`) that all mean a station of the store, in its stored form.

    Raises:
        RefusedError: one does not.
    """
    with database.read() as conn:
        unknown = unknown_grants(codes, scopes.placed(conn))
    for grant in unknown:
        kind = "station of" if ":" in grant else "station"
        raise RefusedError(f"no {kind} {grant}: import it first (`python manage.py station import FILE`)")
    wanted = grants_of(codes)
    if not wanted:
        raise RefusedError("no station named")
    return ",".join(wanted)
