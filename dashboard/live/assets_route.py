"""`/assets/*`: the live map's bundle, its worker, the Thai face, the desk map's style. From our own disk only.

Behind the door like every path it does not name: a session is needed. Names with a hash of their content are kept by
the browser for ever, faces for a week; the others are asked for again each time and answered 304.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "assets"

#: The faces of a page before the door, by the name it asks for.
FACES = {f"{cut}.woff2": FOLDER / "fonts" / f"sarabun-{cut}-400-normal.woff2" for cut in ("thai", "latin")}

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSED = frozenset({".js", ".mjs", ".json", ".txt"})
_HASHED = re.compile(r"-[0-9a-f]{12}\.m?js$")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, held in memory: its bytes, the same as gzip where that helps, and what is told about it."""

    body: bytes
    packed: bytes | None
    etag: str
    media_type: str
    cache: str


@cache
def assets() -> dict[str, Asset]:
    """Every file of the folder by its path below `/assets/`; read once. Only these can be asked for."""
    return {path.relative_to(FOLDER).as_posix(): _load(path) for path in sorted(FOLDER.rglob("*")) if path.is_file()}


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        body=body,
        packed=gzip.compress(body, 6, mtime=0) if path.suffix in _COMPRESSED else None,
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        media_type=_TYPES.get(path.suffix, "application/octet-stream"),
        cache=_kept(path),
    )


def _kept(path: Path) -> str:
    """How long a browser keeps a file. Twelve questions for faces that never change would stand before the first
    alarm of every page; a face of last week does no harm."""
    if _HASHED.search(path.name):
        return "private, max-age=31536000, immutable"
    return "private, max-age=604800" if path.suffix == ".woff2" else "private, no-cache"


def module_name() -> str:
    """File name of the program of the live pages.

    Raises:
        KeyError: it is not there or is not the one of the manifest; the frontend was not built.
    """
    return _named("module")


def engine_name() -> str:
    """File name of the engine that draws maps, which the program fetches when it makes one.

    Raises:
        KeyError: as `module_name`.
    """
    return _named("engine")


def _named(part: str) -> str:
    name = str(orjson.loads(assets()["manifest.json"].body)[part])
    return name if name in assets() else _missing(name)


def _missing(name: str) -> str:
    raise KeyError(f"assets/{name} is named in the manifest but is not there: build the frontend")


async def serve_asset(request: Request) -> Response:
    """Answer GET and HEAD: 200, 304 by ETag, or 404."""
    asset = assets().get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404)
    headers = {"etag": asset.etag, "cache-control": asset.cache, "vary": "accept-encoding"}
    if asset.etag in (
        part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")
    ):
        return Response(status_code=304, headers=headers)
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def routes() -> Sequence[Route]:
    """The route, to be placed before Streamlit's own."""
    return [Route("/assets/{name:path}", serve_asset, methods=["GET"])]
