"""The servers the tests rest on do what their names say."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from models.records.change import Heartbeat
from store.database import open_database
from tests import servers
from tests.servers import Mosquitto, PgCluster, free_port, listening


def test_a_port_of_ours_is_one_the_system_gives_to_nobody() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert not [port for port in ports if first <= port <= last]


def test_a_taken_port_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(servers, "_PORTS", iter([taken, taken + 1, taken + 2, taken + 3]))
        assert free_port() > taken


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
