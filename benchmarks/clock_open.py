"""The crime clock and before / after on a real city of a million incidents: the server's part, and both pages in a
browser, opened and after each change."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import shapely

from benchmarks.analysts_pages import Analysed, Times, pages
from benchmarks.browser import chromium
from benchmarks.desk_open import empty_pages
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig
from dashboard.before_after.read import Asked, cases_of, look, reach
from dashboard.clock.read import hours, months
from models.analysis.windows import later
from models.formats.polygons import measure as measured
from models.incidents.areas import ground_of
from models.incidents.filter import Filter
from models.records.station import Station, Zone
from store import registers
from store.columns import Columns
from store.database import Database
from store.migrate import upgrade
from tests.app.serving import ROOT, Product, clock, environment
from tests.real_data import real

NAME = "clock-and-before-after"
SERVER_MS, DRAWN_MS = 300.0, 1_000.0
CITY, ZONE = "chicago", ZoneInfo("Asia/Bangkok")
LOOP = shapely.to_geojson(shapely.box(-87.64, 41.875, -87.62, 41.89))
_MAY = "period=days&from=2015-01-01&to=2018-05-31"
_CLOCK = Analysed(
    "crime clock", f"/clock?v=1&station={CITY}&zone={CITY}/loop&{_MAY}", (".ssz-clock[data-mark]", ".ssz-week td"),
    (("ถึงวันที่", date(2015, 3, 1), date(2018, 11, 1)),),
)  # fmt: skip
_BEFORE_AFTER = Analysed(
    "before / after", f"/before-after?v=1&station={CITY}&zone={CITY}/loop&{_MAY}",
    (".ssz-forest svg", ".ssz-ground svg", ".ssz-table"),
    (
        ("ถึงวันที่", date(2017, 10, 1), date(2018, 11, 1)),
        ("วันเริ่มเป็นเขตปลอดภัย", date(2016, 1, 1), date(2017, 9, 1)),
    ),
)  # fmt: skip


def measure(rig: Rig) -> Figure:
    """The figure."""
    folder = rig.new_folder()
    product = Product(folder, {"SSZ_INGEST": "external"})
    upgrade(product.database_url)
    db = product.open_store()
    _fill(db, folder, "vancouver" if rig.quick else CITY)
    columns = Columns(db, None, clock, ZONE)
    columns.wait(timeout_s=600)
    state = columns.state
    cases = state.cases if state else 0
    number = rig.of(30, 3)
    served = {_BEFORE_AFTER.name: _before_after(columns, number), _CLOCK.name: _clock(db, columns, number)}
    plainly = _plainly(db, rig.of(2, 1))
    columns.stop()
    db.close()
    drawn, bare = _drawn(rig, product)
    lines = []
    for name, times in served.items():
        peer = f"{_few(plainly)}: pandas over SELECT *" if name == _BEFORE_AFTER.name else ""
        held = percentile(times, 0.95) <= SERVER_MS
        lines.append(Line(f"{name}: the server's part of another choice", _few(times), peer, "p95 <= 300 ms", held))
    for name, seen in drawn.items():
        lines.append(
            Line(f"{name}: opened by its address, in a browser", _few(seen.opened),
                 f"{_few(bare)}: an empty page of Streamlit", "p50 <= 1 s",
                 percentile(seen.opened, 0.5) <= DRAWN_MS)
        )  # fmt: skip
        told = percentile(seen.told, 0.5) / 1000
        lines.append(
            Line(f"{name}: from a typed day until all is drawn, in a browser", spread(seen.changed),
                 f"{told:.0f} kB told, the middle of them", "p95 <= 1 s",
                 percentile(seen.changed, 0.95) <= DRAWN_MS)
        )  # fmt: skip
    how = (
        f"{cases:,} real cases of a city as one station's, one zone of it chosen. Another choice: another month, or "
        "another width, start and length that nobody asked for before; nothing kept is found again. An opening goes "
        "to the address anew, with the browser's cache filled, and includes Streamlit's own page, script and socket. "
        "A change is a day typed into the filter's end, or in turn the zone's first day, from the key Enter until "
        "two frames after the last of the page that it changed; days are drawn by a fixed seed, and an answer asked "
        "before may be found again. What never came counts as infinite."
    )
    samples: dict[str, object] = {name: plain(times) for name, times in served.items()}
    samples["plain"], samples["bare"] = plain(plainly), plain(bare)
    for name, seen in drawn.items():
        samples |= {f"{name} opened": plain(seen.opened), f"{name} changed": plain(seen.changed)}
    return Figure(NAME, "Crime clock and before / after on a million incidents", how, lines, samples)


def _fill(db: Database, folder: Path, city: str) -> None:
    shape = measured(LOOP)
    zone = Zone(
        station=CITY, code="loop", version=1, name_th="เดอะลูป", name_en="The Loop", polygon=shape.polygon,
        area_m2=shape.area_m2, perimeter_m=shape.perimeter_m, utm_epsg=shape.utm_epsg, valid_from=0,
        started="2017-07-01",
    )  # fmt: skip
    with db.write() as tx:
        registers.put_stations(tx, [Station(code=CITY, name_th="ชิคาโก", name_en="Chicago", kind="test")], clock())
        registers.put_zone(tx, zone, clock())
    file = real(f"crime/{city}.parquet")
    command = [sys.executable, "manage.py", "import-incidents", str(file), "--station", CITY]
    subprocess.run(command, cwd=ROOT, env=environment(folder, 1), check=True, timeout=3_600, capture_output=True)


def _timed(number: int, ask: Callable[[int], object]) -> list[float]:
    times = []
    for at in range(number):
        begun = time.perf_counter()
        ask(at)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _asked(at: int) -> Asked:
    """A choice like no other."""
    cases = cases_of(Filter("days", 0, 1), CITY)
    return Asked(CITY, LOOP, (), 100.0 + 10 * at, cases, later(date(2017, 7, 1), -(at % 6)), 6 + at % 6)


def _before_after(columns: Columns, number: int) -> list[float]:
    known = reach(columns, CITY, None, date.today())
    assert known is not None
    return _timed(number, lambda at: look(columns, _asked(at), known.first, None, ZONE))


def _clock(db: Database, columns: Columns, number: int) -> list[float]:
    asked = Filter("days", 0, 1, stations=frozenset({CITY}), zone=f"{CITY}/loop")

    def ask(at: int) -> None:
        first = later(date(2015, 6, 1), at)
        narrow = replace(asked, groups=frozenset(range(5)) if at % 2 else None)
        months(columns, narrow, (later(first, -1), first), None, ZONE)
        hours(db, columns, asked, later(first, 1), None, ZONE, CITY)

    return _timed(number, ask)


def _plainly(db: Database, number: int) -> list[float]:
    """The same counts as a script of pandas makes them: every row, then a mask."""
    ground = ground_of(LOOP, (), 200.0)

    def ask(at: int) -> None:
        with db.read() as conn:
            every = pd.read_sql("SELECT * FROM incident", conn)
        held = every[(every.offence_group != 4) & (every.found_by != "patrol")]
        for shape in (ground.zone, ground.ring):
            inside = held[shapely.intersects_xy(shape, held.lon.to_numpy(float), held.lat.to_numpy(float))]
            inside.groupby(pd.to_datetime(inside.occurred_from, unit="ms").dt.to_period("M")).size()

    return _timed(number, ask)


def _drawn(rig: Rig, product: Product) -> tuple[dict[str, Times], list[float]]:
    openings, changes = rig.of(20, 2), rig.of(100, 4)
    cookie = product.session().cookie
    product.start()
    try:
        with chromium() as browser:
            each = {of.name: pages(browser, product, cookie, of, openings, changes) for of in (_CLOCK, _BEFORE_AFTER)}
            return each, empty_pages(rig.new_folder(), browser, openings)
    finally:
        product.stop()


def _few(values: list[float]) -> str:
    half, most = percentile(values, 0.5), percentile(values, 0.95)
    return f"p50 {half:.0f} / p95 {most:.0f} / max {max(values):.0f} ms (n = {len(values)})"
