"""Incidents: taken once, read in pages, counted, imported whole and taken out again; on both databases."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from zoneinfo import ZoneInfo

import orjson
import pytest
from sqlalchemy.exc import IntegrityError

from models.formats.incident_export import COLUMNS, csv_pieces, geojson_pieces
from models.happenings import RegisterChanged
from models.records.incident import IncidentReport
from models.records.station import Station
from store import imports, incidents
from store.database import Database
from store.incidents import Wanted
from store.registers import put_stations

BANGKOK = ZoneInfo("Asia/Bangkok")
ZONE = '{"type":"Polygon","coordinates":[[[104.0,16.0],[105.0,16.0],[104.0,17.0],[104.0,16.0]]]}'


@pytest.fixture
def stored(db: Database) -> Database:
    with db.write() as tx:
        put_stations(tx, [Station(code=code, name_th=code, name_en=code) for code in ("a", "b")], 1)
    return db


def report(number: int, **changes: object) -> IncidentReport:
    base = IncidentReport("a", "file", f"n{number}", 1_000 * number, "theft", 9_000, offence_group=2)
    return replace(base, **changes)  # type: ignore[arg-type]


def ids(db: Database, wanted: Wanted = Wanted(None), **page: object) -> list[str]:  # noqa: B008 - frozen
    with db.read() as conn:
        return [row.id for row in incidents.incidents(conn, wanted, **page)]  # type: ignore[arg-type]


def test_an_incident_is_taken_once_and_told_once(stored: Database) -> None:
    told: list[object] = []
    stored.on_commit(lambda _seq, happenings: told.extend(happenings))
    for expected in (True, False):
        with stored.write() as tx:
            assert incidents.take(tx, report(1)) is expected
    assert told == [RegisterChanged("a", "incidents", 9_000)]
    with stored.read() as conn:
        (row,) = incidents.incidents(conn, Wanted(None))
    assert (row.id, row.offence, row.offence_group, row.batch, row.arrested) == ("n1", "theft", 2, "", None)


def test_the_same_id_of_another_source_or_station_is_another_incident(stored: Database) -> None:
    with stored.write() as tx:
        taken = [incidents.take(tx, report(1, station=s, source=x)) for s in "ab" for x in ("file", "app")]
    assert taken == [True] * 4


def test_what_is_wanted(stored: Database) -> None:
    differences: list[dict[str, object]] = [
        {"lat": 16.2, "lon": 104.2},
        {"lat": 16.9, "lon": 104.9},  # in the rectangle of the zone, not in the zone
        {"station": "b", "offence_group": 4},
        {"offence_group": None},
    ]
    with stored.write() as tx:
        for number, changes in enumerate(differences):
            incidents.take(tx, report(number, **changes))
    cases = [
        (Wanted(None), ["n3", "n2", "n1", "n0"]),
        (Wanted(stations=frozenset({"b"})), ["n2"]),
        (Wanted(stations=frozenset()), []),
        (Wanted(None, start=1_000, end=3_000), ["n2", "n1"]),
        (Wanted(None, groups=frozenset({4})), ["n2"]),
        (Wanted(None, groups=frozenset({0, 4})), ["n3", "n2"]),
        (Wanted(None, zone=ZONE), ["n0"]),
        (Wanted(zone=ZONE, stations=frozenset({"b"})), []),
    ]
    for wanted, expected in cases:
        assert ids(stored, wanted) == expected
        with stored.read() as conn:
            assert incidents.count(conn, wanted) == len(expected)


@pytest.mark.parametrize("zone", ["", "{}", '{"type":"Point","coordinates":[1,2]}'])
def test_a_zone_that_is_none(stored: Database, zone: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        ids(stored, Wanted(None, zone=zone))


@pytest.mark.parametrize("zone", [None, ZONE])
def test_pages_hold_every_incident_once(stored: Database, zone: str | None) -> None:
    reports = [report(n, occurred_from=n // 3, station="ab"[n % 2], lat=16.1, lon=104.1) for n in range(20)]
    with stored.write() as tx:
        imports.take_all(tx, reports, "b1")
    seen: list[str] = []
    before = None
    while True:
        with stored.read() as conn:
            page = list(incidents.incidents(conn, Wanted(None, zone=zone), limit=7, before=before))
        if not page:
            break
        seen += [row.id for row in page]
        before = incidents.place_of(page[-1])
    assert sorted(seen) == sorted(item.id for item in reports)
    assert len(seen) == 20


def test_the_same_import_twice_is_once(stored: Database) -> None:
    reports = [report(n, arrested=bool(n % 2), lat=16.1, lon=104.1, occurred_to=n * 1_000 + 5) for n in range(6_000)]
    with stored.write() as tx:
        assert imports.take_all(tx, reports, "b1") == imports.Imported("b1", 6_000, 0)
    with stored.write() as tx:
        assert imports.take_all(tx, [*reports[:3], report(9_999)], "b2") == imports.Imported("b2", 1, 3)
    with stored.read() as conn:
        assert incidents.count(conn, Wanted(None)) == 6_001
        first = next(iter(incidents.incidents(conn, Wanted(None, end=1_001))))
        assert (first.arrested, first.lat, first.occurred_to, first.batch) == (True, 16.1, 1_005, "b1")
        assert [(b.batch, b.station, b.incidents) for b in imports.batches(conn, None)] == [
            ("b1", "a", 6_000),
            ("b2", "a", 1),
        ]
        assert imports.batches(conn, frozenset({"b"})) == []


def test_an_id_twice_in_one_import_is_one_row(stored: Database) -> None:
    with stored.write() as tx:
        assert imports.take_all(tx, [report(1), report(1)], "b1") == imports.Imported("b1", 1, 1)


def test_nothing_of_an_import_stays_after_an_error(stored: Database) -> None:
    reports = [*(report(n) for n in range(6_000)), report(1, station="nowhere")]
    with pytest.raises(IntegrityError), stored.write() as tx:
        imports.take_all(tx, reports, "b1")
    assert ids(stored) == []


def test_an_import_is_taken_out_again_and_nothing_else(stored: Database) -> None:
    told: list[object] = []
    with stored.write() as tx:
        incidents.take(tx, report(1))
        imports.take_all(tx, [report(1), report(2)], "b1")
    stored.on_commit(lambda _seq, happenings: told.extend(happenings))
    with stored.write() as tx:
        assert imports.undo(tx, "b1", 7) == 1
    assert ids(stored) == ["n1"]
    assert told == [RegisterChanged("a", "incidents", 7)]
    for batch in ("b1", ""):
        with pytest.raises(imports.UnknownBatchError), stored.write() as tx:
            imports.undo(tx, batch, 8)


def test_incidents_leave_as_csv_and_geojson(stored: Database) -> None:
    with stored.write() as tx:
        incidents.take(tx, report(1, lat=16.2, lon=104.2, description="=cmd()", arrested=True))
        incidents.take(tx, report(2, occurred_from=1_656_561_600_000))
    with stored.read() as conn:
        text = "".join(csv_pieces(incidents.incidents(conn, Wanted(None)), BANGKOK))
        document = orjson.loads(
            "".join(geojson_pieces(incidents.incidents(conn, Wanted(None)), BANGKOK, with_text=False))
        )
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["occurred_from"] == "2022-06-30T11:00:00.000+07:00"
    assert (rows[1]["description"], rows[1]["arrested"], rows[1]["lat"]) == ("'=cmd()", "true", "16.2")
    first, second = document["features"]
    assert first["geometry"] is None
    assert second["geometry"] == {"type": "Point", "coordinates": [104.2, 16.2]}
    assert second["properties"]["description"] == ""
    assert "lat" not in second["properties"]
