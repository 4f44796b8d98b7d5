"""The doors of the incidents' views: `GET /cases/map` and `GET /cases/rows`. What is panned, zoomed and leafed
through asks here, not by a run of the page; the filter stands in the question, the stations come from who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.asking import RefusedError, asking
from dashboard.access.identity import Who
from dashboard.incidents.drawn import offence_name
from dashboard.incidents.listed import SIZE, USUAL, page_html
from dashboard.packed import packed
from dashboard.words import Language, as_language, word
from models.access.policy import Action
from models.incidents import address
from models.incidents.answer import Hexagons, Point
from models.incidents.filter import Filter
from models.records.base import Millis
from store import registers
from store.columns import Columns, PreparingError
from store.database import Database
from store.errors import StorageError

#: Cases that are drawn one by one; more are counted in hexagons.
MOST_POINTS = 5_000

#: Names of a question beside those of the filter.
_OURS = frozenset({"start", "end", "box", "zoom", "sort", "page", "language"})

#: Pages that can be leafed to.
_MOST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    db: Database
    columns: Columns
    clock: Callable[[], Millis]
    zone: ZoneInfo
    shifts: tuple[int, ...]


Answering = Callable[[Parts, Who, Filter, Mapping[str, str]], dict[str, Any]]


def case_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The routes for `st.App(routes=...)`. The parts are asked for at each request."""

    def door(answer: Answering) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(_answered, parts(), request, answer)

        return endpoint

    return [
        Route("/cases/map", door(_map), methods=["GET"]),
        Route("/cases/rows", door(_rows), methods=["GET"]),
    ]


def _answered(parts: Parts, request: Request, answer: Answering) -> Response:
    try:
        who = asking(request.scope, Action.SEE_INCIDENTS)
        params = dict(request.query_params)
        body = orjson.dumps(answer(parts, who, chosen_of(parts, who, params), params))
        response = packed(request, body, "application/json")
    except RefusedError as refused:
        response = PlainTextResponse(str(refused), refused.status)
    except (PreparingError, StorageError):
        response = PlainTextResponse("the incidents cannot be read now; try again", 503, {"retry-after": "1"})
    except ValueError as error:
        response = PlainTextResponse(f"not understood: {error}", 400)
    response.headers["cache-control"] = "no-store"
    return response


def chosen_of(parts: Parts, who: Who, params: Mapping[str, str]) -> Filter:
    """The filter of a question. `start` and `end` are the moments the page resolved its period to: a period that ends
    now must not mean two things in one view.

    Raises:
        ValueError: `start` or `end` is no number.
        PreparingError: no table has been read yet.
    """
    names = [one for several in parts.columns.names(who.stations).values() for one in several]
    known = address.Known(parts.clock(), parts.zone, parts.shifts, names=names)
    # A name nobody knows, or a part not understood, would widen the answer to what was not asked for.
    unknown = sorted(set(params) - {*address.PARTS, *_OURS})
    chosen, bad = address.read(params, known)
    if unknown or bad:
        raise ValueError(", ".join([*unknown, *bad]))
    return replace(chosen, start=int(params.get("start", chosen.start)), end=int(params.get("end", chosen.end)))


def _map(parts: Parts, who: Who, chosen: Filter, params: Mapping[str, str]) -> dict[str, Any]:
    box = box_of(params.get("box", ""))
    zoom = zoom_of(params.get("zoom", "8"))
    language = _language(params)
    found, version = parts.columns.on_map(chosen, who.stations, box, zoom, MOST_POINTS)
    if isinstance(found, Hexagons):
        return {"version": version, **hexagons_told(found)}
    return {"version": version, "n": len(found), **points_told(found, language)}


def points_told(points: list[Point], language: Language) -> dict[str, Any]:
    """Points as columns: names once, numbers short."""
    offences = sorted({one.offence for one in points})
    at = {offence: number for number, offence in enumerate(offences)}
    stations = sorted({one.station for one in points})
    sources = sorted({one.source for one in points})
    return {
        "kind": "points",
        "offences": [offence_name(one, language) for one in offences],
        "stations": stations,
        "sources": sources,
        "rows": [
            [
                round(one.lon, 6), round(one.lat, 6), one.group, at[one.offence], one.occurred_from,
                1 if one.arrested else 0, 1 if one.certain else 0, stations.index(one.station),
                sources.index(one.source), one.id,
            ]
            for one in points
        ],
    }  # fmt: skip


def hexagons_told(found: Hexagons) -> dict[str, Any]:
    """Hexagons: middle, number and the numbers of each group."""
    return {
        "kind": "hexagons",
        "n": sum(one.n for one in found.cells),
        "radius": found.radius_deg,
        "cells": [[one.lon, one.lat, one.n, *one.groups] for one in found.cells],
    }


def _rows(parts: Parts, who: Who, chosen: Filter, params: Mapping[str, str]) -> dict[str, Any]:
    language = _language(params)
    sort = params.get("sort", USUAL)
    page = min(max(int(params.get("page", "0")), 0), _MOST_PAGE)
    with parts.db.read() as conn:
        codes = {
            row.code: row.name_th if language == "th" else row.name_en
            for row in registers.stations(conn, who.stations)
        }

    def shown(column: str, stored: str) -> str:
        if column == "offence":
            return offence_name(stored, language)
        if column == "station":
            return codes.get(stored, stored)
        return word(f"inc.f_{stored}", language) if column == "found" else stored

    rows, total, version = parts.columns.rows(chosen, who.stations, sort, page, SIZE, shown)
    html = page_html(rows, total, page, sort, codes, parts.zone, language)
    return {"version": version, "total": total, "page": page, "html": html}


def zoom_of(text: str) -> float:
    """A zoom of the map, held to those there are.

    Raises:
        ValueError: not a finite number.
    """
    zoom = float(text)
    if not isfinite(zoom):
        raise ValueError("zoom")
    return min(max(zoom, 0.0), 20.0)


def box_of(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees, held to the world; None for none: all there is.

    Raises:
        ValueError: not four finite numbers in order.
    """
    if not text:
        return None
    west, south, east, north = (float(part) for part in text.split(","))
    if not (all(map(isfinite, (west, south, east, north))) and west <= east and south <= north):
        raise ValueError("box")
    return _held(west, 180), _held(south, 90), _held(east, 180), _held(north, 90)


def _held(degrees: float, most: float) -> float:
    return min(max(degrees, -most), most)


def _language(params: Mapping[str, str]) -> Language:
    return as_language(params.get("language"))
