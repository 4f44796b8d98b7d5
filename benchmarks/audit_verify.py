"""A million rows of the audit log verified from end to end, as `manage.py audit verify` does it."""

from __future__ import annotations

import hmac
import time

from sqlalchemy import insert

from benchmarks.report import Figure, Line, plain, spread
from benchmarks.rig import Rig
from models.audit.chain import BEGINNING, Keys, Row, keys_of, mac_of, mark, row_bytes
from models.audit.deeds import Did
from models.records.audit import AuditHead, AuditRow
from store.audit.verifying import verify
from store.database import Database, open_database
from store.migrate import upgrade
from store.rows import table_of
from tests.fault.product import now_ms

NAME = "audit-verify"
ROWS = 1_000_000
MOST_S = 15.0
_PIECE = 5_000
_KINDS = tuple(did.value for did in Did if did is not Did.ALARMS_SEALED)


def measure(rig: Rig) -> Figure:
    """The figure, on both databases."""
    count, runs = rig.of(ROWS, 20_000), rig.of(3, 1)
    keys = keys_of("a secret of the benchmark: 32 letters or more")
    now = now_ms()
    lines: list[Line] = []
    samples: dict[str, object] = {}
    for dialect, url in (
        ("SQLite", f"sqlite:///{rig.new_folder() / 'ssz.db'}"), ("PostgreSQL", rig.cluster().create()),
    ):  # fmt: skip
        upgrade(url)
        db = open_database(url)
        try:
            fill(db, keys, count, now)
            wall, cpu = zip(*(_verified(db, keys, count) for _ in range(runs)), strict=True)
        finally:
            db.close()
        bare = [_bare(keys, count, now) for _ in range(runs)]
        lines.append(
            Line(f"{count:,} rows, {dialect}", spread(wall, "s"), spread(bare, "s"), f"max <= {MOST_S:.0f} s",
                 rig.quick or max(wall) <= MOST_S)
        )  # fmt: skip
        lines.append(Line(f"of that on the processor, {dialect}", spread(cpu, "s")))
        samples |= {f"{dialect.lower()}_s": plain(wall), f"{dialect.lower()}_cpu_s": plain(cpu)}
        samples |= {f"{dialect.lower()}_bare_s": plain(bare)}
    return Figure(
        name=NAME,
        title=f"Audit log of {count:,} rows verified",
        how="Every row read, its MAC computed and compared, the head checked; by the function the command calls.",
        lines=lines,
        samples=samples,
        notes=["Bare: HMAC-SHA-256 over the same bytes, made beforehand and in memory, each after the one before."],
    )  # fmt: skip


def rows(keys: Keys, count: int, now: int) -> list[Row]:
    """A chain of deeds of 200 people at 20 stations."""
    made: list[Row] = []
    before = BEGINNING
    for seq in range(1, count + 1):
        values = (
            seq, now - (count - seq) * 50, f"ร.ต.อ. คนที่ {seq % 200}", "dispatcher", f"{seq % 997:016x}",
            f"192.0.2.{seq % 250}", _KINDS[seq % len(_KINDS)], f"s{seq % 20}", f"unit:{seq % 480}",
            f"from={now - 60_000} to={now}", f"{seq:032x}", keys.current.id,
        )  # fmt: skip
        before = mac_of(keys.current, before, values)
        made.append((*values, before))
    return made


def fill(db: Database, keys: Keys, count: int, now: int) -> None:
    """Put the rows and their head into a database."""
    table, head = table_of(AuditRow), table_of(AuditHead)
    names = [column.name for column in table.columns]
    made = rows(keys, count, now)
    for first in range(0, count, _PIECE):
        with db.write(patience_s=60.0) as tx:
            piece = made[first : first + _PIECE]
            tx.conn.execute(insert(table), [dict(zip(names, row, strict=True)) for row in piece])
    last = mark(keys, "head", count, made[-1][12], now)
    with db.write() as tx:
        values = {"id": 1, "seq": last.seq, "mac": last.mac, "at": last.at, "key": last.key, "tag": last.tag}
        tx.conn.execute(insert(head).values(values))


def _verified(db: Database, keys: Keys, count: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor; every row must have been looked at."""
    wall, cpu = time.perf_counter(), time.process_time()
    with db.read() as conn:
        verdict = verify(conn, keys)
    took = time.perf_counter() - wall, time.process_time() - cpu
    assert (verdict.rows, verdict.bad) == (count, None)
    return took


def _bare(keys: Keys, count: int, now: int) -> float:
    """Seconds for the MACs alone."""
    bodies = [row_bytes(row[:12]) for row in rows(keys, min(count, 100_000), now)]
    key, before = keys.current.rows, BEGINNING
    began = time.perf_counter()
    for _ in range(max(1, count // len(bodies))):
        for body in bodies:
            before = hmac.digest(key, before + body, "sha256")
    return time.perf_counter() - began
