"""All of Chicago's 1,019,595 real cases by the product's own command, as Parquet and as CSV on SQLite, as Parquet on
PostgreSQL; and all of them out again as one CSV. All of Vancouver's 92,455 as Parquet, GeoJSON and XLSX. 100,000 of
Chicago's out as XLSX, and that file in again.

Beside the import another process writes in the alarm lane all the time: how long it waited is measured too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psutil
from sqlalchemy import text

from benchmarks.report import Figure, Line, percentile, spread
from benchmarks.rig import Rig, output_of, program
from store.database import Database, Lane, open_database
from store.migrate import upgrade
from tests.fault.product import ROOT
from tests.real_data import DATA

NAME = "import-incidents"
LEAST_RATE, MOST_MB, MOST_WAIT_MS, MOST_FIRST_S = 20_000, 300.0, 250.0, 1.0


@dataclass(frozen=True, slots=True)
class City:
    """A city: code of its station, the middle of it, and its time zone."""

    name: str
    lat: float
    lon: float
    timezone: str

    @property
    def file(self) -> Path:
        """Its cases."""
        return DATA / "crime" / f"{self.name}.parquet"


CHICAGO = City("chicago", 41.84, -87.66, "America/Chicago")
VANCOUVER = City("vancouver", 49.26, -123.11, "America/Vancouver")


def measure(rig: Rig) -> Figure:
    """The figure."""
    folder = rig.new_folder()
    parquet, csv_file = _files(folder, rig.of(10**9, 20_000))
    small = _kinds(folder, rig.of(10**9, 2_000))
    lines: list[Line] = []
    samples: dict[str, object] = {}
    # PostgreSQL with one format: what reads a file is the same, and the whole must end within minutes.
    for dialect, file in (("sqlite", parquet), ("sqlite", csv_file), ("postgresql", parquet)):
        with _store(rig, dialect, CHICAGO) as url:
            lines += _imported(url, folder, file, samples, f"{dialect} {file.suffix[1:]}", CHICAGO)
            if (dialect, file) != ("sqlite", parquet):
                lines += _exported(url, samples, dialect)
    for file in small:
        with _store(rig, "sqlite", VANCOUVER) as url:
            name = f"sqlite {file.suffix[1:]}, Vancouver"
            # The rate is promised of a million rows: of a tenth much of the time is the start.
            lines += _imported(url, folder, file, samples, name, VANCOUVER, rated=False)
    lines += _sheet(rig, folder, samples, rig.of(100_000, 2_000))
    peer = orjson.loads(output_of(program("benchmarks.import_incidents", "peer", csv_file), 900))
    samples["peer"] = peer
    lines.append(Line("pandas.read_csv + to_sql, no key, no check (SQLite)", f"{peer['rate']:,.0f} rows/s, "
                      f"{peer['megabytes']:.0f} MB over the start"))  # fmt: skip
    how = (
        "`manage.py import-incidents` as a process of its own; rows/s over the whole command's wall time, start "
        "included; memory is the most it held over what the command holds when it has just started. The waits are of "
        "a second process that writes in the alarm lane each 20 ms. Export: `Columns.stream` through the writer of "
        "the kind; first rows from the question on. The workbook read in again is the one just sent: 15 columns."
    )
    return Figure(NAME, "A million incidents in and out", how, lines, samples)


def _files(folder: Path, most: int) -> tuple[Path, Path]:
    """The city as Parquet and as CSV, of at most so many rows."""
    import pyarrow.csv as pv
    import pyarrow.parquet as pq

    table = pq.read_table(CHICAGO.file)
    parquet, csv_file = CHICAGO.file, folder / "chicago.csv"
    if most < table.num_rows:
        table, parquet = table.slice(0, most), folder / "chicago.parquet"
        pq.write_table(table, parquet)
    pv.write_csv(table, csv_file)
    return parquet, csv_file


def _kinds(folder: Path, most: int) -> list[Path]:
    """Vancouver as Parquet, GeoJSON and XLSX, of at most so many rows."""
    import openpyxl
    import pyarrow.parquet as pq

    table = pq.read_table(VANCOUVER.file).slice(0, most)
    kinds = [folder / f"vancouver.{kind}" for kind in ("parquet", "geojson", "xlsx")]
    pq.write_table(table, kinds[0])
    rows = table.to_pylist()
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
         "properties": row}
        for row in (dict(row) for row in rows)
    ]  # fmt: skip
    kinds[1].write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("incidents")
    sheet.append(table.column_names)
    for row in rows:
        sheet.append(list(row.values()))
    book.save(kinds[2])
    return kinds


@contextmanager
def _store(rig: Rig, dialect: str, city: City) -> Iterator[str]:
    folder = rig.new_folder()
    url = f"sqlite:///{folder / 'ssz.db'}" if dialect == "sqlite" else rig.cluster().create()
    upgrade(url)
    db = open_database(url)
    with db.write() as tx:
        tx.conn.execute(text(
            "INSERT INTO station (code, name_th, name_en, kind, bureau, province, lat, lon, plausible_km)"
            " VALUES (:code, 'c', 'c', 'provincial', '', '', :lat, :lon, 60)"
        ), {"code": city.name, "lat": city.lat, "lon": city.lon})  # fmt: skip
    db.close()
    try:
        yield url
    finally:
        if dialect != "sqlite":
            rig.cluster().drop(url)


def _imported(
    url: str, folder: Path, file: Path, samples: dict[str, object], name: str, city: City, rated: bool = True
) -> list[Line]:
    env = {**os.environ, "SSZ_DATABASE_URL": url, "SSZ_DATA_DIR": str(folder), "SSZ_TIMEZONE": city.timezone}
    command = [sys.executable, str(ROOT / "manage.py"), "import-incidents"]
    start_mb = _run([*command, "--list"], env, folder)[1]
    db = open_database(url)
    stop = threading.Event()
    waits: list[float] = []
    prober = threading.Thread(target=_probe, args=(db, city.name, stop, waits))
    prober.start()
    try:
        seconds, most_mb = _run([*command, str(file), "--station", city.name], env, folder)
    finally:
        stop.set()
        prober.join()
    with db.read() as conn:
        rows = int(conn.execute(text("SELECT count(*) FROM incident")).scalar_one())
    db.close()
    rate, over = rows / seconds, most_mb - start_mb
    samples[name] = {"rows": rows, "seconds": seconds, "over_start_mb": over, "start_mb": start_mb, "waits_ms": waits}
    pace = f"{rate:,.0f} rows/s ({seconds:.1f} s)"
    promised = Line(f"{name}: {rows:,} rows", pace, "", f">= {LEAST_RATE:,} rows/s", rate >= LEAST_RATE)
    return [
        promised if rated else Line(f"{name}: {rows:,} rows", pace),
        Line(f"{name}: memory over the start", f"{over:.0f} MB", "", f"<= {MOST_MB:.0f} MB", over <= MOST_MB),
        Line(f"{name}: wait of an alarm meanwhile", spread(waits), "", f"p99 <= {MOST_WAIT_MS:.0f} ms",
             percentile(waits, 0.99) <= MOST_WAIT_MS),
    ]  # fmt: skip


def _run(command: list[str], env: dict[str, str], folder: Path) -> tuple[float, float]:
    """Seconds and the most MB of a command."""
    began = time.perf_counter()
    with (folder / "out.txt").open("wb") as out:
        running = psutil.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
        most = 0.0
        while running.poll() is None:
            try:
                most = max(most, running.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.05)
    if running.wait() != 0:
        raise RuntimeError((folder / "out.txt").read_text()[-2000:])
    return time.perf_counter() - began, most


def _probe(db: Database, station: str, stop: threading.Event, waits: list[float]) -> None:
    """Write in the alarm lane, again and again; a write that is given up after 5 s is infinite."""
    while not stop.wait(0.02):
        began = time.perf_counter()
        try:
            with db.write(Lane.ALARM, patience_s=5.0) as tx:
                tx.conn.execute(text("UPDATE station SET name_en = 'c' WHERE code = :code"), {"code": station})
        except OSError:
            waits.append(float("inf"))
            continue
        waits.append(1000 * (time.perf_counter() - began))


def _exported(url: str, samples: dict[str, object], dialect: str) -> list[Line]:
    found = orjson.loads(output_of(program("benchmarks.import_incidents", "export", url), 900))
    samples[f"export {dialect}"] = found
    return [
        Line(f"{dialect}: export of {found['rows']:,} rows as CSV, first rows after", f"{found['first_s']:.2f} s", "",
             f"<= {MOST_FIRST_S:.0f} s", found["first_s"] <= MOST_FIRST_S),
        Line(f"{dialect}: export, memory of the stream", f"{found['megabytes']:.0f} MB", "", "flat: <= 50 MB",
             found["megabytes"] <= 50),
        Line(f"{dialect}: export, whole", _pace(found)),
    ]  # fmt: skip


def _sheet(rig: Rig, folder: Path, samples: dict[str, object], most: int) -> list[Line]:
    """So many incidents out as a workbook, and that workbook in again."""
    import pyarrow.parquet as pq

    some, book = folder / "some.parquet", folder / "some.xlsx"
    pq.write_table(pq.read_table(CHICAGO.file).slice(0, most), some)
    with _store(rig, "sqlite", CHICAGO) as url:
        _imported(url, folder, some, {}, "", CHICAGO)
        found = orjson.loads(output_of(program("benchmarks.import_incidents", "export", url, "xlsx", book), 900))
    samples["export xlsx"] = found
    lines = [
        Line(f"sqlite: export of {found['rows']:,} rows as XLSX, whole", _pace(found)),
        Line("sqlite: export as XLSX, memory of the stream", f"{found['megabytes']:.0f} MB", "", "flat: <= 50 MB",
             found["megabytes"] <= 50),
    ]  # fmt: skip
    with _store(rig, "sqlite", CHICAGO) as url:
        return lines + _imported(url, folder, book, samples, "sqlite xlsx, our own export", CHICAGO, rated=False)


def _pace(found: dict[str, float]) -> str:
    return f"{found['rows'] / found['seconds']:,.0f} rows/s ({found['seconds']:.1f} s)"


def export(url: str, kind: str = "csv", file: Path | None = None) -> dict[str, float]:
    """Stream all incidents into a file or nothing: s to the first rows, s in all, MB over those of the first rows."""
    from models.formats.incident_files import STREAMED, About
    from models.incidents.filter import Filter
    from store.columns import Columns

    db = open_database(url)
    columns = Columns(db, None, lambda: time.time_ns() // 1_000_000, ZoneInfo("America/Chicago"))
    process = psutil.Process()
    list(columns.stream(Filter("days", 0, 1), None))  # a running server has its libraries loaded
    rows = 0

    def counted() -> Iterator[Any]:
        nonlocal rows
        for batch in columns.stream(Filter("days", 0, 2**62), None):
            rows += batch.num_rows
            yield batch

    with (file or Path(os.devnull)).open("wb") as out:
        began = time.perf_counter()
        pieces = STREAMED[kind](About((("n", "all"),)), counted(), ZoneInfo("America/Chicago"), True)
        out.write(next(pieces))
        out.write(next(pieces))
        first_s, first_mb, most = time.perf_counter() - began, process.memory_info().rss, 0
        for piece in pieces:
            out.write(piece)
            most = max(most, process.memory_info().rss)
        seconds = time.perf_counter() - began
    db.close()
    return {"rows": rows, "first_s": first_s, "seconds": seconds, "megabytes": (most - first_mb) / 2**20}


def peer(file: Path) -> dict[str, float]:
    """The plain way: the whole file as a frame, written as it is."""
    import sqlite3

    import pandas as pd

    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    frame = pd.read_csv(file)
    with sqlite3.connect(file.with_suffix(".peer.db")) as conn:
        frame.to_sql("incident", conn, index=False)
    seconds = time.perf_counter() - began
    return {"rows": len(frame), "rate": len(frame) / seconds, "seconds": seconds,
            "megabytes": (process.memory_info().rss - before) / 2**20}  # fmt: skip


if __name__ == "__main__":
    task, of, *more = sys.argv[1:]
    sent = (more[0], Path(more[1])) if more else ("csv", None)
    done = export(of, *sent) if task == "export" else peer(Path(of))
    sys.stdout.write(orjson.dumps(done).decode())
