"""The servers the tests rest on do what their names say."""

from __future__ import annotations

import pytest

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
def test_the_cluster_survives_its_power_cut(pg_cluster: PgCluster) -> None:
    pg_cluster.stop("immediate")
    pg_cluster.start()
    with pg_cluster.admin() as connection:
        row = connection.execute("SHOW fsync").fetchone()
    assert row == ("on",)
