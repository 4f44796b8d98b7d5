"""Faults of recorded fixes: small cases one by one, and the whole real file against its known list."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.sources.replay_faults import Faults, count_faults
from ingest.sources.replay_read import Fixes, Reader
from tests.real_data import real

NOW = 1_795_000_000_000
HOUR = 3_600_000


def fixes(*rows: tuple[int, int, float, float]) -> Fixes:
    """Rows of (unit, at, lat, lon)."""
    unit, at, lat, lon = (np.array(column) for column in zip(*rows, strict=True))
    nothing = np.full(len(rows), np.nan)
    return Fixes(unit, at, lat.astype(float), lon.astype(float), nothing, nothing)


def test_a_zero_coordinate_needs_both_zeros() -> None:
    found = count_faults(fixes((0, NOW, 0, 0), (0, NOW + HOUR * 999, 0, 1), (0, NOW + HOUR * 1999, 1, 0)), NOW)
    assert found.zero == 1


def test_of_three_alike_two_are_repeated() -> None:
    same = (0, NOW, 16.5, 104.7)
    assert count_faults(fixes(same, same, same, (1, NOW, 16.5, 104.7)), NOW).repeated == 2


@pytest.mark.parametrize(("km", "jumps"), [(170, 0), (190, 1)])
def test_a_jump_is_over_180_km_in_an_hour(km: float, jumps: int) -> None:
    assert count_faults(fixes((0, NOW, 0.5, 0), (0, NOW + HOUR, 0.5 + km / 111.195, 0)), NOW).jumps == jumps


def test_a_lone_zero_makes_two_jumps_and_none_without_zeros() -> None:
    found = count_faults(fixes((0, NOW, 30, -97), (0, NOW + HOUR, 0, 0), (0, NOW + 2 * HOUR, 30, -97)), NOW)
    assert (found.jumps, found.jumps_without_zeros) == (2, 0)


def test_jumps_are_judged_in_time_order_within_one_unit() -> None:
    late = fixes((0, NOW + 2 * HOUR, 31, 0), (1, NOW + HOUR, 60, 0), (0, NOW, 30, 0))
    assert count_faults(late, NOW).jumps == 0


def test_clocks() -> None:
    years = 366 * 24 * HOUR
    found = count_faults(
        fixes(
            (0, NOW, 1, 1), (1, NOW + 1, 1, 1), (1, NOW - 3 * years, 1, 1), (0, NOW + 6 * 60_000, 1, 1), (2, 5, 1, 1)
        ),
        NOW,
    )
    assert (found.clock_years_off, found.ahead, found.ancient) == (2, 1, 1)


def test_no_fixes() -> None:
    nothing = np.empty(0)
    empty = Fixes(nothing.astype(int), nothing.astype(int), nothing, nothing, nothing, nothing)
    assert count_faults(empty, NOW) == Faults()


def test_the_whole_real_file_has_the_faults_of_its_list() -> None:
    """598,079 fixes of 484 buses; a file of the desk, not of the product."""
    reader = Reader(real("gps/austin_bus_gtfsrt.parquet"))
    found = count_faults(reader.all(), NOW)
    assert (found.rows, found.units, reader.unreadable) == (598_079, 484, 0)
    assert (found.zero, found.repeated, found.jumps) == (80, 16_153, 83)
    assert found.jumps_without_zeros == 36
    assert found.ahead == found.ancient == found.out_of_range == found.clock_years_off == 0
