"""What asking who may see what costs: a desk's list of alarms read whole, and read for what somebody is granted."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select, text

from benchmarks.old_alarms import closed_alarm
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from models.access.policy import Action, may
from models.records.station import Station
from store import alarms, registers
from store.alarms.rows import ALARM, columns_of, now_of
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


_BY_ID = select(ALARM).where(ALARM.c.id.in_(bindparam("ids", expanding=True))).order_by(
    ALARM.c.raised_at.desc(), ALARM.c.id.desc()
)  # fmt: skip


def _same_rows(conn: Connection, ids: Sequence[str]) -> object:
    """The rows somebody may see, by their ids: what any database has to do for these rows, whoever asks."""
    return [now_of(row) for row in conn.execute(_BY_ID, {"ids": ids})]


@dataclass(frozen=True, slots=True)
class Times:
    """ms of each call. `whole`: the list without a scope. By level: `same`, the rows of the level by their ids;
    `asked`; `read`, the list of the level."""

    whole: list[float]
    same: dict[str, list[float]]
    asked: dict[str, list[float]]
    read: dict[str, list[float]]


def _measured(url: str, number: int, n: int) -> Times:
    """Each n times in turns, so that all meet the same machine."""
    found = Times([], {name: [] for name in GRANTS}, {name: [] for name in GRANTS}, {name: [] for name in GRANTS})
    _fill(url, number)
    db = open_database(url)
    with db.read() as conn:
        meant = {name: granted(conn, [said])[0] for name, said in GRANTS.items()}
        ids = {name: [row.id for row in alarms.alarms(conn, meant[name], limit=100)] for name in GRANTS}
        for _ in range(n):
            found.whole.append(_timed(partial(alarms.alarms, conn, None, limit=100)))
            for name, said in GRANTS.items():
                found.same[name].append(_timed(partial(_same_rows, conn, ids[name])))
                found.asked[name].append(_timed(partial(_asked, conn, said)))
                found.read[name].append(_timed(partial(alarms.alarms, conn, meant[name], limit=100)))
    db.close()
    return found


def measure(rig: Rig) -> Figure:
    """Both databases, one after the other."""
    n, number = (20, 2_000) if rig.quick else (1_000, 50_000)
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for kind in ("sqlite", "postgresql"):
        with _store(kind) as url:
            times = _measured(url, number, n)
        for name in GRANTS:
            asked, read = times.asked[name], times.read[name]
            ours = statistics.median(asked) + statistics.median(read)
            added = max(0.0, ours - statistics.median(times.same[name]))
            what = f"{kind}, {name}"
            lines.append(Line(f"{what}: asked", spread(asked), target=f"p95 <= {MOST_MS} ms",
                              held=percentile(asked, 0.95) <= MOST_MS))  # fmt: skip
            lines.append(Line(f"{what}: its newest 100 alarms", spread(read),
                              bare=f"the same rows by their ids {spread(times.same[name])}"))  # fmt: skip
            lines.append(Line(f"{what}: added to the same rows", f"{added:.2f} ms (medians)",
                              target=f"<= {MOST_MS} ms", held=added <= MOST_MS))  # fmt: skip
            beside = ours - statistics.median(times.whole)
            lines.append(Line(f"{what}: beside the whole country's newest 100, which are other rows",
                              f"{beside:+.2f} ms (medians)", bare=spread(times.whole)))  # fmt: skip
        samples[f"{kind}_whole_ms"] = plain(times.whole)
        for kept, what in ((times.same, "same_rows"), (times.asked, "asked"), (times.read, "query")):
            samples |= {f"{kind}_{what}_{name}_ms": plain(values) for name, values in kept.items()}
    how = (
        f"{STATIONS:,} stations in {BUREAUS} bureaus and {PROVINCES} provinces, {number:,} alarms. Asked: what the "
        "grants mean now, by the mark of the register of stations, and twice whether the role may; a session's "
        "answer is kept for 2 s, here it is not. Added: asking and reading the newest 100 alarms of those stations, "
        "less the same rows read by their ids without a scope, which is the least any way to these rows can cost "
        "here. Beside it the newest 100 of the country, which lie side by side and need no looking for."
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
