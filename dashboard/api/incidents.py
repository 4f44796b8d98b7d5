"""`incidents`: read as pages or files, and recorded one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from dashboard.api.caller import Caller, Calling, Purposed
from dashboard.api.paging import Cursor, From, Limit, Moment, To, cursor_of, groups_of, millis, place_of, window
from models.access.policy import Action
from models.audit.deeds import Did
from models.device_clock import incident_suspect
from models.formats import incident_export
from models.formats.offences import classify
from models.records.base import Millis
from models.records.incident import Incident, IncidentReport
from store import audit, registers
from store import incidents as store

router = APIRouter(tags=["incidents"])

_Pieces = Callable[[Iterable[Incident], tzinfo, bool], Iterator[str]]
_FILES: dict[str, tuple[_Pieces, str]] = {
    "csv": (incident_export.csv_pieces, "text/csv; charset=utf-8"),
    "geojson": (incident_export.geojson_pieces, "application/geo+json"),
}


class IncidentIn(BaseModel):
    """An incident to record; the fields of the MQTT contract with the station beside them."""

    station: str = Field(max_length=64)
    source: str = Field("api", min_length=1, max_length=64, pattern=r"^[^/+#\x00-\x1f]+$")
    id: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
    occurred_from: Moment
    occurred_to: Moment | None = None
    reported_at: Moment | None = None
    offence: str = Field(min_length=1, max_length=200)
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    place_quality: Literal["exact", "street", "area", "none"] | None = None
    found_by: Literal["victim", "patrol", "camera", "other"] = "other"
    status: str = Field("", max_length=64)
    arrested: bool | None = None
    description: str = Field("", max_length=4000)

    def report(self, now: Millis) -> IncidentReport:
        """The incident as the store takes it.

        Raises:
            HTTPException: 422, it contradicts itself, or lies before 2007 or in the future.
        """
        start, end = millis(self.occurred_from), millis(self.occurred_to) if self.occurred_to else None
        if end is not None and end < start:
            raise HTTPException(422, "occurred_to: before occurred_from")
        reported = millis(self.reported_at) if self.reported_at else None
        if incident_suspect(start, end, reported, now):
            raise HTTPException(422, "occurred_from, occurred_to, reported_at: before 2007 or in the future")
        if (self.lat is None) != (self.lon is None) or (self.lat == 0 and self.lon == 0):
            raise HTTPException(422, "lat, lon: not a place")
        code, group = classify(self.offence)
        return IncidentReport(
            station=self.station,
            source=self.source,
            id=self.id,
            occurred_from=start,
            occurred_to=end,
            reported_at=reported,
            offence=code,
            offence_group=group,
            received_at=now,
            lat=self.lat,
            lon=self.lon,
            place_quality=self.place_quality or ("none" if self.lat is None else "exact"),
            found_by=self.found_by,
            status=self.status,
            arrested=self.arrested,
            description=self.description,
        )


def _polygon(call: Caller, code: str, station: str | None) -> str:
    """The GeoJSON of a zone the caller sees: its code, unique among the stations asked for."""
    with call.parts.db.read() as conn:
        zones = [zone for zone in registers.zones(conn, call.scope.stations) if zone.code == code]
    zones = [zone for zone in zones if station in (None, zone.station)]
    if not zones:
        raise HTTPException(404, f"no zone {code}")
    if len(zones) > 1:
        raise HTTPException(400, f"several stations have a zone {code}: name one with `station`")
    return zones[0].polygon


def _streamed(call: Caller, wanted: store.Wanted, limit: int | None, pieces: _Pieces, text: bool) -> Iterator[str]:
    with call.parts.db.read() as conn:
        yield from pieces(store.incidents(conn, wanted, limit=limit), call.parts.zone, text)


@router.get("/incidents", response_model=None)
def incidents(
    call: Calling,
    asked: Purposed,
    start: From = None,
    end: To = None,
    zone: str | None = None,
    group: Annotated[str | None, Query(description="comma list of offence groups, 1 to 4")] = None,
    station: str | None = None,
    file: Annotated[Literal["json", "geojson", "csv"], Query(alias="format")] = "json",
    limit: Limit | None = None,
    cursor: Cursor = None,
) -> Response:
    """Incidents by the time they began, the newest first: `json` in pages, `geojson` and `csv` streamed whole."""
    call.must(Action.SEE_INCIDENTS)
    first, last = window(start, end, (0, 2**62))
    if station is not None and not call.scope.sees(station):
        raise HTTPException(404, f"no station {station}")
    stations = call.scope.stations if station is None else frozenset({station})
    polygon = None if zone is None else _polygon(call, zone, station)
    wanted = store.Wanted(stations, first, last, groups_of(group), polygon)
    # Free text may name people: those who only look do not get it.
    text = call.who.may(Action.SEE_TEXT)
    if file != "json":
        call.must(Action.EXPORT)
        within = f"{file} from {first} to {last} zone {zone or 'all'} group {group or 'all'}"
        why = call.purpose(asked)
        # What cannot be written down does not leave.
        with call.parts.db.write() as tx:
            audit.record(tx, call.did(Did.EXPORTED_INCIDENTS, station=station or "", detail=within, purpose=why))
        pieces, kind = _FILES[file]
        headers = {"content-disposition": f'attachment; filename="incidents.{file}"'}
        return StreamingResponse(_streamed(call, wanted, limit, pieces, text), media_type=kind, headers=headers)
    most = limit or 100
    place = place_of(cursor, int, str, str, str)
    before = (place[0], place[1], place[2], place[3]) if place else None
    with call.parts.db.read() as conn:
        found = list(store.incidents(conn, wanted, limit=most + 1, before=before))
    page = found[:most]
    more = cursor_of(store.place_of(page[-1])) if len(found) > most else None
    items = [incident_export.values(item, call.parts.zone, text) for item in page]
    return JSONResponse({"incidents": items, "next": more})


@router.post("/incidents", status_code=201)
def record(call: Calling, said: IncidentIn, response: Response) -> dict[str, str]:
    """Record an incident: 201 `stored`, 200 `duplicate` when its id is known from that source at that station."""
    call.must(Action.RECORD_INCIDENT)
    report = said.report(call.parts.clock())
    with call.parts.db.write() as tx:
        known = {row.code for row in registers.stations(tx.conn, call.scope.stations)}
        if said.station not in known:
            call.named(said.station)
            raise HTTPException(404, f"no station {said.station}")
        new = store.take(tx, report)
        if new:
            named = f"incident:{report.source}/{report.id}"
            audit.record(tx, call.did(Did.INCIDENT_RECORDED, station=report.station, object=named))
    response.status_code = 201 if new else 200
    return {"status": "stored" if new else "duplicate", "id": report.id}
