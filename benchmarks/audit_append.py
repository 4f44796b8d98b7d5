"""What a deed costs the transaction it is written with, and what a flood of them costs an alarm's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import text

from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from models.audit.chain import keys_of
from models.audit.deeds import Deed, Did
from store import audit
from store.database import Database, Lane, Tx, open_database
from store.migrate import upgrade
from tests.fault.product import now_ms

NAME = "audit-append"
RUNS = 500
FLOOD = 8
MOST_MS = 250.0


def measure(rig: Rig) -> Figure:
    """The figure, on both databases."""
    runs = rig.of(RUNS, 20)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for dialect, url in (
        ("SQLite", f"sqlite:///{rig.new_folder() / 'ssz.db'}"), ("PostgreSQL", rig.cluster().create()),
    ):  # fmt: skip
        upgrade(url)
        db = open_database(url)
        db.audit_keys = keys_of("a secret of the benchmark: 32 letters or more")
        try:
            # In turn, so that both have the same machine.
            pairs = [(_timed(db, _deed), _timed(db, lambda _tx: None)) for _ in range(runs)]
            calm = [_timed(db, lambda _tx: None, Lane.ALARM) for _ in range(runs)]
            flooded, deeds = _flooded(db, runs)
        finally:
            db.close()
        with_deed, without = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        lines += [
            Line(f"a transaction with a deed, {dialect}", spread(with_deed), spread(without)),
            Line(f"an alarm's transaction while {FLOOD} threads write deeds without pause, {dialect}",
                 spread(flooded), spread(calm), f"p99 <= {MOST_MS:.0f} ms",
                 rig.quick or percentile(flooded, 0.99) <= MOST_MS),
            Line(f"deeds written meanwhile, {dialect}", f"{deeds:,}"),
        ]  # fmt: skip
        samples |= {
            f"{dialect.lower()}_with_ms": plain(with_deed), f"{dialect.lower()}_without_ms": plain(without),
            f"{dialect.lower()}_flooded_ms": plain(flooded), f"{dialect.lower()}_calm_ms": plain(calm),
        }  # fmt: skip
    return Figure(
        name=NAME,
        title="A deed in the audit log, and an alarm beside a flood of them",
        how="From asking for the write lock to the end of the commit. Each transaction writes a row of another table"
        " too, so that there is something to commit. Bare limit: the same without the deed, and without the flood.",
        lines=lines,
        samples=samples,
    )


def _timed(db: Database, work: Callable[[Tx], None], lane: Lane = Lane.NORMAL) -> float:
    """ms of a transaction that writes a row of its own and does the work."""
    began = time.perf_counter()
    with db.write(lane, patience_s=60.0) as tx:
        at = now_ms()
        tx.conn.execute(text("INSERT INTO change (at, body) VALUES (:at, '[]')"), {"at": at})
        work(tx)
    return (time.perf_counter() - began) * 1000


def _deed(tx: Tx) -> None:
    who, unit = "ร.ต.อ. สมชาย", "unit:201"
    audit.record(tx, Deed(now_ms(), who, "dispatcher", "0123456789abcdef", "192.0.2.1", Did.SAW_TRACK, "s1", unit))


def _flooded(db: Database, runs: int) -> tuple[list[float], int]:
    """ms of alarms' transactions while others write deeds, and how many they wrote."""
    stop, written = threading.Event(), [0] * FLOOD

    def flood(number: int) -> None:
        while not stop.is_set():
            _timed(db, _deed)
            written[number] += 1

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(FLOOD)]
    for thread in threads:
        thread.start()
    try:
        found = []
        for _ in range(runs):
            found.append(_timed(db, lambda _tx: None, Lane.ALARM))
            time.sleep(0.005)  # an alarm now and then, not a stream of them
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return found, sum(written)
