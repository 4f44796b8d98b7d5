"""Fixtures every test may use: fresh migrated databases of both kinds, and a real broker.

A missing server program is a failure; `ALLOW_SKIPS=1` makes it a skip, except in CI.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from store.database import Database, open_database
from store.migrate import upgrade
from tests.fault import counts
from tests.fault.scale import SOAK
from tests.servers import MissingBinaryError, Mosquitto, PgCluster
from tests.spare import Spare
from tests.stores import new_store

# How fast examples are made and run is the machine's affair: it is no fault of what they show.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Skips are for a developer's desk, never for CI."""
    if os.environ.get("ALLOW_SKIPS") == "1" and os.environ.get("CI"):
        raise pytest.UsageError("ALLOW_SKIPS=1 is refused in CI: every check must run")


def pytest_collection_finish() -> None:
    """What was loaded for the tests stays to the end: the collector, which was a tenth of a run, need not go through
    it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(autouse=True)
def _report_counts(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What a fault test counted and timed goes into its report; in the long form no time may be over its limit."""
    if request.node.get_closest_marker("fault") is None:
        yield
        return
    counts.taken()
    yield
    numbers, times = counts.taken()
    for what, value in (numbers | times).items():
        record_property(what, str(value))
    if SOAK:
        record_property("load", f"{os.getloadavg()[0]:.1f}")
        late = [f"{what}: {time}" for what, time in times.items() if time.late]
        assert not late, late


def _missing(error: MissingBinaryError) -> NoReturn:
    if os.environ.get("ALLOW_SKIPS") == "1":
        pytest.skip(f"not installed: {error}")
    pytest.fail(f"not installed: {error} (ALLOW_SKIPS=1 leaves out what needs it)", pytrace=False)


@pytest.fixture(scope="session")
def pg_cluster() -> Iterator[PgCluster]:
    """One real PostgreSQL cluster a run; `create()` gives an empty database."""
    # Not pytest's own folder: that is closed to the user the server must run as.
    folder = Path(tempfile.mkdtemp(prefix="ssz-pg-"))
    try:
        folder.chmod(0o755)
        try:
            cluster = PgCluster(folder / "cluster")
        except MissingBinaryError as error:
            _missing(error)
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pg_template(pg_cluster: PgCluster) -> str:
    """The name of a migrated database nobody is connected to."""
    url = pg_cluster.create()
    upgrade(url)
    return url.rsplit("/", 1)[1]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    return new_store(tmp_path / "ssz.db")


@pytest.fixture(scope="session")
def _pg_spare(pg_cluster: PgCluster, pg_template: str) -> Spare:
    return Spare(pg_cluster, pg_template)


@pytest.fixture
def pg_url(_pg_spare: Spare) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    url = _pg_spare.take()
    yield url
    _pg_spare.give_back(url)


@pytest.fixture
def sqlite_db(sqlite_url: str) -> Iterator[Database]:
    """A fresh, open SQLite database."""
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def pg_db(pg_url: str) -> Iterator[Database]:
    """A fresh, open PostgreSQL database."""
    database = open_database(pg_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def db_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated database: the test runs once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "pg_url")
    return url


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """A fresh, open database: the test runs once on each kind."""
    database = open_database(db_url)
    yield database
    database.close()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker with persistence; `kill()`, `stop()`, `start()`, `restart()`, `pause()`, `resume()`."""
    try:
        broker = Mosquitto(tmp_path / "mosquitto")
    except MissingBinaryError as error:
        _missing(error)
    yield broker
    broker.stop()
