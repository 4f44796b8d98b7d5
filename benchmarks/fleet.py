"""Five hundred units that report once a second, all at once: the load of the live feed's figures.

As a program (`python -m benchmarks.fleet`) it drives them until its standard input is closed.
"""

from __future__ import annotations

import argparse
import math
import select
import sys
import time

import orjson

from benchmarks.blast import Blaster
from benchmarks.load import position
from models.records.unit import Unit
from store import registers
from store.database import open_database
from tests.fault.product import now_ms

UNITS = 500


def name(number: int) -> str:
    """The name of a unit."""
    return f"f{number:03d}"


def topic(station: str, number: int) -> str:
    """The topic its positions come on."""
    return f"ssz/v1/{station}/unit/{name(number)}/position"


def fix(at_ms: int, lat: float, lon: float) -> bytes:
    """A position at a place of our choice, with every field of a tracker."""
    body = {"at": at_ms, "lat": round(lat, 7), "lon": round(lon, 7), "speed_kmh": 18.0, "heading_deg": 90.0}
    return orjson.dumps(body | {"accuracy_m": 5.0, "battery_pct": 80.0})


def circling(number: int, step: int, at_ms: int, box: tuple[float, float, float, float]) -> bytes:
    """A unit that drives round a place of its own within a box (south, west, north, east): 20 in a row."""
    south, west, north, east = box
    rows = UNITS // 20
    high, wide = (north - south) / rows, (east - west) / 20
    angle = step * 0.1 + number
    lat = south + (number // 20 % rows + 0.5 + 0.3 * math.sin(angle)) * high
    lon = west + (number % 20 + 0.5 + 0.3 * math.cos(angle)) * wide
    return fix(at_ms, lat, lon)


def register(url: str, station: str, number: int = UNITS) -> None:
    """Register the units; importing approves them."""
    db = open_database(url)
    with db.write() as tx:
        rows = [Unit(station=station, unit=name(one), call_sign=name(one)) for one in range(number)]
        registers.put_units(tx, rows, now_ms())
    db.close()


def main() -> int:
    """Drive until standard input ends."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--station", required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first unit")
    parser.add_argument("--box", type=float, nargs=4, help="south west north east of where they drive")
    given = parser.parse_args()
    blaster = Blaster(given.port, "bench-fleet")
    numbers = range(given.first, UNITS)
    topics = {one: topic(given.station, one) for one in numbers}
    step, due = 0, time.monotonic()
    while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
        if time.monotonic() >= due:
            at = now_ms()
            if given.box:
                blaster.send((topics[one], circling(one, step, at, tuple(given.box))) for one in numbers)
            else:
                blaster.send((topics[one], position(one, at, step)) for one in numbers)
            step, due = step + 1, due + 1.0
        blaster.hear(0.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
