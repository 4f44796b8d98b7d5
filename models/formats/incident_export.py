"""Incidents as a file for somebody else: GeoJSON or CSV, in pieces of text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from io import StringIO

import orjson

from models.formats.error_file import formula_safe
from models.records.base import Millis
from models.records.incident import Incident

#: Columns of the CSV; the importer reads them back.
COLUMNS = (
    "incident_id", "station", "source", "occurred_from", "occurred_to", "reported_at", "offence", "offence_group",
    "lat", "lon", "place_quality", "found_by", "status", "arrested", "description",
)  # fmt: skip


def values(incident: Incident, zone: tzinfo, with_text: bool = True) -> dict[str, object]:
    """An incident by the names of `COLUMNS`, times as ISO 8601 with offset.

    `with_text=False` leaves the description empty: free text may name people.
    """
    return {
        "incident_id": incident.id,
        "station": incident.station,
        "source": incident.source,
        "occurred_from": _iso(incident.occurred_from, zone),
        "occurred_to": _iso(incident.occurred_to, zone),
        "reported_at": _iso(incident.reported_at, zone),
        "offence": incident.offence,
        "offence_group": incident.offence_group,
        "lat": incident.lat,
        "lon": incident.lon,
        "place_quality": incident.place_quality,
        "found_by": incident.found_by,
        "status": incident.status,
        "arrested": incident.arrested,
        "description": incident.description if with_text else "",
    }


def csv_pieces(incidents: Iterable[Incident], zone: tzinfo, with_text: bool = True) -> Iterator[str]:
    """CSV text (UTF-8 mark first, CRLF), a line a piece; no cell can run as a formula."""
    yield "\ufeff" + _line(COLUMNS)
    for incident in incidents:
        yield _line(_cell(value) for value in values(incident, zone, with_text).values())


def geojson_pieces(incidents: Iterable[Incident], zone: tzinfo, with_text: bool = True) -> Iterator[str]:
    """A GeoJSON FeatureCollection, a feature a piece; an incident without a place has a null geometry."""
    yield '{"type":"FeatureCollection","features":['
    comma = ""
    for incident in incidents:
        properties = values(incident, zone, with_text)
        lat, lon = properties.pop("lat"), properties.pop("lon")
        place = None if lat is None or lon is None else {"type": "Point", "coordinates": [lon, lat]}
        feature = {"type": "Feature", "geometry": place, "properties": properties}
        yield comma + orjson.dumps(feature).decode()
        comma = ","
    yield "]}"


def _iso(at: Millis | None, zone: tzinfo) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="milliseconds")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return formula_safe(value) if isinstance(value, str) else str(value)


def _line(cells: Iterable[str]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
