"""`/tiles/*`: the base map's file for MapLibre, its tiles for pydeck, and the style of both. Behind the door.

`/tiles/basemap.json` tells the live map what to draw; `/tiles/style.json` is the whole style of an analytic map.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dashboard.basemap.bad_archive import BadArchiveError
from dashboard.basemap.palette import as_theme
from dashboard.basemap.shown import Basemap, State
from dashboard.basemap.style import desk_style, ground_layers, name_layers
from dashboard.words import Language, as_language, word

#: Addresses in our styles carry the file's version, so a browser may keep what it got.
_KEPT = "private, max-age=86400"
_ASKED = "private, no-cache"
_MVT = "application/vnd.mapbox-vector-tile"


def basemap_routes(basemap: Callable[[], Basemap]) -> list[Route]:
    """The routes, to be placed before Streamlit's own. The base map is asked for at each request."""

    def describe(request: Request) -> Response:
        return _json(description(basemap(), request))

    def style(request: Request) -> Response:
        source = tile_source(basemap(), basemap().now(), _origin(request))
        return _json(desk_style(as_theme(request.query_params.get("theme")), source))

    def archive(request: Request) -> Response:
        state = basemap().now()
        if state.archive is None:
            return Response(status_code=404)
        etag = f'"{state.version}"'
        headers = {"etag": etag, "cache-control": _ASKED}
        if "range" not in request.headers and etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(state.archive.path, media_type="application/vnd.pmtiles", headers=headers)

    def tile(request: Request) -> Response:
        place = [request.path_params[name] for name in ("z", "x", "y")]
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in place):
            return Response(status_code=404)
        z, x, y = map(int, place)
        return _tile(basemap().now(), z, x, y, request.headers.get("accept-encoding", ""))

    return [
        Route("/tiles/basemap.json", describe),
        Route("/tiles/style.json", style),
        Route("/tiles/basemap.pmtiles", archive),
        Route("/tiles/{z}/{x}/{y}.mvt", tile),
    ]


def description(basemap: Basemap, request: Request) -> dict[str, Any]:
    """What the live map needs: layers bottom to top, where the tiles are, whose data it is, what is wrong."""
    language, theme = as_language(request.query_params.get("language")), as_theme(request.query_params.get("theme"))
    state = basemap.now()
    told: dict[str, Any] = {
        "note": basemap.note(language),
        "torn": word("map.torn", language),
        "credit": credit_words(state.archive.attribution if state.archive else "", language),
        "streetsCredit": credit_words(basemap.streets_credit, language),
        "layers": [],
        "names": [],
    }
    if state.archive is None:
        return told
    first, last = state.archive.zooms
    return told | {
        "file": f"tiles/basemap.pmtiles?v={state.version}",
        "minzoom": first,
        "maxzoom": last,
        "bounds": state.archive.bounds,
        "streets": bool(state.archive.layers & {"street", "highway"}),
        "layers": ground_layers(theme),
        "names": name_layers(theme, language),
    }


def credit_words(credit: str, language: Language) -> str:
    """Whose data it is, as a line on a map; empty: nobody's."""
    return word("map.credit", language, credit=credit) if credit else ""


def tile_source(basemap: Basemap, state: State, origin: str) -> dict[str, Any] | None:
    """The vector source of pydeck's renderer, which wants absolute addresses; None: there is no base map."""
    if state.archive is None:
        return None
    first, last = state.archive.zooms
    return {
        "type": "vector",
        "tiles": [f"{origin}/tiles/{{z}}/{{x}}/{{y}}.mvt?v={state.version}"],
        "minzoom": first,
        "maxzoom": last,
        "bounds": state.archive.bounds,
        "attribution": "",  # shown by the page itself, as text
    }


def _origin(request: Request) -> str:
    """Where the browser asked from, with the path the product is served under. Behind a proxy that ends TLS only the
    page knows the scheme, so it says it."""
    scheme = request.query_params.get("scheme")
    scheme = scheme if scheme in ("http", "https") else request.url.scheme
    return f"{scheme}://{request.url.netloc}{request.url.path.removesuffix('/tiles/style.json')}"


def _tile(state: State, z: int, x: int, y: int, accepted: str) -> Response:
    if state.archive is None:
        return Response(status_code=404)
    first, last = state.archive.zooms
    if not first <= z <= last or not (0 <= x < 2**z and 0 <= y < 2**z):
        return Response(status_code=404)
    headers = {"cache-control": _KEPT, "vary": "accept-encoding"}
    try:
        body = state.archive.tile(z, x, y)
    except BadArchiveError:
        return Response(status_code=500)
    if body is None:
        return Response(status_code=204, headers=headers)
    if not state.archive.gzipped:
        return Response(body, media_type=_MVT, headers=headers)
    if "gzip" in accepted:
        return Response(body, media_type=_MVT, headers=headers | {"content-encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=_MVT, headers=headers)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers={"cache-control": _ASKED})
