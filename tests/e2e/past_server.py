"""The live map over a real store and the real doors to the past, for a browser that is already let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access.identity import Who, place
from dashboard.basemap.routes import basemap_routes
from dashboard.basemap.shown import Basemap
from dashboard.live.assets_route import module_name, routes
from dashboard.live.past_routes import Parts, past_routes
from dashboard.live.purposes import Purposes
from dashboard.live.told import PREFIXES
from dashboard.words import words_with
from models.records.position import Fix
from models.records.station import Station
from models.records.unit import Unit
from store import registers
from store.database import Database
from tests.app.live_support import LiveServer
from tests.app.serving import clock

_PAGE = """<!doctype html><html lang="th"><head><meta charset="utf-8"><title>live map</title></head><body>
<div id="place"></div>
<script type="module">
import show from "/assets/{module}";
show({{ data: {data}, parentElement: document.getElementById("place") }});
</script></body></html>"""

STATION = "lumphini"
SOUTH = 13.720
STEP_MS = 5_000


@dataclass(frozen=True, slots=True)
class Road:
    """Where the units of a made-up day are: each goes north steadily on a meridian of its own, so that the place at
    any moment, between fixes too, is known without the product's help."""

    start: int
    end: int
    units: int

    def name(self, number: int) -> str:
        """Id of a unit."""
        return f"u{number:02}"

    def lat(self, moment: float) -> float:
        """Latitude of every unit at a moment."""
        return SOUTH + 0.02 * (moment - self.start) / (self.end - self.start)

    def lon(self, number: int) -> float:
        """Longitude of a unit."""
        return 100.53 + number * 0.0006

    def fixes(self, number: int) -> Iterator[Fix]:
        """A unit's fixes, one each 5 s."""
        for at in range(self.start, self.end, STEP_MS):
            place = (round(self.lat(at), 7), self.lon(number))
            yield Fix(STATION, self.name(number), at, *place, 20.0, 0.0, 5.0, None, "native", 0, at)


def fill(db: Database, road: Road) -> None:
    """Store the register and the fixes, written straight into the table: judged they are all good ones."""
    with db.write() as tx:
        registers.put_stations(
            tx, [Station(code=STATION, name_th="สน.ลุมพินี", name_en="Lumphini", lat=13.73, lon=100.54)], clock()
        )
        names = [road.name(number) for number in range(road.units)]
        registers.put_units(
            tx, [Unit(station=STATION, unit=name, call_sign=f"สายตรวจ {name}") for name in names], clock()
        )
    columns = ", ".join(Fix._fields)
    mark = "?" if db.dialect == "sqlite" else "%s"
    statement = f"INSERT INTO position ({columns}) VALUES ({', '.join([mark] * len(Fix._fields))})"  # noqa: S608
    for number in range(road.units):
        with db.write() as tx:
            tx.conn.exec_driver_sql(statement, [tuple(fix) for fix in road.fixes(number)])


def _let_in(role: str) -> Callable[[ASGIApp], ASGIApp]:
    who = Who("somchai", role, frozenset({STATION}), "session", "digest", "csrf")

    def door(app: ASGIApp) -> ASGIApp:
        async def entered(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                place(scope, who)
            await app(scope, receive, send)

        return entered

    return door


def _page(may: bool) -> Callable[[Request], Response]:
    settings = {
        "mode": "live", "base": "/", "language": "th", "timezone": "Asia/Bangkok", "csrf": "csrf",
        "mayAcknowledge": may, "links": [], "testing": True, "kiosk": False, "visitor": False, "rotateS": 0,
        "words": words_with(PREFIXES, "th"),
    }  # fmt: skip
    return lambda _request: HTMLResponse(_PAGE.format(module=module_name(), data=orjson.dumps(settings).decode()))


@contextmanager
def past_server(db: Database, role: str = "dispatcher", extra: Sequence[Route] = ()) -> Iterator[LiveServer]:
    """The server, running; `GET /` is the live map of one signed in with this role."""
    parts = Parts(db, clock, Purposes(db, clock), 90)
    served = [
        Route("/", _page(role == "dispatcher")),
        *past_routes(lambda: parts),
        *routes(),
        *basemap_routes(lambda: Basemap(None, "")),
        *extra,
    ]
    with LiveServer(db, served, _let_in(role)) as running:
        yield running
