"""Personal data is in no log and in no figure: the demo runs with all its officers, a citizen's name and telephone
are given at every door, right and wrong, and then everything the product wrote for its operators is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import orjson
import pytest

from ingest.sources.demo import make_town
from models.records.sos import EventKind, Signal
from models.town.town import STATION
from store import devices, sos
from store.database import Lane
from tests.app.serving import METRICS_TOKEN, Product, clock
from tests.servers import free_port, wait_until

NAME, PHONE = "สมหญิงผู้ร้องทุกข์", "0899912345"
WORDS = f"{NAME} โทร {PHONE}"

#: The demo's town is that of this seed.
SEED = 4


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product with its demo and a broker of its own."""
    settings = {"SSZ_DEMO": "1", "SSZ_INGEST": "embedded", "SSZ_MQTT_PORT": str(free_port()),
                "SSZ_DEMO_SEED": str(SEED)}  # fmt: skip
    running = Product(tmp_path_factory.mktemp("personal"), settings)
    running.start()
    yield running
    running.stop()


def spelled(secret: str) -> set[bytes]:
    """A word as it could stand in a file: as it is, in an address, and in JSON."""
    escaped = secret.encode("unicode_escape").decode()
    return {secret.encode(), quote(secret).encode(), quote(secret).lower().encode(), escaped.encode()}


def written(folder: Path) -> dict[str, bytes]:
    """What the product wrote for those who run it: all that is no database and nobody's inbox."""
    kept = {".db", ".db-wal", ".db-shm", ".mark", ".pmtiles"}
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file() and one.suffix not in kept}


def taken(client: httpx.Client) -> int:
    """How many messages were accepted."""
    lines = client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).text.splitlines()
    return sum(
        int(float(line.rsplit(" ", 1)[1]))
        for line in lines
        if line.startswith("ssz_messages_total{") and 'reason="accepted"' in line
    )


def channel_key(product: Product) -> str:
    """The key of a report channel of the demo's station."""
    db = product.open_store()
    with db.write() as tx:
        _, key = devices.create_key(tx, "line", clock(), station=STATION, channel="line")
    db.close()
    return key


def test_no_log_and_no_figure_names_a_person(product: Product) -> None:
    signed = product.session("dispatcher")
    asked: list[int] = []
    with product.client(signed.cookie) as client:
        client.headers["x-csrf"] = signed.who.csrf
        wait_until(lambda: taken(client) > 30, what="the demo's messages")
        report = {"id": "r1", "at": clock() // 1000, "kind": "tip", "text": WORDS, "contact": PHONE}
        key = {"authorization": f"Bearer {channel_key(product)}"}
        wait_until(lambda: client.post("/in/report", json=report, headers=key).status_code == 202, what="the key")
        for body in (
            orjson.dumps({**report, "id": "r2", "kind": WORDS}),
            orjson.dumps({**report, "id": "r3", "lat": WORDS}),
            WORDS.encode(),
            b"\xff" + WORDS.encode(),
        ):
            asked.append(client.post("/in/report", content=body, headers=key).status_code)
        asked.append(
            client.post("/in/report", json=report, headers={"authorization": f"Bearer {quote(NAME)}"}).status_code
        )
        asked.append(client.get("/in/osmand", params={"id": NAME, "key": PHONE, "lat": WORDS}).status_code)
        incident = {"station": STATION, "id": "i1", "offence": "theft", "occurred_from": "2026-11-01T10:00:00+07:00",
                    "description": WORDS}  # fmt: skip
        said = [
            client.post("/api/v1/incidents", json=incident),
            client.post("/api/v1/incidents", json={**incident, "id": "i2", "occurred_to": WORDS}),
            client.post("/api/v1/incidents", json={**incident, "id": "i3", "station": NAME}),
            client.post("/live/purpose", json={"reason": "review", "text": WORDS}),
            client.post("/live/purpose", json={"reason": WORDS, "text": WORDS}),
            client.get("/api/v1/units/none/track", params={"purpose": WORDS}),
            client.get("/api/v1/units/none/track", headers={"x-purpose-text": quote(WORDS)}),
            client.get("/api/v1/incidents", params={"format": "csv"}, headers={"x-purpose-text": quote(WORDS)}),
            client.get("/api/v1/incidents", params={"zone": NAME, "station": STATION}),
            client.get(f"/api/v1/alarms/{quote(NAME)}"),
            client.get(f"/live/desk/{quote(NAME)}"),
            client.get(f"/{quote(NAME)}", params={"q": PHONE}),
            client.post("/sign-in", data={"name": NAME, "password": PHONE}),
        ]
        alarm = pressed(product)
        steps: dict[str, dict[str, str]] = {
            "acknowledge": {}, "note": {"note": WORDS}, "close": {"outcome": WORDS, "note": WORDS},
        }  # fmt: skip
        said += [client.post(f"/api/v1/alarms/{alarm}/{step}", json=more) for step, more in steps.items()]
        asked += [one.status_code for one in said]
        figures = client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).content
        ready = client.get("/readyz", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).content
        history = client.get(f"/api/v1/alarms/{alarm}").json()["history"]
    assert any(WORDS in line["detail"] for line in history), "the words came in"
    assert {200, 201, 401, 404, 422} <= set(asked), "right and wrong were both asked"
    product.stop()
    files = written(product.folder)
    assert files[str(product.log)], "the log is read"
    officers = {name for unit in make_town(SEED).units for _, name in unit.crew}
    assert len(officers) > 10
    for where, told in {**files, "/metrics": figures, "/readyz": ready}.items():
        for secret in (NAME, PHONE, *officers):
            for one in spelled(secret):
                assert one not in told, f"{secret} stands in {where}"


def pressed(product: Product) -> str:
    """An alarm to answer: the demo presses its boxes seldom."""
    db = product.open_store()
    with db.write(Lane.ALARM) as tx:
        press = Signal(STATION, "box", "personal", "p1", clock(), EventKind.PRESS, clock(), note=WORDS)
        alarm = sos.take_signal(tx, press, clock()).alarm
    db.close()
    assert alarm is not None
    return alarm.id
