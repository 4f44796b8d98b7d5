"""`/tiles/*`: the file by ranges, tiles one by one, and the style of both renderers."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pmtiles.reader import MemorySource, Reader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from dashboard.access.policy import Door, door_of, is_page
from dashboard.basemap.palette import palette
from dashboard.basemap.routes import basemap_routes
from dashboard.basemap.shown import Basemap
from tests.basemap_files import MIDDLE, town_map

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town_map(tmp_path_factory.mktemp("basemap"))


def asking(basemap: Basemap) -> Ask:
    """Ask the routes alone, behind the packing that Streamlit puts in front; `_` in a header's name is `-`."""

    def get(path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            packing = [Middleware(GZipMiddleware, minimum_size=500)]
            app = Starlette(routes=list(basemap_routes(lambda: basemap)), middleware=packing)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.get(path, headers=named)

        return asyncio.run(ask())

    return get


@pytest.fixture
def get(built: Path) -> Ask:
    return asking(Basemap(built, "© OpenStreetMap contributors"))


def place(z: int) -> tuple[int, int]:
    """The tile of `MIDDLE`."""
    import math

    lon, lat = MIDDLE
    n = 2**z
    return int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def test_the_file_is_had_by_ranges_as_maplibre_asks_for_it(get: Ask, built: Path) -> None:
    body = built.read_bytes()
    for first, last in ((0, 126), (0, 16383), (127, 3000), (len(body) - 10, len(body) + 50)):
        part = get("/tiles/basemap.pmtiles", range=f"bytes={first}-{last}", accept_encoding="gzip")
        assert part.status_code == 206
        assert "content-encoding" not in part.headers
        assert part.content == body[first : last + 1]
        assert part.headers["content-range"] == f"bytes {first}-{min(last, len(body) - 1)}/{len(body)}"
        assert part.headers["cache-control"] == "private, no-cache"
    whole = get("/tiles/basemap.pmtiles")
    assert (whole.status_code, whole.content) == (200, body)
    again = get("/tiles/basemap.pmtiles", if_none_match=whole.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get("/tiles/basemap.pmtiles", range=f"bytes={len(body)}-").status_code == 416


def test_a_tile_is_the_files_own_packed_once(get: Ask, built: Path) -> None:
    x, y = place(14)
    answer = get(f"/tiles/14/{x}/{y}.mvt", accept_encoding="gzip")
    expected = gzip.decompress(Reader(MemorySource(built.read_bytes())).get(14, x, y))  # type: ignore[no-untyped-call]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.content == expected
    plain = get(f"/tiles/14/{x}/{y}.mvt", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert plain.content == expected


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/14/0/0.mvt", 204),
        ("/tiles/15/0/0.mvt", 404),
        ("/tiles/4/0/0.mvt", 404),
        ("/tiles/6/64/0.mvt", 404),
        (f"/tiles/6/{'9' * 5000}/0.mvt", 404),
        ("/tiles/6/1e1/0.mvt", 404),
        ("/tiles/6/0/99999999999999999999.mvt", 404),
        ("/tiles/6/0/a.mvt", 404),
        ("/tiles/6/0/-1.mvt", 404),
        ("/tiles/basemap", 404),
    ],
)
def test_there_is_nothing_beside_the_map(get: Ask, path: str, status: int) -> None:
    answer = get(path)
    assert (answer.status_code, answer.content if status == 204 else b"") == (status, b"")


def test_everything_below_tiles_needs_a_session() -> None:
    for path in ("/tiles/basemap.pmtiles", "/tiles/basemap.json", "/tiles/style.json", "/tiles/14/1/2.mvt"):
        assert door_of(path) is Door.SESSION
        assert not is_page(path)


def told(get: Ask, query: str = "theme=night&language=th") -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(get(f"/tiles/basemap.json?{query}").content)
    return value


def test_the_live_map_is_told_what_to_draw(get: Ask) -> None:
    night = told(get)
    assert night["file"].startswith("tiles/basemap.pmtiles?v=")
    assert (night["minzoom"], night["maxzoom"], night["streets"]) == (5, 14, True)
    assert night["credit"] == "ข้อมูลแผนที่: © OpenStreetMap contributors"
    assert night["note"] == ""
    faces = {tuple(layer["layout"]["text-font"]) for layer in night["names"]}
    assert faces == {("Sarabun",), ("Sarabun SemiBold",)}
    day = told(get, "theme=day&language=en")
    assert [layer["id"] for layer in day["layers"]] == [layer["id"] for layer in night["layers"]]
    assert day["layers"] != night["layers"]


def colours(value: object) -> set[str]:
    """Every colour in a style."""
    if isinstance(value, str):
        return {value} if value.startswith("#") else set()
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {colour for part in parts for colour in colours(part)}


@pytest.mark.parametrize("theme", ["night", "day"])
def test_both_renderers_draw_the_one_palette(get: Ask, theme: str) -> None:
    live = told(get, f"theme={theme}")
    desk = orjson.loads(get(f"/tiles/style.json?theme={theme}").content)
    assert desk["layers"][1:] == live["layers"]
    known = set(palette("night" if theme == "night" else "day").values())
    assert colours(desk) | colours(live) <= known
    assert {layer["type"] for layer in desk["layers"]} == {"background", "fill", "line"}


def test_the_desk_style_names_our_own_server_only(get: Ask) -> None:
    plain = orjson.loads(get("/tiles/style.json?theme=day&scheme=ftp://evil").content)
    assert plain["sources"]["basemap"]["tiles"][0].startswith("http://test/tiles/{z}/{x}/{y}.mvt?v=")
    secure = orjson.loads(get("/tiles/style.json?scheme=https").content)
    assert secure["sources"]["basemap"]["tiles"][0].startswith("https://test/tiles/")


def test_without_a_file_there_is_plain_ground_and_the_streets_credit() -> None:
    get = asking(Basemap(None, "© OpenStreetMap contributors"))
    assert get("/tiles/basemap.pmtiles").status_code == 404
    assert get("/tiles/14/1/1.mvt").status_code == 404
    value = told(get)
    assert "file" not in value
    assert (value["layers"], value["credit"], value["note"]) == ([], "", "")
    assert value["streetsCredit"] == "ข้อมูลแผนที่: © OpenStreetMap contributors"
    desk = orjson.loads(get("/tiles/style.json?theme=day").content)
    assert (desk["sources"], len(desk["layers"])) == ({}, 1)


def test_a_bad_file_is_told_on_the_map_in_the_readers_language(tmp_path: Path) -> None:
    path = tmp_path / "bangkok.pmtiles"
    path.write_bytes(b"no map")
    get = asking(Basemap(path, ""))
    assert told(get)["note"] == "ไม่ใช้แผนที่ฐาน bangkok.pmtiles เพราะไม่ใช่ไฟล์แผนที่ .pmtiles แต่ยังแสดงข้อมูลได้"
    assert told(get, "language=en")["note"].startswith("Base map bangkok.pmtiles not used: it is not a .pmtiles")
    assert get("/tiles/basemap.pmtiles").status_code == 404
