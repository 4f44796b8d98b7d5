"""The servers the tests rest on do what their names say."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.records.change import Heartbeat
from store.database import open_database
from tests.servers import Mosquitto, PgCluster, listening


@pytest.mark.broker
def test_a_killed_broker_comes_back_on_its_port(mosquitto: Mosquitto) -> None:
    port = mosquitto.port
    mosquitto.kill()
    assert not listening(port)
    mosquitto.start()
    assert listening(port)
    mosquitto.restart()
    assert mosquitto.pid


@pytest.mark.postgres
def test_the_cluster_survives_its_power_cut(pg_cluster: PgCluster, pg_url: str) -> None:
    db = open_database(pg_url)
    with db.write() as tx:
        tx.tell(Heartbeat("main", 1, 2))
    pg_cluster.stop("immediate")
    pg_cluster.start()
    with db.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM change")).scalar_one() == 1
    db.close()
