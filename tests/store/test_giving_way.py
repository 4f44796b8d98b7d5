"""An alarm goes first among processes too. Two stores on one file stand for two processes: the locks cannot tell."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

import store.database
from store.database import Database, Lane, open_database
from store.errors import StorageBusyError
from store.files import sqlite_file
from store.giving_way import giving_way, turn_file
from tests.servers import wait_until


@pytest.fixture
def turn(sqlite_url: str) -> Path:
    """The file by which alarms say that they wait."""
    file = sqlite_file(sqlite_url)
    assert file is not None
    return turn_file(file)


@pytest.fixture
def other(sqlite_url: str) -> Iterator[Database]:
    """The store as another process opens it."""
    db = open_database(sqlite_url)
    yield db
    db.close()


@contextmanager
def said(turn: Path) -> Iterator[None]:
    """As another process holds it whose alarm waits."""
    handle = os.open(turn, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def alarm_says_so(turn: Path) -> bool:
    handle = os.open(turn, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def write(db: Database, lane: Lane, order: list[Lane]) -> None:
    with db.write(lane, patience_s=60):
        order.append(lane)


def test_an_alarm_goes_before_a_process_that_writes_without_end(
    sqlite_db: Database, other: Database, turn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.database, "giving_way", partial(giving_way, patience_s=60))
    for _ in range(5):
        order: list[Lane] = []
        alarm = threading.Thread(target=write, args=(other, Lane.ALARM, order))
        with sqlite_db.write():
            alarm.start()
            wait_until(lambda: alarm_says_so(turn), what="the alarm to say that it waits")
        for _ in range(20):
            write(sqlite_db, Lane.NORMAL, order)
        alarm.join(60)
        assert order == [Lane.ALARM, *[Lane.NORMAL] * 20]


def test_who_stands_before_an_alarm_of_its_own_process_goes_first_with_it(
    sqlite_db: Database, other: Database, turn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.database, "giving_way", partial(giving_way, patience_s=60))
    order: list[Lane] = []
    with ExitStack() as held:
        held.enter_context(sqlite_db.write())
        threads = [threading.Thread(target=write, args=(other, lane, order)) for lane in (Lane.NORMAL, Lane.ALARM)]
        threads[0].start()
        wait_until(lambda: other._turnstile._held, what="the first to wait for the file")
        threads[1].start()
        # Many times: who is in no haste holds the file too, each time it asks, but only for a moment.
        wait_until(lambda: all(alarm_says_so(turn) for _ in range(100)), what="its haste to be said")
        held.close()
        for thread in threads:
            thread.join(60)
    assert order == [Lane.NORMAL, Lane.ALARM]


def test_an_alarm_waits_for_no_other_and_others_for_no_one_that_hangs(
    sqlite_db: Database, turn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[Lane] = []
    with said(turn):
        write(sqlite_db, Lane.ALARM, order)
        monkeypatch.setattr(store.database, "giving_way", partial(giving_way, patience_s=60))
        with pytest.raises(StorageBusyError), sqlite_db.write(patience_s=0.05):
            order.append(Lane.NORMAL)
        monkeypatch.setattr(store.database, "giving_way", partial(giving_way, patience_s=0.05))
        write(sqlite_db, Lane.NORMAL, order)
    assert order == [Lane.ALARM, Lane.NORMAL]


def test_without_the_file_nobody_gives_way_and_all_can_write(
    sqlite_db: Database, turn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn.unlink(missing_ok=True)
    turn.mkdir()  # cannot be opened to be locked
    order: list[Lane] = []
    for lane in Lane:
        write(sqlite_db, lane, order)
    assert order == list(Lane)
