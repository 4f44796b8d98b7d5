"""The crime clock and before / after on a real city of a million incidents: the server's part, and their opening."""

from __future__ import annotations

import math
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
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import chromium
from benchmarks.report import Figure, Line, percentile, plain
from benchmarks.rig import Rig
from dashboard.access.sessions import COOKIE
from dashboard.before_after.read import Asked, cases_of, look, reach
from dashboard.clock.read import hours, month
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
SERVER_MS, OPEN_MS = 300.0, 1_000.0
CITY, ZONE = "chicago", ZoneInfo("Asia/Bangkok")
LOOP = shapely.to_geojson(shapely.box(-87.64, 41.875, -87.62, 41.89))
PATIENCE_MS = 30_000
_MAY = "period=days&from=2018-05-01&to=2018-05-31"
_PAGES = (
    ("crime clock", f"/clock?station={CITY}&zone={CITY}/loop&{_MAY}", ".ssz-clocks svg"),
    ("before / after", f"/before-after?station={CITY}&zone=loop", ".ssz-forest svg"),
)  # fmt: skip


def measure(rig: Rig) -> Figure:
    """The figure."""
    folder = rig.new_folder()
    product = Product(folder, {"SSZ_INGEST": "external"})
    upgrade(product.database_url)
    db = product.open_store()
    city = CITY if not rig.quick else "vancouver"
    _fill(db, folder, city)
    columns = Columns(db, None, clock, ZONE)
    columns.wait(timeout_s=600)
    state = columns.state
    cases = state.cases if state else 0
    number = rig.of(30, 3)
    pages = {"before / after": _before_after(columns, number), "crime clock": _clock(db, columns, number)}
    plainly = {"before / after": _plainly(db, rig.of(3, 1))}
    columns.stop()
    db.close()
    opened = _opened(product, rig.of(20, 2))
    lines = []
    for name, times in pages.items():
        peer = plainly.get(name)
        bare = "" if peer is None else f"{_few(peer)}: pandas over SELECT *"
        held = percentile(times, 0.95) <= SERVER_MS
        lines.append(Line(f"{name}: the server's part of another choice", _few(times), bare, "p95 <= 300 ms", held))
    for name, times in opened.items():
        held = percentile(times, 0.5) <= OPEN_MS
        lines.append(Line(f"{name}: opened by its address, in a browser", _few(times), "", "p50 <= 1 s", held))
    how = (
        f"{cases:,} real cases of a city as one station's. Another choice: another month, or another width, start "
        "and length that nobody asked for before; nothing kept is found again. An opening goes to the address anew "
        "and includes Streamlit's own page, script and socket; one that never came counts as infinite."
    )
    samples: dict[str, object] = {name: plain(times) for name, times in (pages | plainly).items()}
    samples |= {f"{name} opened": plain(times) for name, times in opened.items()}
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
        for one in (later(first, -1), first):
            month(columns, replace(asked, groups=frozenset(range(5)) if at % 2 else None), one, None, ZONE)
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


def _opened(product: Product, number: int) -> dict[str, list[float]]:
    cookie = product.session().cookie
    product.start()
    try:
        with chromium() as browser:
            return {name: _openings(browser, product, cookie, path, what, number) for name, path, what in _PAGES}
    finally:
        product.stop()


def _openings(browser: Browser, product: Product, cookie: str, path: str, what: str, number: int) -> list[float]:
    """ms of each opening; the first, which reads the table and fills the caches, is left out."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    times = []
    for at in range(number + 1):
        begun = time.perf_counter()
        page.goto(product.url + path, wait_until="commit")
        try:
            page.wait_for_selector(what, timeout=PATIENCE_MS * (1 if at else 4))
            times.append((time.perf_counter() - begun) * 1000)
        except PlaywrightTimeout:
            times.append(math.inf)
    context.close()
    return times[1:]


def _few(values: list[float]) -> str:
    half, most = percentile(values, 0.5), percentile(values, 0.95)
    return f"p50 {half:.0f} / p95 {most:.0f} / max {max(values):.0f} ms (n = {len(values)})"
