"""The ground under the hotspots: the base map's tiles as they are, else the station's streets, else what it knows."""

from __future__ import annotations

import gzip
import logging
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dashboard.basemap.archive import Archive
from dashboard.basemap.in_box import InBox, Name, in_box
from dashboard.basemap.vector_tile import features
from dashboard.hotspots.drawn import map_html
from dashboard.hotspots.ground import Frame, frame_of
from dashboard.hotspots.under import Under, box_of, under_of
from models.records.station import Street
from tests.basemap_files import MIDDLE, SOUTH, WEST, held, town_map
from tests.hotspot_sample import sample

ZONE = (
    f'{{"type":"Polygon","coordinates":[[[{WEST},{SOUTH}],[{WEST + 0.01},{SOUTH}],[{WEST + 0.01},{SOUTH + 0.008}],'
    f"[{WEST},{SOUTH + 0.008}],[{WEST},{SOUTH}]]]}}"
)
FAR = '{"type":"Polygon","coordinates":[[[100,13],[100.01,13],[100.01,13.01],[100,13.01],[100,13]]]}'


def street(number: int, kind: str, name: str, lon: float, lat: float) -> Street:
    """From the zone's corner to (lon, lat)."""
    line = f'{{"type":"LineString","coordinates":[[{WEST},{SOUTH}],[{lon},{lat}]]}}'
    return Street(station="s", id=number, kind=kind, name_th=name, line=line)


STREETS = [
    street(1, "primary", "ถนนใหญ่", WEST + 0.01, SOUTH),
    street(2, "service", "", WEST, SOUTH + 0.008),
]
MARKS = [(SOUTH + 0.004, WEST + 0.005, "ตู้หน้าตลาด"), (13.0, 100.0, "อื่น"), (SOUTH + 0.001, WEST + 0.001, "")]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive(town_map(tmp_path_factory.mktemp("under")))


def lying(archive: Archive, frame: Frame) -> InBox:
    return in_box(archive, box_of(frame))


def test_a_tile_holds_what_gdal_finds_in_it_and_garbage_is_refused(archive: Archive, tmp_path: Path) -> None:
    import math

    z, (lon, lat) = 14, MIDDLE
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    body = archive.tile(z, x, y)
    assert body is not None
    whole = gzip.decompress(body)
    assert Counter(one.layer for one in features(whole)) == held(archive, tmp_path, z, x, y)
    assert list(features(b"")) == []
    # A layer that breaks off, a feature whose tags name no key, a geometry that says more than it has.
    for bad in (whole[:-40], b"\x1a\x06\x12\x04\x12\x02\x05\x05", b"\x1a\x05\x12\x03\x22\x01\x11"):
        with pytest.raises(ValueError, match="no vector tile"):
            list(features(bad))


def test_shapes_lie_where_they_were_built_to_the_metre(archive: Archive) -> None:
    found = lying(archive, frame_of([ZONE]))
    [ring] = found.shapes["green"]
    corners = np.array(ring.coords)
    assert (corners.min(axis=0), corners.max(axis=0)) == (
        pytest.approx([WEST + 0.001, SOUTH + 0.001], abs=1e-5), pytest.approx([WEST + 0.004, SOUTH + 0.004], abs=1e-5)
    )  # fmt: skip
    assert len(found.shapes["building"]) == 9
    assert {"มุกดาหาร", "ถนนสำราญชายโขงใต้"} <= {one.th for one in found.names}
    assert lying(archive, frame_of([FAR])) == InBox()


def test_the_base_map_is_drawn_bottom_to_top_and_names_in_the_reader_s_language(archive: Archive) -> None:
    frame = frame_of([ZONE])
    found = under_of(frame, lying(archive, frame), STREETS, MARKS, "th")
    assert [name for name, _ in found.paths] == ["green", "water", "building", "street", "street main"]
    assert found.source == "base"
    texts = [one.text for one in found.names]
    assert texts[:2] == ["มุกดาหาร", "ถนนสำราญชายโขงใต้"]
    assert "ถนนใหญ่" not in texts  # the streets are the base map's
    assert max(abs(one.turn) for one in found.names) <= 90
    english = under_of(frame, lying(archive, frame), STREETS, MARKS, "en")
    assert "Samran Chai Khong Tai" in [one.text for one in english.names]


def test_without_a_base_map_the_own_streets_are_drawn_and_without_these_what_the_registers_know() -> None:
    frame = frame_of([ZONE])
    own = under_of(frame, InBox(), STREETS, MARKS, "th")
    assert ([name for name, _ in own.paths], own.source) == (["street", "street main"], "streets")
    [name] = own.names
    assert (name.text, name.kind, round(name.turn)) == ("ถนนใหญ่", "road", 0)
    known = under_of(frame, InBox(), [], MARKS, "th")
    assert ([one.text for one in known.names], known.paths, known.source) == (["ตู้หน้าตลาด"], (), "marks")
    assert under_of(frame, InBox(), [], [], "th") == Under((), (), "")


def test_no_word_of_a_file_becomes_markup() -> None:
    frame = frame_of([ZONE])
    bad = '"><script>x</script>'
    name = Name(bad, bad, bad, 14.0, np.array([[WEST + 0.005, SOUTH + 0.004]]))
    drawn = map_html(sample(0), frame, [ZONE], under_of(frame, InBox({}, (name,)), [], [], "th"), "th")
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_where_the_base_map_has_no_street_the_own_ones_lie_on_it(archive: Archive) -> None:
    frame = frame_of([ZONE])
    base = lying(archive, frame)
    green = InBox({"green": base.shapes["green"]}, ())
    found = under_of(frame, green, STREETS, [], "th")
    assert [name for name, _ in found.paths] == ["green", "street", "street main"]
    assert [one.text for one in found.names] == ["ถนนใหญ่"]


def test_more_than_a_page_carries_leaves_the_houses_away(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = frame_of([ZONE])
    base = lying(archive, frame)
    drawn = under_of(frame, base, [], [], "th")
    corners = {name: len(re.findall(",", path)) for name, path in drawn.paths}
    monkeypatch.setattr("dashboard.hotspots.under.MOST_CORNERS", sum(corners.values()) - 1)
    assert [name for name, _ in under_of(frame, base, [], [], "th").paths] == [
        name for name, _ in drawn.paths if name != "building"
    ]


def test_a_tile_that_cannot_be_read_is_passed_over_and_logged(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Archive, "tile", lambda *_: gzip.compress(b"\x1a\x05\x12\x03\x22\x01\x11"))
    with caplog.at_level(logging.WARNING):
        assert lying(archive, frame_of([ZONE])) == InBox()
    assert "cannot be drawn" in caplog.text
