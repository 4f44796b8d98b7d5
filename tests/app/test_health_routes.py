"""Alive, ready and measured, on the running product."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.access.beginning import digest_of
from models.happenings import Happening
from models.records.change import Heartbeat
from store import access, sources
from tests.app.serving import METRICS_TOKEN, Product, clock
from tests.servers import wait_until

TOKEN = {"authorization": f"Bearer {METRICS_TOKEN}"}


def tell(product: Product, *happenings: Happening) -> None:
    """Have something happen, as an ingest worker of its own does."""
    db = product.open_store()
    try:
        with db.write() as tx:
            tx.tell(*happenings)
            sources.count(tx, "mqtt", "lumphini", "accepted", 7, clock())
    finally:
        db.close()


def ready(product: Product) -> Callable[[], bool]:
    """Whether the product says that it is ready."""

    def ask() -> bool:
        with product.client() as client:
            return client.get("/readyz").status_code == 200

    return ask


def test_readiness_follows_the_heartbeat(product: Product) -> None:
    with product.client() as client:
        assert client.get("/healthz").status_code == 200
        tell(product, Heartbeat("main", clock(), clock()))
        wait_until(ready(product), 60, "ready after a heartbeat")
        assert client.get("/readyz").json() == {"status": "ready"}
        told = client.get("/readyz", headers=TOKEN).json()
        assert told["database"] == "ok"
        assert 0 <= told["heartbeat_age_s"] < 60
        assert told["sources"]["mqtt"]["newest"] > 0
        assert set(client.get("/readyz", headers={"authorization": "Bearer wrong"}).json()) == {"status"}


def test_metrics_count_by_source_and_reason(product: Product) -> None:
    tell(product)
    with product.client() as client:
        page = client.get("/metrics", headers=TOKEN)
    assert page.headers["content-type"].startswith("text/plain")
    assert 'ssz_messages_total{reason="accepted",source="mqtt",station="lumphini"}' in page.text


def test_an_api_token_reads_metrics_until_it_is_revoked(product: Product) -> None:
    db = product.open_store()
    try:
        with db.write() as tx:
            access.add_token(tx, digest_of("a-token"), "prometheus", "viewer", "*", clock())
        with product.client() as client:
            headers = {"authorization": "Bearer a-token"}
            assert client.get("/metrics", headers=headers).status_code == 200
            assert "database" in client.get("/readyz", headers=headers).json()
            with db.write() as tx:
                assert access.revoke_token(tx, "prometheus", clock())
            assert client.get("/metrics", headers=headers).status_code == 401
    finally:
        db.close()
