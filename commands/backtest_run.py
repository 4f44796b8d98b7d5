"""The work of `backtest`: a file, or a station's incidents, to the document that is told."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from commands.context import RefusedError, now_ms, opened, require_stations
from models.analysis.backtest import HORIZONS, Place, Plan, backtest
from models.analysis.backtest_rows import horizon_of
from models.analysis.cases import Columns, LeftOut, columns_of, prepare_each
from models.analysis.city import City, city_of, first_origin
from models.analysis.components import Ground
from models.analysis.families import FAMILIES, Family
from models.analysis.grid import Grid
from models.analysis.shifts import Shifts
from models.formats.city_file import offences_of, read_city_file
from settings import Settings
from store import incidents, registers
from store.incidents import Wanted

#: Cells of a whole city and of a zone, m.
CITY_CELL, ZONE_CELL = 250.0, 100.0
#: More cells than this, of all squares together, take minutes a horizon, and no patrol holds a map of them.
MOST_CELLS = 500_000


def told_of(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """The document of docs/schemas/backtest.json.

    Raises:
        RefusedError: no such file, category or station.
        BadFileError: the file cannot be read.
    """
    horizons = tuple(dict.fromkeys(args.horizon or HORIZONS))
    return _of_station(args, settings, horizons) if args.station else _of_file(args, settings, horizons)


def _of_file(args: argparse.Namespace, settings: Settings, horizons: Sequence[int]) -> dict[str, Any]:
    try:
        body = args.file.read_bytes()
    except OSError as error:
        raise RefusedError(f"cannot read {args.file}: {error.strerror}") from error
    file = read_city_file(args.file.name, body)
    family = _family(args.family, file.columns)
    city = city_of(file.columns, family, now_ms())
    cell = args.cell or (ZONE_CELL if args.zones else CITY_CELL)
    shifts = Shifts(settings.shifts, ZoneInfo("UTC")) if args.shift else None
    told = _head(args, args.file.name, family, city or file.columns, cell, file.told)
    told["left_out"] |= {"no_time": file.bad_time, "bad_line": file.bad_line}
    found = 0
    for days in horizons if city else ():
        assert city is not None  # noqa: S101 - mypy
        plan = Plan(days, shifts=shifts)
        with _refused():
            places = _small_enough(_places(args, city, plan, cell))
        found = max(found, len(places))
        told["horizons"].append(horizon_of(backtest(places, plan, city.until)))
    if found:
        told["zones"] = min(args.zones, found)
    return told


@contextmanager
def _refused() -> Iterator[None]:
    """A ground that no grid can hold is refused in words."""
    try:
        yield
    except ValueError as error:
        raise RefusedError(f"no map can be made of this ground: {error}; choose a larger --cell") from error


def _places(args: argparse.Namespace, city: City, plan: Plan, cell: float) -> list[Place]:
    if not len(city.cases):
        return []
    first = first_origin(city, plan, city.until)
    return city.busiest(args.zones, args.zone_km * 1000, cell, first) if args.zones else city.whole(cell, first)


def _small_enough(places: list[Place]) -> list[Place]:
    cells = sum(len(place.ground.grid.area) for place in places)
    if cells > MOST_CELLS:
        raise ValueError(f"{cells:,} cells")
    return places


def _family(wanted: str, columns: Columns) -> Family | None:
    if not wanted:
        return None
    known = FAMILIES.get(wanted.strip().casefold())
    offences = offences_of(columns, wanted, known.offences if known else ())
    if not offences:
        names = ", ".join(sorted(set(columns.offence))[:12])
        raise RefusedError(f"no category {wanted} in the file; it has: {names}")
    return Family(wanted, known.th if known else wanted, known.en if known else wanted, offences)


def _of_station(args: argparse.Namespace, settings: Settings, horizons: Sequence[int]) -> dict[str, Any]:
    if args.family and args.family not in FAMILIES:
        raise RefusedError(f"--family of a station is one of {', '.join(FAMILIES)}")
    family = FAMILIES[args.family or "property"]
    with opened(settings) as database:
        station = require_stations(database, args.station)
        with database.read() as conn:
            columns = columns_of(incidents.incidents(conn, Wanted(frozenset({station}))))
            zones = [zone.polygon for zone in registers.zones(conn, frozenset({station})) if zone.kind != "beat"]
    cell, now = args.cell or ZONE_CELL, now_ms()
    city = None if zones else city_of(columns, family, now)
    told = _head(args, station, family, city or columns, cell)
    places: list[Place] = []
    if zones:
        with _refused():
            places = _small_enough([_zone(columns, family, polygon, cell, now) for polygon in zones])
        told["cases"] = sum(len(place.cases) for place in places)
    for days in horizons:
        plan = Plan(days, shifts=Shifts(settings.shifts, settings.zone) if args.shift else None)
        if city is not None and len(city.cases):
            with _refused():
                places = _small_enough(city.whole(cell, first_origin(city, plan, now)))
        told["horizons"].append(horizon_of(backtest(places, plan, now)))
    return told


def _zone(columns: Columns, family: Family, polygon: str, cell: float, now: int) -> Place:
    _, found = prepare_each(columns, [None, family], now=now, polygon=polygon)
    return Place(found.cases, Ground.of(Grid.of(polygon, cell)), found.others)


def _head(
    args: argparse.Namespace,
    name: str,
    family: Family | None,
    city: City | Columns,
    cell: float,
    times: Sequence[str] = (),
) -> dict[str, Any]:
    """`city`: the columns themselves when no case has a place on any ground."""
    if isinstance(city, City):
        cases, left = len(city.cases), asdict(city.left)
    else:
        placed = int((np.isfinite(city.lat) & np.isfinite(city.lon)).sum())
        cases, left = 0, asdict(LeftOut(no_place=len(city) - placed, stray=placed))
    return {
        "of": name,
        "family": None if family is None else family.code,
        "offences": [] if family is None else list(family.offences),
        "cell_m": cell,
        "zones": args.zones,
        "zone_km": args.zone_km if args.zones else None,
        "by_shift": args.shift,
        "cases": cases,
        "left_out": left,
        "times": list(times),
        "horizons": [],
    }
