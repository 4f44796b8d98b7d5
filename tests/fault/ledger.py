"""What is stored, seen through a fresh connection each time, to hold against what was acknowledged."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.fault.ground import BOXES, PROBE, listening, prepare
from tests.fault.product import Process, environment, fresh, worker
from tests.fault.publisher import Publisher
from tests.fault.scale import scaled


def rows(db_url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    db = fresh(db_url)
    try:
        with db.read() as conn:
            return [tuple(row) for row in conn.execute(text(query))]
    finally:
        db.close()


def number(db_url: str, query: str) -> int:
    """The one number a query finds."""
    return int(rows(db_url, query)[0][0])


def stored(db_url: str) -> set[tuple[str, int]]:
    """(unit, at) of every stored fix; two rows of one fix fail."""
    found = rows(db_url, f"SELECT unit, at FROM position WHERE unit <> '{PROBE}'")  # noqa: S608 - a constant
    assert len(found) == len(set(found))
    return {(str(unit), int(at)) for unit, at in found}


def heard(db_url: str, boxes: Collection[str] = BOXES) -> set[tuple[str, str]]:
    """(box, id) of every stored event of some boxes; two rows of one event fail."""
    found = [row for row in rows(db_url, "SELECT origin, id FROM sos_event") if row[0] in boxes]
    assert len(found) == len(set(found))
    return {(str(box), str(event)) for box, event in found}


def presses(db_url: str) -> int:
    """Presses counted in alarms: one stored twice, or joined twice, would show here."""
    return number(db_url, "SELECT coalesce(sum(presses), 0) FROM alarm WHERE cause = ''")


def told_presses(db_url: str) -> int:
    """Presses in the alarms' history: each raises an alarm or joins one; escalation is nobody's press."""
    presses = (
        "SELECT count(*) FROM alarm_step s JOIN alarm a ON a.station = s.station AND a.id = s.alarm"
        " WHERE a.cause = '' AND s.step <> 'escalate'"
    )
    return number(db_url, presses)


def counted(db_url: str, reason: str) -> int:
    """What the feeds' health screen says of native messages of one outcome."""
    query = "SELECT coalesce(sum(count), 0) FROM source_count WHERE source = 'native' AND reason = "
    return number(db_url, f"{query}'{reason}'")


def balance(db_url: str, publisher: Publisher, timeout_s: float = 60) -> None:
    """Settle, then hold the ledger against the store: nothing lost, nothing doubled, nothing invented.

    Lost is what has not come when for `timeout_s` nothing more came: how fast it comes is not asked here.
    """
    publisher.settle(timeout_s)
    left, since = len(publisher.acked) + 1, time.monotonic()
    while left:
        missing = len(publisher.acked - stored(db_url) - heard(db_url))
        if missing < left:
            left, since = missing, time.monotonic()
        elif time.monotonic() - since > timeout_s:
            raise TimeoutError(f"{left} acknowledged messages are not stored, and for {timeout_s} s nothing came")
        time.sleep(scaled(0.1, 2.0) if left else 0)  # in the long form a look at everything costs a second
    assert stored(db_url) | heard(db_url) == publisher.acked


@contextmanager
def running(
    folder: Path, db_url: str, port: int, name: str = "ingest", prepared: bool = False, **settings: object
) -> Iterator[Process]:
    """A worker process on a registered station; killed at the end if it still runs."""
    if not prepared:
        prepare(db_url)
    process = worker(folder, environment(folder, db_url, port, **settings), name)
    process.start()
    try:
        yield process
    finally:
        process.resume()
        process.kill()


@contextmanager
def publishing(port: int, db_url: str = "") -> Iterator[Publisher]:
    """A publisher; with an address, one that has waited until the worker listens."""
    publisher = Publisher(port)
    try:
        if db_url:
            listening(publisher, db_url)
        yield publisher
    finally:
        publisher.close()
