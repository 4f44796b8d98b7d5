"""What asking who may see what costs: a desk's list of alarms read whole, and read for what somebody is granted."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert, text

from benchmarks.old_alarms import closed_alarm
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from models.access.policy import Action, may
from models.records.station import Station
from store import alarms, registers
from store.alarms.rows import ALARM, columns_of
from store.database import open_database
from store.migrate import upgrade
from store.scopes import granted
from tests.fault.product import now_ms
from tests.servers import PgCluster

NAME = "policy"

#: As many stations as the country has, in bureaus and provinces of the usual size.
STATIONS, BUREAUS, PROVINCES = 1_484, 10, 77

#: What the policy may add to a query, in ms.
MOST_MS = 1.0

#: What a person at the desk of one station, of a province, of a bureau and of the country is granted.
GRANTS = {"station": "s0001", "province": "province:p1", "bureau": "bureau:b1", "country": "*"}


def _fill(url: str, number: int) -> None:
    upgrade(url)
    db, now = open_database(url), now_ms()
    rows = [
        Station(code=f"s{n:04d}", name_th="ส", name_en="S", bureau=f"b{n % BUREAUS}", province=f"p{n % PROVINCES}")
        for n in range(STATIONS)
    ]
    with db.write(patience_s=60.0) as tx:
        registers.put_stations(tx, rows, now)
    for first in range(0, number, 2_000):
        piece = [columns_of(closed_alarm(n, now - n * 60_000)) for n in range(first, min(number, first + 2_000))]
        for n, row in enumerate(piece, first):
            row["station"] = f"s{n % STATIONS:04d}"
        with db.write(patience_s=60.0) as tx:
            tx.conn.execute(insert(ALARM), piece)
    if db.dialect == "postgresql":  # as its own upkeep does with any table that was filled
        with db.write() as tx:
            tx.conn.execute(text("ANALYZE alarm"))
    db.close()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _asked(conn: Connection, said: str) -> object:
    """What the policy does for a call: what the grants mean now, and whether the role may."""
    return granted(conn, [said]), may("dispatcher", Action.SEE_MAP), may("dispatcher", Action.STEP_ALARM)


def _measured(url: str, number: int, n: int) -> tuple[list[float], dict[str, list[float]], dict[str, list[float]]]:
    """Bare, asked and read, each n times in turns, so that all meet the same machine; in ms."""
    bare: list[float] = []
    asking: dict[str, list[float]] = {name: [] for name in GRANTS}
    reading: dict[str, list[float]] = {name: [] for name in GRANTS}
    _fill(url, number)
    db = open_database(url)
    with db.read() as conn:
        meant = {name: granted(conn, [said])[0] for name, said in GRANTS.items()}
        for _ in range(n):
            bare.append(_timed(partial(alarms.alarms, conn, None, limit=100)))
            for name, said in GRANTS.items():
                asking[name].append(_timed(partial(_asked, conn, said)))
                reading[name].append(_timed(partial(alarms.alarms, conn, meant[name], limit=100)))
    db.close()
    return bare, asking, reading


def measure(rig: Rig) -> Figure:
    """Both databases, one after the other."""
    n, number = (20, 2_000) if rig.quick else (1_000, 50_000)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for kind in ("sqlite", "postgresql"):
        with _store(kind) as url:
            bare, asking, reading = _measured(url, number, n)
        for name in GRANTS:
            added = statistics.median(asking[name]) + max(
                0.0, statistics.median(reading[name]) - statistics.median(bare)
            )
            what = f"{kind}, {name}"
            lines.append(Line(f"{what}: asked", spread(asking[name]), target=f"p95 <= {MOST_MS} ms",
                              held=percentile(asking[name], 0.95) <= MOST_MS))  # fmt: skip
            lines.append(Line(f"{what}: query of 100 alarms", spread(reading[name]), bare=spread(bare)))
            lines.append(Line(f"{what}: added to the query", f"{added:.2f} ms (medians)", target=f"<= {MOST_MS} ms",
                              held=added <= MOST_MS))  # fmt: skip
        samples[f"{kind}_bare_ms"] = plain(bare)
        samples |= {f"{kind}_asked_{name}_ms": plain(values) for name, values in asking.items()}
        samples |= {f"{kind}_query_{name}_ms": plain(values) for name, values in reading.items()}
    how = (
        f"{STATIONS:,} stations in {BUREAUS} bureaus and {PROVINCES} provinces, {number:,} alarms. Asked: what the "
        "grants mean now, by the mark of the register of stations, and twice whether the role may; a session's "
        "answer is kept for 2 s, here it is not. Bare: the same list of the newest 100 alarms without a scope."
    )
    return Figure(NAME, "Policy check", how, lines, samples)


@contextmanager
def _store(kind: str) -> Iterator[str]:
    """The address of an empty database."""
    # Not a folder of this user's alone: PostgreSQL runs as another.
    with tempfile.TemporaryDirectory(prefix="ssz-policy-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'policy.db'}"
            return
        cluster = PgCluster(folder / "cluster")
        try:
            yield cluster.create()
        finally:
            cluster.stop("immediate")
