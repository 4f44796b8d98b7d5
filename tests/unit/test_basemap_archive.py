"""The base map's file: what can be one, what is said of what cannot."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from pmtiles.tile import Compression, Entry, TileType, serialize_directory, zxy_to_tileid
from pmtiles.writer import Writer

from dashboard.basemap.archive import Archive, read_through
from dashboard.basemap.bad_archive import WORDS, BadArchiveError
from dashboard.basemap.credit import plain_text
from dashboard.basemap.shown import Basemap
from dashboard.words import word
from tests.basemap_files import town_map


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town_map(tmp_path_factory.mktemp("basemap"))


def test_a_built_file_is_read(built: Path) -> None:
    archive = Archive(built)
    assert archive.zooms == (5, 14)
    assert archive.layers == {"street", "highway", "green", "water", "building", "place"}
    assert archive.attribution == "© OpenStreetMap contributors"
    west, south, east, north = archive.bounds
    assert (round(west, 4), round(south, 4), round(east, 4), round(north, 4)) == (
        104.7215,
        16.5425,
        104.7325,
        16.5497,
    )
    assert read_through(built) == archive.count() == len(archive.entries())
    assert archive.tile(14, 0, 0) is None
    with pytest.raises(ValueError, match="bounds"):
        archive.tile(3, 9, 0)


def _picture(path: Path, _built: Path) -> None:
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]
        writer.write_tile(zxy_to_tileid(0, 0, 0), b"\x89PNG\r\n\x1a\n")  # type: ignore[no-untyped-call]
        header = {"tile_type": TileType.PNG, "tile_compression": Compression.NONE}
        writer.finalize(header, {})  # type: ignore[no-untyped-call]


def _other_layers(path: Path, _built: Path) -> None:
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]
        writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(b"\x1a\x00"))  # type: ignore[no-untyped-call]
        header = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
        writer.finalize(header, {"vector_layers": [{"id": "boundaries"}]})  # type: ignore[no-untyped-call]


def _scribbled(path: Path, built: Path) -> None:
    body = bytearray(built.read_bytes())
    start = Archive(built).header["tile_data_offset"]
    body[start:] = bytes(len(body) - start)
    path.write_bytes(body)


def _no_directory(path: Path, built: Path) -> None:
    body = bytearray(built.read_bytes())
    body[127:160] = bytes(33)
    path.write_bytes(body)


def _pointing(offset: int, length: int) -> Callable[[Path, Path], None]:
    """A file whose directory names one tile, of that place and length."""

    def make(path: Path, built: Path) -> None:
        body, header = bytearray(built.read_bytes()), Archive(built).header
        root = serialize_directory([Entry(zxy_to_tileid(0, 0, 0), offset, length, 1)])
        assert len(root) <= header["root_length"]
        start = header["root_offset"]
        body[start : start + header["root_length"]] = root.ljust(header["root_length"], b"\0")
        path.write_bytes(body)

    return make


MAKERS: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "not there": (lambda path, built: None, "map.missing"),
    "a folder": (lambda path, built: path.mkdir(), "map.no_file"),
    "no bytes": (lambda path, built: path.touch(), "map.empty"),
    "a png renamed": (lambda path, built: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(5000)), "map.foreign"),
    "a few letters": (lambda path, built: path.write_text("PMTiles"), "map.foreign"),
    "version 2": (lambda path, built: path.write_bytes(b"PMTiles\x02" + bytes(600)), "map.foreign"),
    "cut in the middle": (
        lambda path, built: path.write_bytes(built.read_bytes()[: built.stat().st_size // 2]), "map.truncated",
    ),
    "cut in the header": (lambda path, built: path.write_bytes(built.read_bytes()[:90]), "map.foreign"),
    "pictures": (_picture, "map.no_vector"),
    "other layers": (_other_layers, "map.no_layer"),
    "tiles of zeros": (_scribbled, "map.damaged"),
    "directory of zeros": (_no_directory, "map.damaged"),
    "a tile beyond the end": (_pointing(1 << 40, 100), "map.truncated"),
    "a tile beyond all numbers": (_pointing(1 << 63, 100), "map.truncated"),
    "a tile larger than memory": (_pointing(0, 1 << 45), "map.truncated"),
    "a tile longer than all numbers": (_pointing(0, 1 << 64), "map.truncated"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_what_cannot_be_a_base_map_is_said_in_words(
    name: str, built: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make, key = MAKERS[name]
    path = tmp_path / "map.pmtiles"
    make(path, built)
    with pytest.raises(BadArchiveError) as caught:
        Archive(path)
    assert (caught.value.key, str(caught.value)) == (key, WORDS[key])
    shown = Basemap(path, "")
    assert shown.now().archive is None
    assert shown.note("th") == word("map.note", "th", file="map.pmtiles", reason=word(key, "th"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "maps are drawn without it" in caplog.text
    shown.now()
    assert len(caplog.records) == 1  # said once, not at each look


def test_one_damaged_tile_is_found_by_reading_through(built: Path, tmp_path: Path) -> None:
    archive = Archive(built)
    body = bytearray(built.read_bytes())
    victim = archive.entries()[-1]
    start = archive.header["tile_data_offset"] + victim.offset + victim.length // 2
    body[start : start + 8] = bytes(8)
    path = tmp_path / "map.pmtiles"
    path.write_bytes(body)
    with pytest.raises(BadArchiveError, match="damaged"):
        read_through(path)


def test_a_new_file_in_the_place_of_the_old_one_is_seen(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    shown = Basemap(path, "")
    assert shown.now().problem == "map.missing"
    path.write_bytes(built.read_bytes())
    first = shown.now()
    assert first.archive is not None
    assert shown.now() is first
    other = tmp_path / "other.pmtiles"
    other.write_bytes(b"")
    other.replace(path)
    assert shown.now().problem == "map.empty"


def test_no_file_wanted_is_no_problem() -> None:
    shown = Basemap(None, "")
    assert (shown.now().archive, shown.note("th")) == (None, "")
    assert shown.words("en") == "No base map file: maps show the registered streets only"


def test_a_credit_is_plain_text() -> None:
    linked = (
        '<a href="https://www.openstreetmap.org/copyright" target="_blank">&copy; OpenStreetMap</a>  contributors'
    )
    assert plain_text(linked) == "© OpenStreetMap contributors"
    assert plain_text("<script>alert(1)</script>x") == "alert(1)x"
