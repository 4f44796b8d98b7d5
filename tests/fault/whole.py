"""The whole product as processes, in both layouts: ingest inside the web process, or beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import text

from tests.fault import counts
from tests.fault.ground import BOXES, PROBE, UNITS
from tests.fault.product import STATION, Process, Web, environment, fresh, now_ms, worker
from tests.fault.publisher import Publisher
from tests.fault.viewer import Viewer, cookie

Layout = Literal["embedded", "external"]

#: A press must be on a wall this soon, in s.
ON_THE_WALL_S = 2.0


@dataclass
class Whole:
    """A web process and, in the external layout, an ingest worker; with the environment of both."""

    folder: Path
    database_url: str
    mqtt_port: int
    layout: Layout
    env: dict[str, str]
    web: Web
    ingest: Process | None

    def start(self, **more: str) -> None:
        """Start the processes and wait for the web."""
        for process in self.processes:
            process.start(**more)
        self.web.wait()

    @property
    def processes(self) -> list[Process]:
        """Web and worker."""
        return [self.web, *([self.ingest] if self.ingest else [])]

    def stop(self) -> list[int]:
        """Ask them to end; their exit statuses."""
        return [process.stop() for process in reversed(self.processes)]

    def kill(self) -> None:
        """End them as a power switch would."""
        for process in self.processes:
            process.kill()

    def output(self) -> str:
        """What the processes have written."""
        return "\n".join(process.output() for process in self.processes)

    def alive(self) -> bool:
        """Whether no process has ended, and none has written a traceback."""
        return all(process.running for process in self.processes) and "Traceback" not in self.output()

    @contextmanager
    def viewer(self, signed: str = "") -> Iterator[Viewer]:
        """A screen of a dispatcher, with a session's cookie or one of its own."""
        screen = Viewer(self.web.base, signed or cookie(self.database_url))
        try:
            yield screen
        finally:
            screen.close()


def whole(folder: Path, database_url: str, mqtt_port: int, layout: Layout, **settings: object) -> Whole:
    """The product in a folder, not yet started."""
    env = environment(folder, database_url, mqtt_port, ingest=layout, **settings)
    ingest = worker(folder, env) if layout == "external" else None
    return Whole(folder, database_url, mqtt_port, layout, env, Web(folder, env), ingest)


@contextmanager
def running(product: Whole, **more: str) -> Iterator[Whole]:
    """Started, with `more` in the environment, and ended at all events."""
    with ExitStack() as stack:
        stack.callback(product.kill)
        product.start(**more)
        yield product


@contextmanager
def driving(publisher: Publisher, rate: int = 100) -> Iterator[None]:
    """Positions at a rate, from now on, while the context lasts."""
    stop = threading.Event()

    def drive() -> None:
        start, sent = time.monotonic(), 0
        while not stop.is_set():
            while sent < (time.monotonic() - start) * rate:
                publisher.position(STATION, UNITS[sent % len(UNITS)], now_ms())
                sent += 1
            stop.wait(0.02)

    thread = threading.Thread(target=drive, name="driving", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def pressed(publisher: Publisher, screen: Viewer, boxes: tuple[str, ...] = BOXES[:3]) -> None:
    """Press three boxes, one after the other; each comes to the screen though it cannot be stored."""
    for box in boxes:
        begun = time.monotonic()
        publisher.press(STATION, box, f"press-{box}")
        counts.took("press on a screen, not stored", screen.wait_alarm(box, stored=False) - begun, ON_THE_WALL_S)


def stored_fixes(database_url: str) -> set[tuple[str, int]]:
    """(unit, at) of every stored fix of the ledger, through a fresh connection; two rows of one fix fail."""
    db = fresh(database_url)
    with db.read() as conn:
        found = [(str(row[0]), int(row[1])) for row in conn.execute(text("SELECT unit, at FROM position"))]
    db.close()
    rows = [row for row in found if row[0] != PROBE]
    assert len(rows) == len(set(rows))
    return set(rows)


def stored_presses(database_url: str) -> list[tuple[str, str]]:
    """(box, id) of every stored press, sorted, through a fresh connection."""
    db = fresh(database_url)
    with db.read() as conn:
        rows = conn.execute(text("SELECT origin, id FROM sos_event WHERE kind = 'press' ORDER BY origin, id")).all()
    db.close()
    return [(str(row[0]), str(row[1])) for row in rows]


def lost(publisher: Publisher, database_url: str) -> int:
    """Acknowledged messages of the ledger, fixes and presses, that are not stored."""
    return len(publisher.acked - stored_fixes(database_url) - set(stored_presses(database_url)))
