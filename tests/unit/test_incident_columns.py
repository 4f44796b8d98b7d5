"""The engine against plain reading: whatever cases and filter, every count is what a loop over the rows gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from models.access.grants import Stations
from models.analysis.clock import pins
from models.analysis.shifts import Shifts
from models.incidents import counts, ground, listed
from models.incidents.answer import Answer
from models.incidents.columns import HOURLESS, READ, SLOTS, Lists, Table, joined, keyed, of_batches, table_of
from models.incidents.filter import ARRESTED, NO_HOUR, Filter
from models.incidents.packed import packed, unpacked
from models.records.incident import FOUND_BY, PLACE_QUALITIES

BANGKOK = ZoneInfo("Asia/Bangkok")
HOUR = 3_600_000
Case = dict[str, Any]
#: 2569 begins.
BEGIN = int(datetime(2026, 1, 1, tzinfo=BANGKOK).timestamp() * 1000)
ZONE = '{"type":"Polygon","coordinates":[[[104.2,16.2],[104.9,16.3],[104.6,16.9],[104.2,16.2]]]}'

cases = st.fixed_dictionaries(
    {
        "station": st.sampled_from("ab"),
        "source": st.sampled_from(["file", "app"]),
        "id": st.integers(0, 10**6).map(str),
        "batch": st.sampled_from(["", "b1"]),
        "occurred_from": st.integers(BEGIN, BEGIN + 60 * 24 * HOUR),
        "occurred_to": st.sampled_from([None, 0, HOUR // 2, HOUR, 5 * HOUR, 23 * HOUR, 50 * HOUR]),
        "received_at": st.integers(1, 9),
        "offence": st.sampled_from(["theft", "ฉ้อโกง"]),
        "offence_group": st.sampled_from([None, 1, 2, 3, 4]),
        "lat": st.sampled_from([None, 16.0, 16.4, 16.5, 17.0]),
        "lon": st.sampled_from([None, 104.0, 104.5, 104.6]),
        "place_quality": st.sampled_from(PLACE_QUALITIES),
        "found_by": st.sampled_from(FOUND_BY),
        "status": st.sampled_from(["", "open", "ปิด"]),
        "arrested": st.sampled_from([None, True, False]),
    }
)
many = st.lists(cases, max_size=40, unique_by=lambda case: (case["station"], case["source"], case["id"]))


def part(values: Sequence[Any]) -> st.SearchStrategy[frozenset[Any] | None]:
    return st.none() | st.frozensets(st.sampled_from(values), min_size=1)


filters = st.builds(
    Filter,
    period=st.just("days"),
    start=st.integers(BEGIN, BEGIN + 20 * 24 * HOUR),
    end=st.integers(BEGIN + 20 * 24 * HOUR, BEGIN + 60 * 24 * HOUR),
    hours=part(range(-1, 24)), weekdays=part(range(7)), stations=part("abc"), zone=st.sampled_from([None, "a/z"]),
    area=st.sampled_from([None, ((104.0, 16.0), (104.55, 16.0), (104.55, 18.0), (104.0, 18.0))]),
    groups=part(range(5)), offences=part(["theft", "ฉ้อโกง", "none of these"]), statuses=part(["", "open", "x"]),
    found_by=part(FOUND_BY), sources=part(["file", "app"]), qualities=part(PLACE_QUALITIES), arrested=part(ARRESTED),
)  # fmt: skip
scopes: st.SearchStrategy[Stations] = st.sampled_from([None, frozenset({"a"}), frozenset({"a", "b"}), frozenset()])


def table(rows: Sequence[Case]) -> Table:
    told = [dict(row, occurred_to=row["occurred_to"] and row["occurred_from"] + row["occurred_to"]) for row in rows]
    return table_of([[row[name] for row in told] for name in READ], Lists.new(), BANGKOK)


def placed(row: Case) -> bool:
    return row["lat"] is not None and row["lon"] is not None and row["place_quality"] != "none"


def quality(row: Case) -> str:
    return str(row["place_quality"]) if placed(row) else "none"


def wall(row: Case) -> datetime:
    return datetime.fromtimestamp(row["occurred_from"] / 1000, UTC).astimezone(BANGKOK)


def hour(row: Case) -> int:
    """The local hour, or -1 where the window reaches into another."""
    last = row["occurred_from"] + max((row["occurred_to"] or 0) - 1, 0)
    same = datetime.fromtimestamp(last / 1000, UTC).astimezone(BANGKOK).replace(minute=0, second=0, microsecond=0)
    here = wall(row)
    return here.hour if same == here.replace(minute=0, second=0, microsecond=0) else NO_HOUR


def test_the_filter_and_the_clock_know_the_same_hours() -> None:
    """Windows that end a part of a second beside the hour, or beside the 23 hours from which on none is told."""
    made: list[Case] = [
        {
            "station": "a", "source": "file", "id": f"{late}/{long}", "batch": "", "occurred_from": BEGIN + late,
            "occurred_to": long, "received_at": 1, "offence": "theft", "offence_group": 2, "lat": None, "lon": None,
            "place_quality": "none", "found_by": "victim", "status": "", "arrested": None,
        }
        for late in (0, 1, 500, HOUR - 1)
        for long in (1, 999, HOUR - 500, HOUR, HOUR + 1, HOUR + 999, 23 * HOUR - 1, 23 * HOUR + 999)
    ]  # fmt: skip
    columns = table(made)
    slot = columns.week % SLOTS
    stand = pins(columns.at, columns.at + columns.window_s.astype(np.int64) * 1000, Shifts(zone=BANGKOK))
    assert (slot < 24).tolist() == stand.certain.tolist()
    assert (slot != HOURLESS).tolist() == stand.known.tolist()
    assert 0 < stand.certain.sum() < stand.known.sum() < len(made)


def arrested(row: Case) -> str:
    return {None: "unknown", True: "yes", False: "no"}[row["arrested"]]


def taken(row: Case, chosen: Filter, scope: Stations) -> bool:
    """A filter as one would say it."""
    told = (
        (chosen.hours, hour(row)), (chosen.weekdays, wall(row).weekday()), (chosen.stations, row["station"]),
        (scope, row["station"]), (chosen.groups, row["offence_group"] or 0), (chosen.offences, row["offence"]),
        (chosen.statuses, row["status"]), (chosen.found_by, row["found_by"]), (chosen.sources, row["source"]),
        (chosen.qualities, quality(row)), (chosen.arrested, arrested(row)),
    )  # fmt: skip
    if not chosen.start <= row["occurred_from"] < chosen.end:
        return False
    if any(wanted is not None and value not in wanted for wanted, value in told):
        return False
    if chosen.zone is not None and row["station"] != "a":
        return False
    polygons = [
        *([shapely.from_geojson(ZONE)] if chosen.zone else []),
        *([shapely.Polygon(chosen.area)] if chosen.area else []),
    ]
    return all(placed(row) and shapely.intersects_xy(one, row["lon"], row["lat"]) for one in polygons)


def counted(values: Sequence[Any]) -> dict[Any, int]:
    return dict(Counter(values))


def some(values: dict[Any, int]) -> dict[Any, int]:
    return {key: n for key, n in values.items() if n}


@settings(max_examples=150, deadline=None)
@given(many, filters, scopes)
def test_every_count_is_that_of_a_plain_reading(rows: list[Case], chosen: Filter, scope: Stations) -> None:
    mine = [row for row in rows if taken(row, chosen, scope)]
    made = table(rows)
    found = counts.answer(made, counts.taken(made, chosen, scope, ZONE), 7)
    assert (found.version, found.total) == (7, len(mine))
    assert found.newest == max((row["received_at"] for row in mine), default=0)
    assert found.no_place == sum(not placed(row) for row in mine)
    assert found.no_hour == sum(hour(row) == NO_HOUR for row in mine)
    assert found.windowed == sum(hour(row) == NO_HOUR and row["occurred_to"] < 23 * HOUR for row in mine)
    assert dict(found.days) == counted([wall(row).date().toordinal() - 719_163 for row in mine])
    cells = {(day, at): n for day, line in enumerate(found.hours_by_weekday) for at, n in enumerate(line) if n}
    assert cells == counted([(wall(row).weekday(), hour(row)) for row in mine if hour(row) != NO_HOUR])
    assert {(one, group): n for one, group, n in found.offences} == counted(
        [(row["offence"], row["offence_group"] or 0) for row in mine]
    )
    for told, values in (
        (found.groups, [row["offence_group"] or 0 for row in mine]),
        (found.statuses, [row["status"] for row in mine]),
        (found.sources, [row["source"] for row in mine]),
        (found.by_station, [row["station"] for row in mine]),
        (found.found_by, [row["found_by"] for row in mine]),
        (found.qualities, [quality(row) for row in mine]),
        (found.arrested, [arrested(row) for row in mine]),
    ):
        assert some(told) == counted(values)
    assert sums(found) == {found.total}


def sums(found: Answer) -> set[int]:
    """What each view adds up to."""
    views = (
        [n for _, n in found.days], [n for _, n in found.months], [n for *_, n in found.offences],
        [*(n for line in found.hours_by_weekday for n in line), found.no_hour],
        found.groups.values(), found.statuses.values(), found.found_by.values(), found.sources.values(),
        found.qualities.values(), found.arrested.values(), found.by_station.values(),
    )  # fmt: skip
    return {sum(view) for view in views}


@settings(max_examples=60, deadline=None)
@given(many, filters, st.floats(0, 18))
def test_the_map_holds_each_case_with_a_place_once(rows: list[Case], chosen: Filter, zoom: float) -> None:
    made = table(rows)
    mine = counts.taken(made, chosen, None, ZONE)
    found = counts.answer(made, mine, 1)
    with_place = ground.placed(made, mine, None)
    assert len(with_place) + found.no_place == found.total
    cells = ground.hexagons(made, with_place, zoom).cells
    assert sum(one.n for one in cells) == len(with_place)
    assert all(one.n == sum(one.groups) for one in cells)
    names = Counter((one.station, one.source, one.id) for one in ground.points(made, with_place))
    assert set(names.values()) <= {1}
    assert len(names) == len(with_place)


def test_a_hexagon_lies_where_its_cases_are() -> None:
    made = table([ROW | {"id": str(at), "lat": 16.5 + at / 1e6, "lon": 104.7} for at in range(3)])
    found = ground.hexagons(made, ground.placed(made, counts.taken(made, Filter("days", 0, 2**60), None), None), 14)
    (cell,) = found.cells
    assert abs(cell.lat - 16.5) < found.radius_deg
    assert abs(cell.lon - 104.7) < found.radius_deg
    assert ground.placed(made, counts.taken(made, Filter("days", 0, 2**60), None), (0, 0, 1, 1)).size == 0


ROW = dict.fromkeys(READ) | {
    "station": "a", "source": "s", "batch": "", "occurred_from": BEGIN, "received_at": 1, "offence": "theft",
    "place_quality": "exact", "found_by": "other", "status": "",
}  # fmt: skip
EVER = Filter("days", -(2**60), 2**60)


def test_a_case_of_a_year_no_calendar_has_is_a_case() -> None:
    made = table([ROW | {"id": str(at), "occurred_from": at} for at in (253_402_300_799_000, -(10**14), BEGIN)])
    found = counts.answer(made, counts.taken(made, EVER, None), 1)
    assert (found.total, sum(n for _, n in found.months)) == (3, 3)


def test_hexagons_are_never_more_than_a_screen_can_hold() -> None:
    made = table([ROW | {"id": str(at), "lat": 10 + at / 1000, "lon": 100 + at % 97 / 10} for at in range(7_000)])
    found = ground.hexagons(made, counts.taken(made, EVER, None), 20)
    assert len(found.cells) <= ground.MOST_HEXAGONS
    assert sum(one.n for one in found.cells) == 7_000


def test_a_line_drawn_across_itself_takes_all_it_goes_round() -> None:
    star = ((104.0, 16.0), (104.5, 17.5), (105.0, 16.0), (103.8, 16.9), (105.2, 16.9))
    made = table([ROW | {"id": "middle", "lat": 16.5, "lon": 104.5}, ROW | {"id": "out", "lat": 15.0, "lon": 104.5}])
    taken_ = counts.taken(made, replace(EVER, area=star), None)
    assert made.ids.take(taken_).to_pylist() == ["middle"]
    assert len(counts.taken(made, replace(EVER, area=()), None)) == 0
    assert len(counts.taken(made, replace(EVER, stations=frozenset()), None)) == 0


@settings(max_examples=60, deadline=None)
@given(many, st.sampled_from(listed.SORTS), st.booleans())
def test_the_pages_of_a_list_hold_each_case_once(rows: list[Case], sort: str, down: bool) -> None:
    made = table(rows)
    mine = counts.taken(made, Filter("days", 0, 2**60), None)
    name = f"-{sort}" if down else sort
    pages = [listed.page(made, mine, name, number, 7) for number in range(len(rows) // 7 + 1)]
    assert sorted(row for page in pages for row in page) == list(range(len(rows)))
    if sort == "time":
        at = [int(made.at[row]) for page in pages for row in page]
        assert at == sorted(at, reverse=down)


@given(many, st.integers(0, 40))
def test_a_table_renewed_is_the_table_read_anew(rows: list[Case], cut: int) -> None:
    lists = Lists.new()
    parts = [[[row[name] for row in piece] for name in READ] for piece in (rows[:cut], rows[cut:])]
    made = joined([table_of(piece, lists, BANGKOK) for piece in parts])
    gone = [(row["station"], row["source"], row["id"]) for row in rows[::3]]
    left = made.keep(~(keyed(made, gone) | of_batches(made, {"b1"})))
    expected = {row["id"] for number, row in enumerate(rows) if number % 3 and row["batch"] != "b1"}
    assert set(left.ids.to_pylist()) == expected
    assert len(made) == len(rows)
    assert (made.at[1:] >= made.at[:-1]).all()


@pytest.mark.parametrize(
    "rows", [[], [0], [7], [3, 4, 5, 6], [0, 9], [5, 6, 9, 100, 101, 4_000], list(range(1, 90, 2))]
)
def test_rows_that_are_kept_as_bits_come_back_as_they_were(rows: list[int]) -> None:
    taken = np.array(rows, dtype=np.int64)
    kept = packed(taken)
    assert unpacked(kept).tolist() == rows
    assert kept.n == len(rows)
    assert kept.bits is None or kept.bits.nbytes <= (rows[-1] - rows[0]) // 8 + 1
