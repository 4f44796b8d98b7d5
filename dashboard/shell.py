"""Streamlit's own front end, `/static/*`, out of memory; and the page of a screen with the live map, which is told at
once what Streamlit would find out by asking.

Streamlit serves the sixty files of a first page one by one from the disk through a pool of threads, which keeps a
server that has just started busy for a third of a second. Its page looks for the server below its own address first
(`/desk/_stcore/health`), then above it, and only then connects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from html import escape
from pathlib import Path

import orjson
import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access.identity import who_of
from dashboard.language import COOKIE
from dashboard.live import assets_route
from dashboard.live.told import desk_told
from dashboard.runtime import Values
from dashboard.words import as_language, word
from models.access.policy import Action

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
DESK = "/desk"
MAP_PAGES = frozenset({"/", "/wall", "/map", DESK})

#: Streamlit's parts that a live page loads once its script has run.
_PARTS = ("BidiComponent", "Html")

#: What the filter bar of the analysts' pages is made of.
_BAR = (*_PARTS, "Selectbox", "Multiselect", "Button")

#: Pages that are told the same and load no map's engine at once: the parts each loads.
_INCIDENTS = "/incidents"
_BESIDE = {
    "/hotspots": (*_PARTS, "Selectbox", "remark-emoji"),
    "/response": ("Html", "Selectbox", "Metric", "remark-emoji"),
    _INCIDENTS: _BAR,
    "/clock": (*_BAR, "remark-emoji"),
    "/before-after": (*_BAR, "TextInput", "remark-emoji"),
}

#: A part's own imports, as Streamlit's files write them.
_IMPORT = re.compile(rb'(?:from|import)"\./([\w.-]+\.js)"')

#: The page's own script: one text for all pages, and so one hash for the policy.
_HOST = (
    (Path(__file__).with_suffix(".js").read_bytes())
    .join((b"<script>\n", b"    </script>\n    "))
    .replace(b'"{words}"', orjson.dumps([word("live.no_program", "th"), word("live.no_program", "en")]))
)
_FIRST_SCRIPT = b'<script type="module"'
#: The same, kept back with what it imports: a browser runs no script of a type it does not know, and fetches nothing
#: for a link of such a relation.
_KEPT_BACK = b'<script type="ssz-later"'
_HINT, _HINT_KEPT_BACK = b'rel="modulepreload"', b'rel="ssz-later"'


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
def _cut() -> tuple[bytes, bytes]:
    """The page on both sides of `_FIRST_SCRIPT`, the first with what Streamlit is told.

    Raises:
        ValueError: Streamlit's page begins its front end in another way than we know.
    """
    before, script, after = INDEX_PAGE.read_bytes().partition(_FIRST_SCRIPT)
    if not script:
        raise ValueError(f"{INDEX_PAGE} has no {_FIRST_SCRIPT.decode()}")
    return before + _HOST, after


def map_page(ahead: bytes = b"") -> bytes:
    """Streamlit's page as the screens with the live map get it. `ahead`: what comes before Streamlit's front end, and
    lets it begin.

    Raises:
        ValueError: Streamlit's page begins its front end in another way than we know.
    """
    before, after = _cut()
    if not ahead:
        return before + _FIRST_SCRIPT + after
    return before + ahead + _KEPT_BACK + after.replace(_HINT, _HINT_KEPT_BACK)


def _desk_ahead(scope: Scope, values: Values) -> bytes:
    """What the desk is told, and its program, for one who may work there; else nothing: Streamlit's script says why.

    A script of the page's own would need the policy's leave; an attribute that its program reads does not.
    """
    who = who_of(scope)
    if who is None or not who.may(Action.STEP_ALARM):
        return b""
    language = as_language(HTTPConnection(scope).cookies.get(COOKIE), as_language(values.language))
    said = escape(orjson.dumps(desk_told(who, language, values)).decode())
    program = f'<script id="ssz-program" type="module" src="/assets/{assets_route.module_name()}"></script>'
    return f'<meta name="ssz-told" content="{said}" />\n    {program}\n    '.encode()


def _parts(wanted: Collection[str]) -> list[str]:
    """The files of Streamlit's parts by the parts' names."""
    return [name for name in sorted(_names()) if name.removeprefix("js/").split(".")[0] in wanted]


def _with_imports(names: Iterable[str]) -> list[str]:
    """Files and what they import that Streamlit's page does not name: a browser would find those one by one."""
    page, found, left = INDEX_PAGE.read_bytes(), dict[str, None](), list(names)
    while left:
        name = left.pop(0)
        if name in found or name not in _names() or name.encode() in page:
            continue
        found[name] = None
        left += [f"js/{one.decode()}" for one in _IMPORT.findall(_file(name)[0])]
    return list(found)


@cache
def _link(path: str, ahead: bool) -> str:
    """The `Link` header (RFC 8288) of a page: the map's program and engine or the page's own parts, and our faces, to
    come beside Streamlit's own files. `ahead`: Streamlit's and the engine come when the words are there."""
    files = [] if ahead else _with_imports(_parts(_BESIDE.get(path, _PARTS)))
    ours = [] if path in _BESIDE and path != _INCIDENTS else [f"/assets/{assets_route.module_name()}"]
    if path not in _BESIDE and not ahead:
        ours.append(f"/assets/{assets_route.engine_name()}")
    faces = (name for name in assets_route.assets() if name.endswith(".woff2"))
    fonts = (f"</assets/{name}>; rel=preload; as=font; type=font/woff2; crossorigin" for name in faces)
    modules = (*ours, *(f"/static/{name}" for name in files))
    return ", ".join((*(f"<{path}>; rel=modulepreload" for path in modules), *fonts))


def _page(path: str, ahead: bytes) -> Response:
    # Made anew for each: what is outside of this writes its headers, a cookie among them, into the answer's own list.
    # What a session is told is kept nowhere.
    headers = {"cache-control": "private, no-store" if ahead else "no-cache", "link": _link(path, bool(ahead))}
    return Response(map_page(ahead), media_type="text/html", headers=headers)


class Shell:
    """ASGI middleware, behind the door (Streamlit lets nobody else have a route at `/static`)."""

    def __init__(self, app: ASGIApp, values: Callable[[], Values]) -> None:
        """`values`: asked for at each page; the runtime begins when the server starts."""
        self._app = app
        self._values = values

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a file of Streamlit's and for a page with the map; pass all else on."""
        path, asked = scope.get("path", ""), scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if asked and path.startswith(_PREFIX):
            await _answer(path.removeprefix(_PREFIX))(scope, receive, send)
        elif asked and (path in MAP_PAGES or path in _BESIDE):
            ahead = _desk_ahead(scope, self._values()) if path == DESK else b""
            await _page(path, ahead)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
