"""The backtest: nothing of the future is known, every method meets the same windows, any city's file is read."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import numpy as np
import orjson
import pandas as pd
import pytest

from commands.backtest_table import as_text
from models.analysis.area import covered
from models.analysis.backtest import CHOSEN, Backtest, Place, Plan, backtest, moments
from models.analysis.backtest_rows import horizon_of, rows_of
from models.analysis.cases import Cases
from models.analysis.city import City, city_of, first_origin
from models.analysis.components import DAY_MS, Ground
from models.analysis.families import FAMILIES, Family
from models.analysis.scores import outcome
from models.analysis.shifts import HOUR_MS, Shifts
from models.formats.city_file import CityFile, offences_of, read_city_file
from models.formats.problems import BadFileError
from tests.unit.test_analysis_surface import NOW, square, town

SCHEMA = orjson.loads((Path(__file__).parents[2] / "docs" / "schemas" / "backtest.json").read_bytes())
UTC = Shifts((0, 8, 16), ZoneInfo("UTC"))


def places(number: int = 2) -> list[Place]:
    made = [town(seed, number=700, days=700) for seed in range(number)]
    return [Place(cases, Ground.of(grid), cases) for cases, grid, _ in made]


@pytest.fixture(scope="module")
def made() -> Backtest:
    return backtest(places(), Plan(28), NOW)


def test_every_method_meets_the_same_windows_and_no_case_twice(made: Backtest) -> None:
    assert 10 <= len(made.origins) <= 26
    assert {b - a for a, b in zip(made.origins, made.origins[1:], strict=False)} == {28 * DAY_MS}
    assert made.origins[-1] + 28 * DAY_MS == NOW
    keys = {
        name: [(each.at, each.share, each.cases, each.best) for each in found]
        for name, found in made.outcomes.items()
    }
    assert all(found == keys["counts_365"] for found in keys.values())
    assert len(keys["counts_365"]) == len(made.origins) * 4 * 2
    inside = sum(len(place.cases.between(made.origins[0], NOW)) for place in places())
    assert sum(each.cases for each in made.outcomes["mixture"] if each.share == 0.05) == inside


def test_what_was_chosen_is_what_was_drawn_at_each_origin(made: Backtest) -> None:
    for at in made.origins:
        drawn = [each for each in made.outcomes[made.drawn[at]] if each.at == at]
        assert [each for each in made.outcomes[CHOSEN] if each.at == at] == drawn
    assert sum(len(each["mixture"]) for each in made.by_place) == len(made.outcomes["mixture"])
    assert all(0 < pei <= 1 for pei in made.ceiling.values())


def test_nothing_of_the_future_is_known(made: Backtest) -> None:
    """Cases moved within the last window change only that window's outcomes."""
    before = made.origins[-1]
    moved = []
    for place in places():
        x = np.where(place.cases.start >= before, 1.0, place.cases.x)
        cases = Cases(x, *(getattr(place.cases, name) for name in list(Cases.__dataclass_fields__)[1:]))
        moved.append(Place(cases, place.ground, cases))
    other = backtest(moved, Plan(28), NOW)
    for name, found in made.outcomes.items():
        for one, two in zip(found, other.outcomes[name], strict=True):
            assert (one == two) == (one.at < before), name


def test_by_shift_every_case_is_scored_in_its_shift(made: Backtest) -> None:
    found = backtest(places(1), Plan(28, shares=(0.05,), shifts=UTC), NOW)
    assert "mixture_shift" in found.outcomes
    assert "mixture_shift" not in made.outcomes
    [place] = places(1)
    number = len(place.cases.between(found.origins[0], NOW))
    assert sum(each.cases for each in found.outcomes["mixture_shift"]) == pytest.approx(number)


def test_by_shift_without_a_known_hour_nothing_is_judged() -> None:
    [place] = places(1)
    cases = replace(place.cases, end=place.cases.start + DAY_MS)
    found = backtest([Place(cases, place.ground)], Plan(28, shifts=UTC), NOW)
    assert found.choice.why == "no_backtest"
    told = {
        "of": "",
        "offences": [],
        "zones": 0,
        "cell_m": 100,
        "by_shift": True,
        "cases": 700,
        "left_out": {},
        "times": [],
    }
    assert "no case with a known hour" in as_text(told | {"horizons": [horizon_of(found)]})


def test_too_short_a_past_is_said_and_a_young_station_gets_what_it_can() -> None:
    grid = square()
    cases, *_ = town()
    none = cases.take(slice(0))
    for given in (none, cases.take(slice(0, 1)), cases.between(NOW - 30 * DAY_MS, NOW)):
        found = backtest([Place(given, Ground.of(grid))], Plan(28), NOW)
        assert (found.origins, found.choice.why, rows_of(found)) == ((), "no_backtest", [])
    learning, origins = moments(NOW - 120 * DAY_MS, Plan(14), NOW)
    assert len(origins) == 4
    assert all(at + 14 * DAY_MS <= origins[0] for at in learning)


def test_the_document_keeps_to_its_schema_and_the_table_to_the_document(made: Backtest) -> None:
    told: dict[str, Any] = {
        "of": "t.csv", "family": None, "offences": [], "cell_m": 100.0, "zones": 0, "zone_km": None,
        "by_shift": False, "cases": 1400, "left_out": {"stray": 3}, "times": [],
    }  # fmt: skip
    empty = backtest([], Plan(7), NOW)
    for horizons in ([], [horizon_of(empty)], [horizon_of(made), horizon_of(empty)]):
        document = orjson.loads(orjson.dumps(told | {"horizons": horizons}))
        jsonschema.validate(document, SCHEMA)
        text = as_text(document)
        assert "stray 3" in text
        for horizon in horizons:
            assert text.count(f"{horizon['days']} days") == 1
            assert len([line for line in text.splitlines() if " chosen " in line]) <= 4
    mixture = next(row for row in rows_of(made) if row["method"] == "mixture" and row["share"] == 0.05)
    assert mixture["pai"][0] == pytest.approx(mixture["hit"][0] / 0.05, rel=1e-3)
    assert f"{100 * mixture['hit'][0]:.1f} % (" in as_text(told | {"horizons": [horizon_of(made)]})


SHOP = "Break and Enter Shop"
ROWS = pd.DataFrame(
    [
        ("1", "2022-01-01T23:30:00", "Robbery", "16.54", "104.72", ""),
        ("2", "2022-01-02", "robbery", "16.541", "104.721", ""),
        ("3", "nonsense", "Robbery", "16.5", "104.7", ""),
        ("4", "2022-01-03T01:00:00", "ลักทรัพย์", "", "104.7", ""),
        ("5", "", "Robbery", "16.5", "104.7", ""),
        ("6", "2022-01-04T00:00:00", SHOP, "95", "104.7", ""),
        ("6", "2022-01-04T00:00:00", SHOP, "95", "104.7", ""),
    ],
    columns=["Incident_ID", "occurred_at", "category", "lat", "lon", "extra"],
)


def files() -> dict[str, bytes]:
    packed, sheet = BytesIO(), BytesIO()
    ROWS.to_parquet(packed)
    ROWS.to_excel(sheet, index=False)
    return {
        "a.csv": ROWS.to_csv(index=False).encode(),
        "a.tsv": ROWS.to_csv(index=False, sep="\t").encode("cp874"),
        "a.parquet": packed.getvalue(),
        "a.xlsx": sheet.getvalue(),
    }


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.parquet", "a.xlsx"])
def test_any_city_s_file_is_read_alike(name: str) -> None:
    found = read_city_file(name, files()[name])
    assert (found.bad_time, found.told, len(found.columns)) == (2, (), 5)
    begin = int(pd.Timestamp("2022-01-01T23:30:00", tz="UTC").timestamp() * 1000)
    assert found.columns.start[0] == found.columns.end[0] == begin
    assert found.columns.end[1] - found.columns.start[1] == 24 * HOUR_MS
    assert list(np.isfinite(found.columns.lat)) == [True, True, False, False, False]
    assert offences_of(found.columns, "ROBBERY") == ("Robbery", "robbery")
    assert offences_of(found.columns, "break and enter") == (SHOP,)
    assert offences_of(found.columns, "theft", FAMILIES["theft"].offences) == ("ลักทรัพย์",)
    assert offences_of(found.columns, "arson") == ()
    city = city_of(found.columns, Family("robbery", "", "", ("Robbery", "robbery")), begin + 9 * DAY_MS)
    assert city is not None
    assert (len(city.cases), city.left.duplicate, city.left.other_family, city.left.no_hour) == (2, 1, 2, 1)


def _read_times(*texts: str) -> tuple[list[str], CityFile]:
    rows = "".join(f"{number},{text},x,16,104\n" for number, text in enumerate(texts))
    found = read_city_file("b.csv", ("incident_id,occurred_at,category,lat,lon\n" + rows).encode())
    return [str(at)[:16] for at in found.columns.start.astype("datetime64[ms]")], found


@pytest.mark.parametrize(
    ("texts", "read", "told"),
    [
        (["2022-01-01T07:00:00+07:00", "2022-01-02T07:00"], ["2022-01-01T07:00", "2022-01-02T07:00"], ("offsets",)),
        (
            ["2021-05-01T10:00:00-06:00", "2021-11-30 10:00:00Z"],
            ["2021-05-01T10:00", "2021-11-30T10:00"],
            ("offsets",),
        ),
        (["05/12/2021 10:00", "13/12/2021 10:00"], ["2021-12-05T10:00", "2021-12-13T10:00"], ("day_first",)),
        (["05/12/2021 10:15 PM", "12/13/2021 1:00 AM"], ["2021-05-12T22:15", "2021-12-13T01:00"], ("month_first",)),
        (["2565-05-01 10:00", "2567-02-29"], ["2022-05-01T10:00", "2024-02-29T00:00"], ("buddhist_era",)),
        (["5/6/2565 10:00"], ["2022-06-05T10:00"], ("buddhist_era", "day_first")),
        (["2021-05-01T10:00:00", "13/12/2021"], ["2021-05-01T10:00", "2021-12-13T00:00"], ("day_first",)),
        (["3 May 2021 10:00"], ["2021-05-03T10:00"], ()),
        (["03-May-2021 10:15 PM", "04-Jun-2021 1:05 AM"], ["2021-05-03T22:15", "2021-06-04T01:05"], ()),
        (["2021-05-03 22:15:00-05", "2021-05-03T22:15:00.5+0530"], ["2021-05-03T22:15"] * 2, ("offsets",)),
        (["2021-05-03 22:15 EST", "2021-05-03T22:15-05:00[America/Lima]"], ["2021-05-03T22:15"] * 2, ("offsets",)),
        (
            ["5/23/2021 12:15:00 a.m.", "5/3/2021 12:15 p.m.", "5/3/2021 1:15:00 PM +0000", "5/3/2021 9:05"],
            ["2021-05-23T00:15", "2021-05-03T12:15", "2021-05-03T13:15", "2021-05-03T09:05"],
            ("offsets", "month_first"),
        ),
        (
            [f"2021-05-{day:02d} 00:00" for day in range(1, 7)],
            [f"2021-05-{day:02d}T00:00" for day in range(1, 7)],
            ("midnight",),
        ),
    ],
)
def test_a_file_s_times_are_its_own_clock(texts: list[str], read: list[str], told: tuple[str, ...]) -> None:
    found, file = _read_times(*texts)
    assert (found, file.told, file.bad_time) == (read, told, 0)


def test_dates_that_can_be_read_in_two_ways_are_refused_in_words() -> None:
    for texts, code in ((["05/12/2021", "13/12/2021", "12/13/2021"], "mixed"), (["05/12/2021"], "ambiguous")):
        with pytest.raises(BadFileError) as refused:
            _read_times(*texts)
        assert refused.value.problem.code == f"dates_{code}"
    assert _read_times("5", "12.5.21", "", "2021-13-40", "5/23/2021 13:15 PM")[1].bad_time == 5


def test_midnight_names_no_hour_where_a_file_writes_every_unknown_one_so() -> None:
    hours = [f"2021-05-{day:02d}T{day % 12 + 1:02d}:30" for day in range(1, 31)]
    for midnights, told in ((5, ()), (12, ("midnight",))):  # of a file with hours, one in seven and two in seven
        texts = [f"2021-06-{day + 1:02d}T00:00:00.000" for day in range(midnights)]
        found = _read_times(*hours, *texts)[1]
        assert found.told == told
        assert ((found.columns.end > found.columns.start).sum() > 0) == bool(told)
        assert (found.columns.end == found.columns.start)[: len(hours)].all()


def test_a_category_is_meant_however_its_words_are_parted() -> None:
    spelt = ("BREAK_AND_ENTER", "Break-and-Enter", " break  and enter", "Break and Enter Shop", "Enter")
    rows = "".join(f"{number},2022-01-01,{name},16.5,104.7\n" for number, name in enumerate(spelt))
    found = read_city_file("b.csv", ("incident_id,occurred_at,category,lat,lon\n" + rows).encode())
    assert set(offences_of(found.columns, "break and enter")) == set(spelt[:3])
    assert set(offences_of(found.columns, "Break_and")) == set(spelt[:4])


def test_two_cases_that_differ_in_nothing_but_their_id_are_two() -> None:
    """Two victims at one corner and hour; ids with a slash are of the same file."""
    rows = "".join(f"{name},2022-01-01T07:30,x,16.5,104.7\n" for name in ("2022/1", "2023/1", "7", "7", "", ""))
    found = read_city_file("b.csv", ("incident_id,occurred_at,category,lat,lon\n" + rows).encode())
    city = city_of(found.columns, None, NOW)
    assert city is not None
    assert (len(city.cases), city.left.duplicate) == (5, 1)


@pytest.mark.parametrize(
    ("name", "body"),
    [("a.csv", b""), ("a.csv", b"a,b\n1,2\n"), ("a.parquet", b"PAR1"), ("a.doc", b"x"), ("a.csv", b"\0")],
)
def test_a_file_that_is_none_is_refused_in_a_word(name: str, body: bytes) -> None:
    with pytest.raises(BadFileError):
        read_city_file(name, body)


def _city(lat: list[float], lon: list[float], start: list[int]) -> CityFile:
    text = "incident_id,occurred_at,category,lat,lon\n" + "".join(
        f"{number},{pd.Timestamp(at, unit='ms').isoformat()},x,{a},{b}\n"
        for number, (a, b, at) in enumerate(zip(lat, lon, start, strict=True))
    )
    return read_city_file("c.csv", text.encode())


DAYS = [NOW - number * DAY_MS for number in range(200)]
#: Places all over a square kilometre, some of them hot.
_RNG = np.random.default_rng(5)
LAT, LON = ([float(value) for value in middle + 0.01 * _RNG.beta(1, 3, 200)] for middle in (16.54, 104.72))
BAD = {
    "one point": ([16.54] * 200, [104.72] * 200, DAYS),
    "a line": (list(np.linspace(16.5, 16.6, 200)), [104.72] * 200, DAYS),
    "two towns 600 km apart": ([16.54] * 120 + [11.2] * 80, [104.72] * 120 + [104.7] * 80, DAYS),
    "a stray at (0, 0)": ([16.54] * 199 + [0.0], [104.72] * 199 + [0.0], DAYS),
    "the future": (LAT, LON, [NOW + 9 * DAY_MS] * 200),
    "ten years and a burst": (LAT, LON, [NOW - 3650 * DAY_MS] + [NOW - DAY_MS] * 199),
    "four cases": ([16.54] * 4, [104.72] * 4, DAYS[:4]),
    "all at (0, 0)": ([0.0] * 200, [0.0] * 200, DAYS),
    "nothing": ([], [], []),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("zones", [False, True])
def test_bad_input_ends_in_a_plain_word_or_a_right_answer(name: str, zones: bool) -> None:
    city = city_of(_city(*BAD[name]).columns, None, NOW + 1)
    if city is None:
        assert name in ("nothing", "all at (0, 0)")
        return
    stray = {"two towns 600 km apart": 80, "a stray at (0, 0)": 1}.get(name, 0)
    assert city.left.stray == stray
    found = city.busiest(3, 50.0, 100.0, city.until) if zones else city.whole(100.0)
    made = backtest(found, Plan(7, shares=(0.05,), shifts=UTC), city.until)
    for row in rows_of(made):
        assert all(np.isfinite(row[key]).all() for key in ("hit", "pai", "pei", "hits_per_cell"))
        assert row["hit"][0] <= 1 + 1e-9
        assert row["pei"][2] <= 1 + 1e-9
    if name in ("the future", "four cases"):
        assert made.choice.why == "no_backtest"


def _everywhere(seed: int, number: int = 600) -> City:
    """Cases of three years, each anywhere in a square of 20 km."""
    rng = np.random.default_rng(seed)
    lat, lon = 16.5 + rng.uniform(0, 0.18, number), 104.7 + rng.uniform(0, 0.187, number)
    start = np.sort(NOW - rng.uniform(1, 1095, number) * DAY_MS).astype(int)
    found = city_of(_city(list(lat), list(lon), list(start)).columns, None, NOW + 1)
    assert found is not None
    return found


def test_in_a_city_without_any_pattern_no_ranking_is_better_or_worse_than_chance() -> None:
    """The ground is what was known before the first origin: ground made of the cases to come would tell of them."""
    hits, cases = np.zeros(3), 0.0
    for seed in range(4):
        found = _everywhere(seed)
        plan = Plan(56, (0.05,), None, ("365_all3", "counts_365", "mixture"))
        [place] = found.whole(250.0, first_origin(found, plan, found.until))
        made = backtest([place], plan, found.until)
        for at in made.origins:
            past = place.ground.counts(found.cases.between(0, at))
            coming = found.cases.between(at, at + 56 * DAY_MS)
            came = place.ground.counts(coming)
            hits[2] += outcome(-past, came, place.ground.grid, 0.05, at, float(len(coming))).hits
        hits[:2] += [sum(one.hits for one in made.outcomes[name]) for name in ("365_all3", "mixture")]
        cases += sum(one.cases for one in made.outcomes["mixture"])
        assert sum(one.cases for one in made.outcomes["mixture"]) == len(
            found.cases.between(made.origins[0], NOW + 1)
        )
    assert (np.abs(hits / cases / 0.05 - 1) < 0.3).all(), hits / cases / 0.05


def test_the_ground_of_a_city_with_cases_in_every_street_is_where_they_lie() -> None:
    rng = np.random.default_rng(4)
    x, y = (rng.integers(0, 20, 8000) * 250.0 + rng.uniform(0, 250, 8000) for _ in range(2))
    lake = (x < 2500) & (y < 2500)
    grid = covered(x[~lake], y[~lake], 32648, 250.0)
    assert len(grid.inside) == 300
    none = covered(x[:1], y[:1], 32648, 250.0)
    assert len(none.inside) == 1
    with pytest.raises(ValueError):
        covered(x[:0], y[:0], 32648, 250.0)


def test_the_ceiling_by_shift_is_that_of_the_shift() -> None:
    """A third of the cases leaves more to chance than all of them."""
    plan = Plan(28, (0.05,), None, ("365_all3", "counts_365", "mixture"), 6)
    day, shift = (backtest(places(1), replace(plan, shifts=which), NOW).ceiling[0.05] for which in (None, UTC))
    assert shift < day - 0.02
