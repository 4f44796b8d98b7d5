"""Cases of zone, ring and rest: metres, other zones, what is left out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from pyproj import Geod

from models.analysis.displacement import Areas
from models.formats.polygons import measure
from models.incidents.areas import Counts, areas_of, counted, ground_of
from models.incidents.columns import READ, Lists, Table, table_of

ZONE = shapely.to_geojson(shapely.box(100.50, 13.70, 100.51, 13.71))
OTHER = shapely.to_geojson(shapely.box(100.512, 13.70, 100.515, 13.71))


def table(*rows: tuple[int, float | None, float | None, int, str]) -> Table:
    """Cases: time, lon, lat, group, found by."""
    made = [
        {
            "station": "s", "source": "import", "id": str(number), "batch": "", "occurred_from": at,
            "occurred_to": at, "received_at": at, "offence": f"o{group}", "offence_group": group,
            "lat": lat, "lon": lon,
            "place_quality": "none" if lat is None else "exact", "found_by": by, "status": "", "arrested": None,
        }
        for number, (at, lon, lat, group, by) in enumerate(rows)
    ]  # fmt: skip
    return table_of([[row[name] for row in made] for name in READ], Lists.new(), ZoneInfo("Asia/Bangkok"))


def test_a_ring_of_the_zones_own_area_and_one_of_a_width_are_metres() -> None:
    same = ground_of(ZONE, (), None)
    assert same.ring_m2 == pytest.approx(measure(ZONE).area_m2, rel=1e-4)
    # Ground of another zone is no part of the ring: it is wider instead.
    cut = ground_of(ZONE, (OTHER,), None)
    assert cut.ring_m2 == pytest.approx(same.ring_m2, rel=1e-4)
    assert cut.width_m > same.width_m
    assert cut.ring.intersection(shapely.from_geojson(OTHER)).area == pytest.approx(0, abs=1e-12)
    wide = ground_of(ZONE, (), 200.0)
    assert wide.width_m == 200.0
    # 200 m east of the eastern edge on the ellipsoid is the edge of the ring; UTM is true to 0.1 %.
    lon, _, _ = Geod(ellps="WGS84").fwd(100.51, 13.705, 90, 200)
    assert wide.ring.bounds[2] == pytest.approx(lon, abs=5e-6)
    with pytest.raises(ValueError, match="width"):
        ground_of(ZONE, (), 0.0)


def test_each_case_counts_once_and_what_is_left_out_is_counted_beside() -> None:
    made = table(
        (10, 100.505, 13.705, 2, "victim"),  # in the zone
        (11, 100.505, 13.705, 1, "victim"),
        (12, 100.5105, 13.705, 2, "victim"),  # in the ring, 54 m off
        (13, 100.513, 13.705, 2, "victim"),  # another zone, though within the ring
        (14, 100.60, 13.80, 2, "victim"),  # the rest
        (15, None, None, 2, "victim"),  # no place
        (16, 100.505, 13.705, 4, "victim"),  # of group 4
        (17, 100.505, 13.705, 2, "patrol"),
        (18, 100.505, 13.705, 4, "patrol"),  # once, under the first reason
        (25, 100.505, 13.705, 2, "victim"),  # the later window
        (30, 100.505, 13.705, 2, "victim"),  # after both
    )
    rows = np.arange(len(made))
    first, later = counted(made, rows, ground_of(ZONE, (OTHER,), 500.0), [(10, 20), (20, 30)])
    assert first == Counts(zone=2, ring=1, rest=1, other=1, no_place=1, group4=2, patrol=1)
    assert later == Counts(1, 0, 0, 0, 0, 0, 0)
    assert areas_of(first, later) == Areas((2, 1), (1, 0), (1, 0))
    [without] = counted(made, rows, ground_of(ZONE, (), 500.0), [(10, 20)])
    assert (without.ring, without.other) == (2, 0)
    some = counted(made, rows[3:], ground_of(ZONE, (OTHER,), 500.0), [(10, 20)])
    assert (some[0].zone, some[0].other) == (0, 1)
