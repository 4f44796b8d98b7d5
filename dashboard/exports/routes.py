"""`GET /live/incidents/file?format=csv&purpose=ID&…`: the incidents of a filter, as the bar's address tells it.

What the file is of stands in it, and its deed with the purpose before the first byte is sent. All but a GeoPackage,
which is a database, are sent while they are made; that is made on disk first and taken away once it is sent.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute

from dashboard.access.asking import RefusedError, asking
from dashboard.access.deeds import deed_of
from dashboard.access.identity import Who
from dashboard.exports.about import about_of, names_of
from dashboard.exports.door import door
from dashboard.language import COOKIE
from dashboard.live.purposes import Purposes
from dashboard.words import as_language
from models.access.policy import Action
from models.audit.deeds import Did
from models.incidents import address
from models.incidents.filter import Filter
from models.records.base import Millis
from models.records.station import Station, Zone
from models.response.targets import Targets
from store import audit, registers
from store.columns import Columns
from store.database import Database

PATH = "/live/incidents/file"

#: Names of a question beside those of the filter.
_OURS = frozenset({"format", "purpose"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What the door works with. `language` is that of a browser which has chosen none; `folder` takes files while
    they are made."""

    db: Database
    columns: Columns
    purposes: Purposes
    clock: Callable[[], Millis]
    zone: ZoneInfo
    targets: Targets
    language: str
    folder: Path


def file_routes(parts: Callable[[], Parts]) -> list[BaseRoute]:
    """The route for `st.App(routes=...)`. The parts are asked for at each request."""
    return door(PATH, parts, lambda own, request: _file(own, request, asking(request.scope, Action.EXPORT)))


def _file(parts: Parts, request: Request, who: Who) -> Response:
    from models.formats.incident_files import KINDS, MOST_SHEET, ON_DISK, STREAMED  # loaded with the first file

    ending = request.query_params.get("format", "csv")
    if ending not in KINDS:
        raise RefusedError(400, f"format: one of {', '.join(KINDS)}")
    purpose = request.query_params.get("purpose", "")
    parts.purposes.must_hold(who, purpose)
    language = as_language(request.cookies.get(COOKIE), as_language(parts.language))
    # A name nobody knows would widen the file to what was not asked for.
    unknown = sorted(set(request.query_params) - {*address.PARTS, *_OURS})
    with parts.db.read() as conn:
        stations = registers.stations(conn, who.stations)
        zones = registers.zones(conn, who.stations)
    chosen, bad = _filter(parts, request, who, stations, zones)
    if unknown or bad:
        raise RefusedError(400, f"not understood: {', '.join([*unknown, *bad])}"[:300])
    answer = parts.columns.ask(chosen, who.stations)
    if ending == "xlsx" and answer.total > MOST_SHEET:
        raise RefusedError(413, "more rows than a sheet holds: take CSV or Parquet")
    names = names_of(stations, zones, language)
    about = about_of(chosen, answer, names, who.name, parts.clock(), parts.zone, language)
    caller = request.client.host if request.client else ""
    asked = {name: value for name, value in request.query_params.items() if name not in ("purpose", "format")}
    detail = f"{ending} n={answer.total} " + " ".join(f"{name}={value}" for name, value in sorted(asked.items()))
    done = deed_of(who, parts.clock(), Did.EXPORTED_INCIDENTS, caller, detail=detail[:900], purpose=purpose)
    # What cannot be written down does not leave.
    with parts.db.write() as tx:
        audit.record(tx, done)
    with_text = who.may(Action.SEE_TEXT)
    batches = parts.columns.stream(chosen, who.stations)
    headers = {"content-disposition": f'attachment; filename="incidents.{ending}"'}
    if ending in STREAMED:
        body: Iterator[bytes] = STREAMED[ending](about, batches, parts.zone, with_text)
        return StreamingResponse(body, media_type=KINDS[ending], headers=headers)
    place = Path(tempfile.mkdtemp(prefix="export-", dir=parts.folder))
    try:
        made = place / f"incidents.{ending}"
        ON_DISK[ending](made, about, batches, parts.zone, with_text)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    return FileResponse(made, media_type=KINDS[ending], headers=headers, background=gone)


def _filter(
    parts: Parts, request: Request, who: Who, stations: Sequence[Station], zones: Sequence[Zone]
) -> tuple[Filter, list[str]]:
    names = parts.columns.names(who.stations)
    known = address.Known(
        parts.clock(), parts.zone, parts.targets.shifts, stations=frozenset(one.code for one in stations),
        zones=frozenset(f"{one.station}/{one.code}" for one in zones),
        names=[name for several in names.values() for name in several],
    )  # fmt: skip
    return address.read(dict(request.query_params), known)
