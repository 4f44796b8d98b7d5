"""The registry that a sender is looked up in is the newest before the sender is called unknown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.registry_keeper import RegistryKeeper
from ingest.sources.mqtt_client import Arrivals
from ingest.storing import Storing
from models.records.station import Station
from models.records.unit import Unit
from store import devices, positions, quarantine, registers
from store.database import Database, open_database
from store.errors import StorageError
from store.follower import Follower

NOW = 1_790_000_000_000


def put_unit(db: Database, name: str) -> None:
    with db.write() as tx:
        registers.put_units(tx, [Unit(station="lumphini", unit=name)], NOW)


@pytest.fixture
def elsewhere(db_url: str) -> Iterator[Database]:
    """The same store as another process has it: its commits are seen in the change log only."""
    other = open_database(db_url, 1)
    with other.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ล", name_en="L", kind="test")], NOW)
    put_unit(other, "c1")
    yield other
    other.close()


@pytest.fixture
def follower(db: Database) -> Follower:
    """A follower that reads the change log only when it is asked: the slowest there can be."""
    return Follower(db, lambda: NOW)


@pytest.fixture
def keeper(db: Database, follower: Follower, elsewhere: Database) -> RegistryKeeper:
    """A keeper that loads only when it is asked."""
    keeper = RegistryKeeper(db, follower)
    keeper.follow()
    return keeper


def test_a_registration_a_moment_ago_is_known(keeper: RegistryKeeper, elsewhere: Database) -> None:
    put_unit(elsewhere, "c2")
    assert not keeper().native("lumphini", "unit", "c2")
    assert keeper.renewed().native("lumphini", "unit", "c2")
    assert keeper().native("lumphini", "unit", "c2")


def test_nothing_is_loaded_when_nothing_changed(keeper: RegistryKeeper, elsewhere: Database) -> None:
    first = keeper.renewed()
    assert keeper.renewed() is first
    with elsewhere.write() as tx:
        devices.heard_unknown(tx, "native", "lumphini/unit/ghost", NOW)
    assert keeper.renewed() is first  # a stranger who was noted makes nobody known
    put_unit(elsewhere, "c2")
    assert keeper.renewed() is not first


def test_a_store_that_cannot_be_read_is_not_an_answer(
    keeper: RegistryKeeper, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_unit(elsewhere, "c2")

    def gone(conn: object) -> devices.Registry:
        raise StorageError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.registry_keeper.load", gone)
        with pytest.raises(StorageError):
            keeper.renewed()
    assert keeper.renewed().native("lumphini", "unit", "c2")


def test_a_fix_of_a_unit_registered_a_moment_ago_is_stored(
    db: Database, follower: Follower, keeper: RegistryKeeper, elsewhere: Database
) -> None:
    storing = Storing(db, follower, keeper, lambda: NOW, renew=keeper.renewed)
    put_unit(elsewhere, "c2")
    body = b'{"at": %d, "lat": 13.73, "lon": 100.54}' % NOW
    messages = [(f"ssz/v1/lumphini/unit/{unit}/position", body, 1, False) for unit in ("c1", "c2", "ghost")]
    storing.store([Arrivals(messages, NOW, 1)])
    with db.read() as conn:
        assert [len(positions.track(conn, "lumphini", unit, 0, NOW + 1)) for unit in ("c1", "c2")] == [1, 1]
        assert [item.topic for item in quarantine.newest(conn)] == ["ssz/v1/lumphini/unit/ghost/position"]
