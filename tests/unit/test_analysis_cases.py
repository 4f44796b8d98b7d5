"""What takes part in a map: cells in metres, shifts with windows, and every case left out counted once."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from models.analysis.area import DEGREE_M, bounds_of, lived_in, main_group
from models.analysis.cases import Columns, LeftOut, columns_of, prepare, prepare_each
from models.analysis.families import FAMILIES, Family
from models.analysis.grid import Grid, flat
from models.analysis.shifts import HOUR_MS, Shifts
from models.formats.offences import OFFENCES
from models.records.incident import IncidentReport
from models.town.known_rates import square
from tests.real_data import real

NOW = 1_790_000_000_000
DAY = 24 * HOUR_MS
#: About 1.1 km by 1.1 km in Mukdahan (UTM 48N).
ZONE = orjson.dumps(
    {
        "type": "Polygon",
        "coordinates": [[[104.72, 16.54], [104.73, 16.54], [104.73, 16.55], [104.72, 16.55], [104.72, 16.54]]],
    }
).decode()


def columns(*rows: dict[str, object]) -> Columns:
    usual = {
        "lat": 16.545, "lon": 104.725, "start": NOW - DAY, "end": NOW - DAY, "offence": "robbery", "group": 2,
        "found_by": "victim",
    }  # fmt: skip
    full = [usual | {"ids": f"file/{number}"} | row for number, row in enumerate(rows)]
    kinds = {"lat": float, "lon": float, "start": np.int64, "end": np.int64, "group": np.int64}
    names = Columns.__dataclass_fields__
    return Columns(*(np.array([row[name] for row in full], dtype=kinds.get(name, object)) for name in names))


def test_every_case_left_out_is_counted_once_under_its_reason() -> None:
    nan = float("nan")
    rows = columns(
        {},
        {"start": NOW - 3 * DAY, "end": NOW - 2 * DAY},  # counts, in no shift
        {"start": NOW + 1, "end": NOW + 1},
        {"ids": "file/0"},  # the first again
        {"ids": "inbox/7"},  # the first again, from elsewhere
        {"offence": "drugs", "group": 4},
        {"found_by": "patrol"},
        {"offence": "theft"},
        {"lat": nan},
        {"lat": 0.0, "lon": 0.0},
        {"start": NOW - 2 * DAY},  # a window of a day that ended with the first
        {"offence": "ขโมยของ"},
        {"offence": "ขโมยของ", "group": 0, "lat": nan},
        {"offence": "กัดหู", "group": 1},
        {"offence": "แฮก", "group": 3},
        {"offence": "quarrel", "group": 0},
    )
    cases, left = prepare(rows, family=FAMILIES["robbery"], now=NOW, polygon=ZONE)
    assert left == LeftOut(
        group4=1, patrol=1, no_place=1, stray=1, future=1, duplicate=2, other_family=4, unnamed=2, no_hour=2
    )  # fmt: skip
    assert list(cases.ids) == ["file/1", "file/10", "file/0"]
    assert list(cases.start) == sorted(cases.start)
    assert len(cases) + left.group4 + left.patrol + left.no_place + left.stray + left.future + left.duplicate + (
        left.other_family + left.unnamed
    ) == len(rows)


def test_names_of_a_station_s_own_are_counted_by_the_family_their_group_says_and_by_no_other() -> None:
    rows = columns(
        *({"offence": "ขโมยจักรยาน", "start": NOW - at * DAY} for at in range(1, 4)),
        {"offence": "ฉกมือถือ"},
        {"offence": "ไม่ทราบ", "group": 0},
        {"offence": "กัดหู", "group": 1},
        {"offence": "theft"},
        {"offence": "fraud"},
        {"offence": "จับบ่อน", "group": 4},
    )
    names = [None, *FAMILIES.values()]
    every, *found = prepare_each(rows, names, now=NOW, polygon=ZONE)
    by = dict(zip(FAMILIES, found, strict=True))
    assert sorted(by["property"].cases.offence) == ["theft", *["ขโมยจักรยาน"] * 3, "ฉกมือถือ"]
    assert (by["property"].left_out.unnamed, by["property"].unnamed) == (1, (("ไม่ทราบ", 1),))
    assert (list(by["theft"].cases.offence), by["theft"].left_out.unnamed) == (["theft"], 5)
    assert by["theft"].unnamed == (("ขโมยจักรยาน", 3), ("ฉกมือถือ", 1), ("ไม่ทราบ", 1))
    assert (len(by["violence"].cases), by["violence"].unnamed) == (0, (("กัดหู", 1), ("ไม่ทราบ", 1)))
    for one in found:
        left = one.left_out
        assert len(one.cases) + left.other_family + left.unnamed + left.group4 == len(rows)
        assert sorted([*one.cases.ids, *one.others.ids]) == sorted(every.cases.ids)
    alone, left = prepare(rows, family=FAMILIES["property"], now=NOW, polygon=ZONE)
    assert (list(alone.ids), left) == (list(by["property"].cases.ids), by["property"].left_out)
    # A family of a file's own categories is what the file names, and nothing may be of it besides.
    file, left = prepare(rows, family=Family("x", "", "", ("ขโมยจักรยาน",)), now=NOW, polygon=ZONE)
    assert (len(file), left.unnamed, left.other_family) == (3, 0, 5)


def test_families_prepared_together_are_each_as_if_prepared_alone() -> None:
    kinds = ("robbery", "theft", "burglary", "drugs")
    places: tuple[dict[str, object], ...] = (
        {},
        {"lat": float("nan")},
        {"lat": 0.0},
        {"lon": 104.7251},
        {"found_by": "patrol"},
    )
    rows = columns(*({"offence": kind, "start": NOW - DAY * (2 + number)} | place
                     for number, place in enumerate(places) for kind in kinds))  # fmt: skip
    wanted = [None, *FAMILIES.values()]
    together = prepare_each(rows, wanted, now=NOW, polygon=ZONE)
    for family, taken in zip(wanted, together, strict=True):
        cases, left = taken.cases, taken.left_out
        own = rows.offence if family is None else family.offences
        mine = Columns(*(getattr(rows, name)[np.isin(rows.offence, own)] for name in Columns.__dataclass_fields__))
        alone, said = prepare(mine, family=family, now=NOW, polygon=ZONE)
        assert (cases.ids.tolist(), cases.x.tolist()) == (alone.ids.tolist(), alone.x.tolist())
        assert (left.no_place, left.stray, left.no_hour) == (said.no_place, said.stray, said.no_hour)
    every, robbery = together[0].left_out, dict(zip(FAMILIES, together[1:], strict=True))["robbery"].left_out
    assert (every.no_place, every.stray, every.patrol, every.other_family) == (4, 4, 4, 0)
    assert (robbery.no_place, robbery.stray, robbery.patrol, robbery.other_family) == (1, 1, 4, 12)


def test_two_victims_of_one_robbery_are_two_cases_and_two_files_with_both_are_still_two() -> None:
    once = columns({"ids": "a/1"}, {"ids": "a/2"})
    assert len(prepare(once, family=None, now=NOW, polygon=ZONE)[0]) == 2
    both = columns({"ids": "a/1"}, {"ids": "a/2"}, {"ids": "b/1"}, {"ids": "b/2"})
    cases, left = prepare(both, family=None, now=NOW, polygon=ZONE)
    assert (len(cases), left.duplicate) == (2, 2)


def test_what_a_patrol_found_puts_no_victim_s_report_aside() -> None:
    rows = columns({"ids": "desk/1", "found_by": "patrol"}, {"ids": "file/1"})
    cases, left = prepare(rows, family=None, now=NOW, polygon=ZONE)
    assert list(cases.ids) == ["file/1"]
    assert (left.patrol, left.duplicate) == (1, 0)


def test_a_family_names_listed_offences_and_never_one_of_group_4() -> None:
    for family in FAMILIES.values():
        listed = [OFFENCES.find(code) for code in family.offences]
        assert [each.code for each in listed if each] == list(family.offences)
        assert {each.group for each in listed if each} == {family.group} <= {1, 2}
    assert len({family.group for family in FAMILIES.values() if family.whole}) == 1  # no case is of two whole ones


def test_incidents_of_the_store_become_columns() -> None:
    report = IncidentReport("s", "file", "7", NOW - DAY, "theft", NOW, lat=16.545, lon=104.725, place_quality="exact")
    found = columns_of([report, replace(report, id="8", place_quality="none", occurred_to=NOW)])
    assert list(found.ids) == ["file/7", "file/8"]
    assert np.isnan(found.lat[1])
    assert list(found.end) == [NOW - DAY, NOW]
    assert len(columns_of([])) == 0


@pytest.mark.parametrize("cell", [50.0, 100.0, 250.0, 5000.0])
def test_cells_cover_the_zone_and_no_more_even_one_smaller_than_a_cell(cell: float) -> None:
    grid = Grid.of(ZONE, cell)
    outline, epsg = flat(ZONE)
    assert grid.epsg == epsg == 32648
    assert grid.total_m2 == pytest.approx(outline.area, rel=1e-9)
    assert float(grid.area.max()) <= cell * cell
    assert shapely.from_geojson(grid.degrees(grid.polygon(grid.inside))).is_valid
    x, y = grid.centres(np.arange(len(grid.area)))
    assert list(grid.cell_of(x, y)) == [i if grid.area[i] > 0 else -1 for i in range(len(grid.area))]
    assert list(grid.cell_of(np.array([np.nan, 0.0]), np.array([0.0, 0.0]))) == [-1, -1]


@pytest.mark.parametrize("text", ["", "{}", '{"type":"Point","coordinates":[1,2]}', '{"type":"Polygon"}'])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Grid.of(text, 100.0)


def test_degrees_taken_for_metres_make_no_giant_grid() -> None:
    with pytest.raises(ValueError, match="too many"):
        Grid.of('{"type":"Polygon","coordinates":[[[0,0],[40,0],[40,40],[0,40],[0,0]]]}', 50.0)


def test_strays_are_no_part_of_the_ground() -> None:
    rng = np.random.default_rng(1)
    lat = np.concatenate([16.54 + 0.01 * rng.random(60), [0.0], 11.0 + 0.01 * rng.random(40), [np.nan]])
    lon = np.concatenate([104.72 + 0.01 * rng.random(60), [0.0], 99.0 + 0.01 * rng.random(40), [np.nan]])
    assert list(np.flatnonzero(main_group(lat, lon))) == list(range(60))
    box = bounds_of(lat, lon, 100.0)
    assert box is not None
    assert 1e6 < Grid.of(box, 100.0).total_m2 < 1.7e6
    assert bounds_of(lat[-1:], lon[-1:], 100.0) is None
    one = bounds_of(lat[:1], lon[:1], 100.0)
    assert one is not None
    assert Grid.of(one, 100.0).total_m2 == pytest.approx(100.0**2, rel=0.02)


def test_groups_are_those_that_steps_of_ten_kilometres_join() -> None:
    rng = np.random.default_rng(2)
    lat, lon = 13.0 + rng.uniform(0, 0.02, 300), 100.0 + rng.uniform(0, 0.02, 300)
    for far, joined in ((0.08, True), (0.12, False), (0.17, False)):
        group = main_group(np.r_[lat, lat.max() + far], np.r_[lon, lon[lat.argmax()]])
        assert group[:300].all()
        assert group[300] == joined
    steps = np.linspace(13.0, 14.615, 20)  # each 9.5 km on: a valley with a road
    assert main_group(steps, np.full(20, 100.0)).all()


def test_groups_are_found_whatever_shape_the_places_have() -> None:
    """Against every pair: scattered, on lines that have no triangle, on the lattice of a coarse geocoder."""
    rng = np.random.default_rng(3)
    row = np.sort(rng.choice(120, 20, replace=False)) * 0.01
    step = np.arange(50) * 0.001
    towns = [
        *((13.0 + rng.uniform(0, 0.8, 40), 100.0 + rng.uniform(0, 0.8, 40)) for _ in range(20)),
        (np.full(20, 13.0), 100.0 + row), (13.0 + row, np.full(20, 100.0)), (13.0 + row, 100.0 + row),
        tuple(axis.ravel() for axis in np.meshgrid(13.0 + step, 100.0 + step)),
    ]  # fmt: skip
    for lat, lon in towns:
        east = lon * np.cos(np.radians(np.median(lat)))
        metres = np.round(np.stack([east, lat], axis=1) * DEGREE_M / 100.0) * 100.0
        groups = connected_components(cdist(metres, metres) <= 10_000.0, directed=False)[1]
        sizes = np.bincount(groups)
        found = main_group(lat, lon)
        assert found.sum() == sizes.max()
        assert len(set(groups[found])) == 1


def test_ground_where_no_case_ever_lay_is_left_out_and_gaps_stay() -> None:
    rng = np.random.default_rng(1)
    polygon = square(8_000.0)
    grid = Grid.of(polygon, 100.0)
    x, y = (corner + 500 + rng.uniform(0, 2000, 200) for corner in (grid.x0, grid.y0))
    far = (grid.x0 + 7_050.0, grid.y0 + 7_050.0)
    ground = lived_in(grid, np.r_[x, far[0]], np.r_[y, far[1]])
    assert (ground.cell_of(np.r_[x, far[0]], np.r_[y, far[1]]) >= 0).all()
    assert 3.4e6 < ground.total_m2 < 4.6e6
    assert lived_in(grid, np.zeros(0), np.zeros(0)) is grid


def test_a_shift_past_midnight_has_its_hours_and_a_window_is_spread_over_them() -> None:
    shifts = Shifts((2, 10, 18), ZoneInfo("Asia/Bangkok"))
    assert shifts.hours(2) == (18, 19, 20, 21, 22, 23, 0, 1)
    assert [shifts.name(number) for number in range(3)] == ["02-10", "10-18", "18-02"]
    midnight = 1_790_010_000_000 // DAY * DAY - 7 * HOUR_MS  # of Bangkok
    start = np.array([midnight + 3 * HOUR_MS, midnight + 17 * HOUR_MS, midnight + 23 * HOUR_MS, midnight])
    end = np.array([start[0], start[1] + 2 * HOUR_MS, start[2] + 4 * HOUR_MS, midnight + DAY - 1])
    weights = shifts.weights(start, end)
    assert weights.tolist() == [[1, 0, 0], [0, 0.5, 0.5], [0.25, 0, 0.75], [0, 0, 0]]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, NOW), st.integers(0, 3 * DAY))
def test_a_case_is_spread_whole_or_not_at_all(start: int, length: int) -> None:
    hours = Shifts().by_hour(np.array([start]), np.array([start + length]))
    assert hours.sum() == pytest.approx(1.0 if length < 23 * HOUR_MS else 0.0)
    assert (hours >= 0).all()


def test_a_real_city_is_one_group() -> None:
    city = pd.read_parquet(real("crime/chicago.parquet"), columns=["lat", "lon"]).drop_duplicates()
    assert main_group(city["lat"].to_numpy(float), city["lon"].to_numpy(float)).all()
