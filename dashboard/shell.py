"""Streamlit's own front end, `/static/*`, out of memory; and what a page with the live map will need, told with it.

Streamlit serves the sixty files of a first page one by one from the disk through a pool of threads, which keeps a
server that has just started busy for a third of a second.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.live import assets_route

#: Streamlit's page, and the folder of the files it names; each name has a hash of its content in it.
INDEX_PAGE = Path(st.__file__).parent / "static" / "index.html"
FOLDER = INDEX_PAGE.parent / "static"

_PREFIX = "/static/"
#: Not the system's table of types: with a wrong entry for scripts no page would run.
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}
_CACHE = "public, immutable, max-age=31536000"

#: Pages that show the live map.
MAP_PAGES = frozenset({"/", "/wall", "/map"})


@cache
def _names() -> frozenset[str]:
    """Every file by its path below `/static/`. Only these can be asked for."""
    return frozenset(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())


@cache
def _file(name: str) -> tuple[bytes, str]:
    path = FOLDER / name
    return path.read_bytes(), _TYPES.get(path.suffix, "application/octet-stream")


def _answer(name: str) -> Response:
    if name not in _names():
        return Response(status_code=404)
    body, kind = _file(name)
    return Response(body, media_type=kind, headers={"cache-control": _CACHE})


@cache
def _link() -> str:
    """The `Link` header (RFC 8288): the map's bundle and its faces, to come beside Streamlit's own files."""
    faces = (name for name in assets_route.assets() if name.endswith(".woff2"))
    fonts = (f"</assets/{name}>; rel=preload; as=font; type=font/woff2; crossorigin" for name in faces)
    return ", ".join((f"</assets/{assets_route.module_name()}>; rel=modulepreload", *fonts))


class Shell:
    """ASGI middleware, behind the door (Streamlit lets nobody else have a route at `/static`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a file of Streamlit's; pass all else on, with the header added to a page with the map."""
        path, asked = scope.get("path", ""), scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if asked and path.startswith(_PREFIX):
            await _answer(path.removeprefix(_PREFIX))(scope, receive, send)
            return

        async def send_with_hints(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message).append("link", _link())
            await send(message)

        await self._app(scope, receive, send_with_hints if asked and path in MAP_PAGES else send)
