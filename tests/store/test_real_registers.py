"""The real registers, imported by the commands on both databases: 18 stations, 27 poles, the streets of Lumphini."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

import manage
from dashboard.live.ground import Ground
from models.access.scope import Scope
from models.happenings import Happening, RegisterChanged
from store import devices, registers
from store.database import Database
from store.follower import Follower
from tests.real_data import real

LUMPHINI, NAKHON_SAWAN = frozenset({"lumphini"}), frozenset({"nakhon_sawan"})
ROADS = "geo/osm_pathumwan_roads.geojson"


@pytest.fixture
def store(db: Database, db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store that the commands find by their settings, with the stations in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSZ_DATABASE_URL", db_url)
    assert run("station", "import", real("geo/pilot_stations.csv")) == 0
    return db


def run(*arguments: str | Path) -> int:
    return manage.main([str(argument) for argument in arguments])


def test_the_stations_and_the_poles(store: Database) -> None:
    assert run("box", "import", real("geo/sos_poles_nakhonsawan.csv"), "--station", "nakhon_sawan") == 0
    with store.read() as conn:
        stations = {station.code: station for station in registers.stations(conn, None)}
        boxes = registers.boxes(conn, NAKHON_SAWAN)
        registry = devices.load(conn)
    assert len(stations) == 18
    assert [code for code, station in stations.items() if station.lat is None] == ["nakhon_sawan"]
    assert (stations["lumphini"].kind, stations["lumphini"].bureau) == ("metro", "บช.น.")
    assert len(boxes) == 27
    assert (boxes[0].box, boxes[0].lat, boxes[0].lon) == ("EP01", 15.6975278, 100.1220556)
    assert all(registry.native("nakhon_sawan", "box", box.box) for box in boxes)


def test_the_streets_are_the_stations_ground(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):  # the second file takes the place of the first
        capsys.readouterr()
        assert run("street", "import", real(ROADS), "--station", "lumphini") == 0
        assert capsys.readouterr().out == "street lines: 1314 imported in the place of the station's\n"
    with store.read() as conn:
        streets = registers.streets(conn, LUMPHINI)
        assert registers.streets(conn, NAKHON_SAWAN) == []
    assert [street.id for street in streets] == list(range(1, 1315))
    assert sum(len(orjson.loads(street.line)["coordinates"]) for street in streets) == 7883
    assert sum(street.kind == "primary" for street in streets) == 204
    assert streets[1].name_th == "ซอยโรงเรียนกิ่งเพชร"
    body = Ground(store).sheet(Scope(LUMPHINI), "1")
    assert len(orjson.loads(body)["streets"]["features"]) == 1314
    assert len(body) < 500_000


def test_pictures_are_told_of_new_streets(store: Database) -> None:
    follower = Follower(store, lambda: 1)
    told: list[Happening] = []
    follower.subscribe(lambda picture, seq, happenings: told.extend(happenings))
    run("street", "import", real(ROADS), "--station", "lumphini")
    with store.read() as conn:
        follower.catch_up(conn)
    assert [item.register for item in told if isinstance(item, RegisterChanged)][-1] == "streets"
