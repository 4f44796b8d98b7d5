"""The ground under the hotspots: in metres, y down, cut to what one may move the map to."""

from __future__ import annotations

import re

import pytest

from dashboard.hotspots import ground
from dashboard.hotspots.ground import frame_of, path_of, streets_of
from models.records.station import Street

SQUARE = '{"type":"Polygon","coordinates":[[[100.0,13.0],[100.01,13.0],[100.01,13.01],[100.0,13.01],[100.0,13.0]]]}'


def street(number: int, kind: str, *places: tuple[float, float]) -> Street:
    corners = ",".join(f"[{lon},{lat}]" for lon, lat in places)
    return Street(station="s", id=number, kind=kind, line=f'{{"type":"LineString","coordinates":[{corners}]}}')


def places(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"(-?\d+),(-?\d+)", path)]


def test_an_area_is_as_large_as_on_the_ground_and_north_is_up() -> None:
    frame = frame_of([SQUARE])
    corners = places(path_of(frame, [SQUARE]))
    (west, south), (east, _), (_, north) = corners[:3]
    assert east - west == pytest.approx(1084.7, abs=2)  # 0.01 degrees at 13 degrees north
    assert south - north == pytest.approx(1113.2, abs=2)
    assert frame.left < west < east < frame.left + frame.width
    assert frame.top < north < south < frame.top + frame.height


def test_streets_are_told_by_rank_and_end_where_nobody_can_move_the_map_to() -> None:
    frame = frame_of([SQUARE])
    far = street(1, "primary", (99.0, 13.005), (101.0, 13.005))
    main, other = streets_of(frame, [far, street(2, "residential", (100.001, 13.0), (100.001, 13.01))])
    assert max(abs(x) for x, _ in places(main)) < 3 * frame.width
    assert len(places(other)) == 2
    assert streets_of(frame, []) == ("", "")


def test_a_province_of_lanes_leaves_the_main_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "MOST_CORNERS", 3)
    roads = [street(at, kind, (100.0, 13.0), (100.01, 13.01)) for at, kind in enumerate(("trunk", "service"))]
    main, other = streets_of(frame_of([SQUARE]), roads)
    assert (len(places(main)), other) == (2, "")
