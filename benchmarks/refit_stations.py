"""Every station of the country refit in one command, from the store and back into it."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.report import Figure, Line, plain
from benchmarks.rig import Rig
from jobs import learn, refit
from jobs.refit import How, Step
from jobs.spread import Workers
from jobs.turn import turn
from models.analysis.shifts import Shifts
from models.records.incident import IncidentReport
from models.records.station import Station, Zone
from store import imports, registers
from store.database import Database, open_database
from store.migrate import upgrade
from tests.fault.product import now_ms

NAME = "refit-stations"
STATIONS, CASES = 1_484, 2_000
MOST_S = 300.0
_DAY_MS = 86_400_000
#: What the cases of a station are: shares of seven families' offences and of group 4, which stands in no map.
OFFENCES = {
    "theft": 0.30, "burglary": 0.15, "snatching": 0.10, "assault": 0.15, "vehicle_theft": 0.10,
    "damage_property": 0.05, "indecency": 0.02, "drugs": 0.13,
}  # fmt: skip
#: Side of a zone, degrees: about 1.5 km.
_SIDE = 0.0136
_SPOTS, _HOT = 25, 0.6


def measure(rig: Rig) -> Figure:
    """The figure."""
    count = rig.of(STATIONS, 12)
    url = f"sqlite:///{rig.new_folder() / 'ssz.db'}"
    upgrade(url)
    db = open_database(url)
    try:
        now = now_ms()
        names = [fill(db, number, now) for number in range(count)]
        workers = Workers.of_machine()
        with db.read() as conn:
            nothing = learn.known(conn, now)
        begun = time.perf_counter()
        learn.learn(db, now, lambda name: refit.task(db, name, now, Shifts(), nothing), workers)
        gate_s = time.perf_counter() - begun
        steps: list[Step] = []
        begun, cpu = time.perf_counter(), time.process_time()
        with turn(db, now_ms) as mine:
            refit.run(db, names, How(Shifts(), workers, "system"), now_ms, steps.append, mine)
        took, ours = time.perf_counter() - begun, time.process_time() - cpu
        again = time.perf_counter()
        assert refit.changed(db, now_ms(), None) == [], "nothing is to be done twice"
        again = time.perf_counter() - again
    finally:
        db.close()
    failed = sum(bool(step.error) for step in steps)
    maps = sum(step.maps for step in steps)
    assert len(steps) == count
    return Figure(
        name=NAME,
        title=f"{count:,} stations of {CASES:,} cases refit",
        how="Every family, horizon and shift of each; cases read from SQLite, maps and frozen forecasts written to "
        "it, joblib on all cores, weights pooled over stations; the command `manage.py refit --all` does the same.",
        lines=[
            Line(f"{count:,} stations, {maps:,} maps, {failed} failed", f"{took:.0f} s", "", f"<= {MOST_S:.0f} s",
                 rig.quick or (took <= MOST_S and not failed)),
            Line("of that in the process that reads and writes", f"{ours:.0f} s"),
            Line(f"gate and pooled weights, {min(count, learn.MOST_STATIONS)} stations, apart", f"{gate_s:.0f} s"),
            Line("asking again when nothing changed", f"{again * 1000:.0f} ms"),
        ],
        samples={"refit_s": plain([took]), "gate_s": plain([gate_s]), "stations": count, "failed": failed},
    )  # fmt: skip


def fill(db: Database, number: int, now: int) -> str:
    """Write a station with its zone and three years of cases; returns its code."""
    rng = np.random.default_rng(number)
    code = f"s{number:04d}"
    west, south = 98.5 + (number % 40) * 0.1, 7.0 + (number // 40) * 0.1
    corners = [(0, 0), (_SIDE, 0), (_SIDE, _SIDE), (0, _SIDE), (0, 0)]
    ring = ",".join(f"[{west + x:.4f},{south + y:.4f}]" for x, y in corners)
    zone = Zone(station=code, code="z", version=1, polygon=f'{{"type":"Polygon","coordinates":[[{ring}]]}}',
                area_m2=2.25e6, perimeter_m=6_000, utm_epsg=32647, valid_from=0)  # fmt: skip
    spots = rng.uniform(0, _SIDE, (_SPOTS, 2))[rng.choice(_SPOTS, CASES, p=rng.dirichlet(np.full(_SPOTS, 0.7)))]
    hot = rng.random((CASES, 1)) < _HOT
    place = np.where(hot, spots + rng.normal(0, 3e-4, (CASES, 2)), rng.uniform(0, _SIDE, (CASES, 2)))
    start = now - rng.integers(_DAY_MS, 3 * 365 * _DAY_MS, CASES)
    window = np.where(rng.random(CASES) < 0.4, rng.integers(0, 10 * 3_600_000, CASES), 0)
    offence = rng.choice(list(OFFENCES), CASES, p=list(OFFENCES.values()))
    patrol = rng.random(CASES) < 0.1
    rows = [
        IncidentReport(
            code, "file", str(each), int(start[each]), str(offence[each]), now, int(start[each] + window[each]),
            offence_group=4 if offence[each] == "drugs" else 2, lat=south + float(place[each, 1]),
            lon=west + float(place[each, 0]), place_quality="exact", found_by="patrol" if patrol[each] else "victim",
        )
        for each in range(CASES)
    ]  # fmt: skip
    with db.write(patience_s=60.0) as tx:
        registers.put_stations(tx, [Station(code=code, name_th=code, name_en=code)], now)
        registers.put_zone(tx, zone, now - 1)
        imports.take_all(tx, rows, code)
    return code
