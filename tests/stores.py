"""An empty store of the newest schema, migrated once a process of tests: to migrate takes longer than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from store.database import Database, open_database
from store.migrate import upgrade


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ssz-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite:///{folder / 'ssz.db'}")
    return folder / "ssz.db"


def new_store(file: Path) -> str:
    """Put an empty store there; returns its address."""
    shutil.copyfile(_migrated(), file)
    return f"sqlite:///{file}"


@contextmanager
def filled_store(folder: Path, fill: Callable[[Database], object]) -> Iterator[Database]:
    """An open store of a folder's own, with what `fill` writes into it."""
    db = open_database(new_store(folder / "t.db"))
    fill(db)
    yield db
    db.close()
