"""`basemap build` on real and on bad files: what is drawn, what is said, and that a bad one changes nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import orjson
import osmium
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from dashboard.basemap.archive import Archive, read_through
from tests.basemap_files import build, feature, held, square, town, write
from tests.real_data import real


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drawn(capsys: pytest.CaptureFixture[str]) -> str:
    """The line that counts features by layer."""
    return capsys.readouterr().out.splitlines()[-3]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one line a build is refused with."""
    with pytest.raises(SystemExit) as ended:
        build(*arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_lumphini_of_three_real_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [real(f"geo/{name}.geojson") for name in
             ("osm_pathumwan_roads", "osm_pathumwan_buildings", "bma_pathumwan_parks")]  # fmt: skip
    output = tmp_path / "lumphini.pmtiles"
    assert build(*files, "--output", output) == 0
    # 1,314 ways, 800 buildings, 196 green areas of which 7 are ponds by their names; 82 have room for a name.
    assert drawn(capsys) == "water 7, green 189, building 800, highway 443, street 871, place 82"
    archive = Archive(output)
    assert read_through(output) == archive.count() == 32
    # The tile with Lumphini park in it: what GDAL's own reader finds there is what lies there by the source files.
    roads, houses, _ = (shapely.from_wkb(pyogrio.raw.read(file)[2]) for file in files)
    there = _ground(14, 12767, 7561)
    inside = held(archive, tmp_path, 14, 12767, 7561)
    assert inside["highway"] + inside["street"] == int(shapely.intersects(roads, there).sum()) == 121
    assert inside["building"] == int(shapely.intersects(houses, there).sum()) == 122
    first = output.read_bytes()
    assert build(*files, "--output", output) == 0
    assert output.read_bytes() == first  # the same files give the same bytes


def _ground(z: int, x: int, y: int) -> shapely.Geometry:
    """What a tile shows, with GDAL's margin of 80 of its 4,096 units on each side; degrees."""

    def corner(column: float, row: float) -> tuple[float, float]:
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))
        return column / 2**z * 360 - 180, lat

    margin = 80 / 4096
    return shapely.box(*corner(x - margin, y + 1 + margin), *corner(x + 1 + margin, y - margin))


OSM = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" version="1" lat="13.70" lon="100.50"/><node id="2" version="1" lat="13.71" lon="100.51"/>
<node id="3" version="1" lat="13.70" lon="100.52"><tag k="amenity" v="hospital"/><tag k="name" v="รพ.กลาง"/></node>
<node id="4" version="1" lat="13.70" lon="100.53"><tag k="amenity" v="bench"/></node>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="trunk"/><tag k="name:th" v="ถนนใหญ่"/></way>
<way id="2" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="natural" v="water"/></way>
<way id="3" version="1"><nd ref="2"/><nd ref="3"/><tag k="railway" v="rail"/></way>
<way id="4" version="1"><nd ref="2"/><nd ref="3"/><tag k="power" v="line"/></way>
</osm>"""


@pytest.mark.parametrize("name", ["town.osm", "town.osm.pbf"])
def test_openstreetmaps_own_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "source.osm"
    plain.write_text(OSM, encoding="utf-8")
    path = tmp_path / name
    with osmium.SimpleWriter(str(path)) as writer:
        for one in osmium.FileProcessor(str(plain)):
            writer.add(one)
    assert build(path, "--output", tmp_path / "map.pmtiles", "--max-zoom", "12") == 0
    assert drawn(capsys) == "water 1, rail 1, highway 1, place 1"
    assert Archive(tmp_path / "map.pmtiles").zooms == (5, 12)


def test_a_geopackage_in_metres_is_put_where_it_lies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32647", always_xy=True)
    line = shapely.transform(
        shapely.LineString([[100.5, 13.7], [100.51, 13.71]]), to_metres.transform, interleaved=False
    )
    for layer in ("city_roads", "notes"):
        pyogrio.raw.write(
            tmp_path / "town.gpkg", np.array([shapely.to_wkb(line)]), [np.array(["x"], dtype=object)], ["remark"],
            layer=layer, driver="GPKG", geometry_type="LineString", crs="EPSG:32647", append=layer == "notes",
        )  # fmt: skip
    assert build("town.gpkg") == 0
    said = capsys.readouterr().out
    assert "street 1\n" in said  # the layer's own name says roads; `notes` says nothing
    assert "1 not for a map" in said
    assert Archive(tmp_path / "basemap.pmtiles").bounds == pytest.approx((100.5, 13.7, 100.51, 13.71), abs=1e-6)


def test_what_lies_outside_of_the_bounds_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "town.geojson", town())
    assert build(path, "--bounds", "104.7262,16.5465,104.7268,16.5475") == 0
    said = capsys.readouterr().out
    assert "outside of the bounds" in said
    assert "building 1, highway 1, street 1\n" in said
    west, south, east, north = Archive(Path("basemap.pmtiles")).bounds
    assert (west, south, east, north) == (104.7262, 16.5465, 104.7268, 16.5475)


def test_broken_shapes_are_counted_and_the_rest_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = [[100.5, 13.7], [100.51, 13.71]]
    swapped = [[13.7, 100.5], [13.71, 100.51]]
    cross = [[[100.5, 13.7], [100.51, 13.71], [100.51, 13.7], [100.5, 13.71], [100.5, 13.7]]]
    features = [
        feature("LineString", line, highway="primary"),
        feature("LineString", [[100.5]], highway="primary"),
        feature("LineString", "x", highway="primary"),
        feature("Nonsense", [], highway="primary"),
        feature("LineString", [[100.5, None], [1, 2]], highway="primary"),
        {"type": "Feature", "properties": {"highway": "primary"}, "geometry": None},
        feature("LineString", swapped, highway="primary"),
        feature("Polygon", cross, leisure="park", name="สวนแปด"),
        feature("Point", [100.5, 13.7], amenity="bench"),
    ]
    assert build(write(tmp_path / "broken.geojson", features)) == 0
    said = capsys.readouterr().out
    for words in ("9 features, 2 drawn", "5 without a shape", "1 outside of the world in degrees",
                  "1 mended: crossed themselves", "1 not for a map", "green 1, highway 1, place 1"):  # fmt: skip
        assert words in said
    assert read_through(Path("basemap.pmtiles")) > 0


def test_a_polygon_of_a_million_vertices_is_thinned_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    angle = np.linspace(0, 2 * math.pi, 1_000_000)
    ring = np.column_stack([100.5 + 0.02 * np.cos(angle), 13.7 + 0.02 * np.sin(angle)])
    ring[-1] = ring[0]
    path = tmp_path / "million.gpkg"
    tags = {"leisure": "park", "name": "สวนล้านจุด"}
    values = [np.array([text], dtype=object) for text in tags.values()]
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shapely.Polygon(ring))]), values, list(tags),
        driver="GPKG", geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    assert build(path, "--max-zoom", "12") == 0
    said = capsys.readouterr().out
    assert "1 features, 1 drawn (1 thinned from over 10,000 vertices)" in said
    assert "green 1, place 1" in said
    assert Path("basemap.pmtiles").stat().st_size < 100_000


def test_files_that_break_off_are_refused_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(4)
    path = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for node, (lon, lat) in enumerate(random.random((20_000, 2)), 1):
            writer.add_node(osmium.osm.mutable.Node(id=node, location=(100 + lon, 13 + lat)))
        for way in range(1, 2_000):
            refs = random.integers(1, 20_000, 5).tolist()
            tags = {"highway": "residential", "name": f"ซอย {random.integers(10_000)}"}
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=refs, tags=tags))
    assert build(path, "--max-zoom", "11") == 0
    assert drawn(capsys) == "street 1,999"
    body = path.read_bytes()
    for name, part in (("cut", body[: len(body) * 2 // 3]), ("torn", body[:-900] + bytes(500) + body[-400:])):
        (tmp_path / f"{name}.osm.pbf").write_bytes(part)
        assert f"{name}.osm.pbf cannot be read: An error occurred during the parsing" in refused(
            capsys, f"{name}.osm.pbf", "--output", f"{name}.pmtiles"
        )
        assert not (tmp_path / f"{name}.pmtiles").exists()


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.geojson", b"", "a.geojson is empty"),
    "no features": ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "no layer of use"),
    "not JSON": ("a.geojson", b"{ not json", "a.geojson cannot be read"),
    "cut off": ("a.geojson", orjson.dumps({"type": "FeatureCollection", "features": town()})[:-99], "cannot be read"),
    "nothing for a map": (
        "a.geojson",
        orjson.dumps({"type": "FeatureCollection", "features": [feature("Point", [1, 2], amenity="bench")]}),
        "no layer of use",
    ),
    "no pbf": ("a.osm.pbf", b"something else" * 99, "a.osm.pbf cannot be read"),
    "no geopackage": ("a.gpkg", b"something else" * 99, "a.gpkg cannot be read"),
    "a picture": ("a.png", b"\x89PNG", "only .osm.pbf, .osm, .geojson, .json, .gpkg files are read"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_line_and_changes_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, body, words = BAD[name]
    (tmp_path / file).write_bytes(body)
    output = tmp_path / "map.pmtiles"
    output.write_bytes(b"the map of yesterday")
    good = write(tmp_path / "good.geojson", town()) if name not in ("no features", "nothing for a map") else file
    assert words in refused(capsys, good, file, "--output", output)
    assert output.read_bytes() == b"the map of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.geojson"], "no file nowhere.geojson"),
        (["."], ". is not a file"),
        (["t.geojson", "--bounds", "1,2,3"], "--bounds must be"),
        (["t.geojson", "--bounds", "5,2,3,4"], "west before east"),
        (["t.geojson", "--max-zoom", "22"], "--max-zoom must be 10 to 16"),
        (["t.geojson", "--output", "map.mbtiles"], "--output must end in .pmtiles"),
        (["t.geojson", "--output", "nowhere/map.pmtiles"], "cannot write nowhere/map.pmtiles"),
        (["t.geojson", "--attribution", "<b>me</b>"], "--attribution must be"),
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("t.geojson"), [feature("Polygon", square(1, 1, 0.1), leisure="park")])
    assert words in refused(capsys, *arguments)
