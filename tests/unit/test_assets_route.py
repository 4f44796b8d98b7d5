"""The files of the live map: what is served, how it may be kept, and that it agrees with its sources."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from dashboard.live.assets_route import FOLDER, assets, engine_name, module_name, routes


def get(path: str, **headers: str) -> httpx.Response:
    """Ask the route alone; `_` in a header's name stands for `-`."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=list(routes())))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(ask())


def test_the_bundle_is_kept_for_ever_and_compressed() -> None:
    answer = get(f"/assets/{module_name()}", accept_encoding="gzip")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (FOLDER / module_name()).read_bytes()
    plain = get(f"/assets/{module_name()}", accept_encoding="identity")
    assert plain.content == answer.content
    packed = assets()[module_name()].packed
    assert packed is not None
    assert len(packed) < len(plain.content) / 2
    assert gzip.decompress(packed) == plain.content


def test_what_has_no_hash_in_its_name_is_asked_for_again_and_a_face_after_a_week() -> None:
    first = get("/assets/manifest.json")
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["content-type"] == "application/json"
    again = get(first.url.path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    face = get("/assets/fonts/sarabun-thai-400-normal.woff2")
    assert face.headers["cache-control"] == "private, max-age=604800"
    assert face.headers["content-type"] == "font/woff2"


@pytest.mark.parametrize("name", ["", "nothing.js", "../component.py", "%2e%2e/component.py", "fonts", "fonts/../x"])
def test_nothing_else_can_be_had(name: str) -> None:
    assert get(f"/assets/{name}").status_code == 404


def test_the_bundle_asks_no_outside_host() -> None:
    text = "".join((FOLDER / name()).read_text(encoding="utf-8") for name in (module_name, engine_name))
    hosts = set(re.findall(r"https?://([a-z0-9.-]+\.[a-z]{2,})", text))
    # Names inside of MapLibre's messages and XML name spaces; the browser test proves that none is asked.
    assert hosts <= {"www.w3.org", "maplibre.org", "maplibre.invalid", "github.com", "wiki.openstreetmap.org"}, hosts


def _short(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def test_the_committed_bundle_is_built_from_the_sources_beside_it() -> None:
    frontend = FOLDER.parent / "frontend"
    sources = [f"src/{path.name}" for path in (frontend / "src").iterdir()]
    names = sorted([*sources, "../../basemap/palette.json", "package-lock.json", "build.mjs"])
    lines = "".join(f"{name} {_short((frontend / name).read_bytes())}\n" for name in names)
    manifest = orjson.loads((FOLDER / "manifest.json").read_bytes())
    assert manifest["sources"] == _short(lines.encode()), "run `make frontend` and commit dashboard/live/assets"
    assert manifest["module"] == f"live-{_short((FOLDER / manifest['module']).read_bytes())}.js"
    assert manifest["engine"] == f"map-engine-{_short((FOLDER / manifest['engine']).read_bytes())}.js"
    assert manifest["engine"].encode() in (FOLDER / manifest["module"]).read_bytes()


def test_fonts_worker_and_licences_are_there() -> None:
    names = assets().keys()
    for weight in (400, 600, 700):
        assert {f"fonts/sarabun-{part}-{weight}-normal.woff2" for part in ("thai", "latin")} <= names
    assert {f"licenses/{name}.txt" for name in ("maplibre-gl", "pmtiles", "fflate", "sarabun-OFL")} <= names
    assert any(name.startswith("maplibre-worker-") for name in names)
