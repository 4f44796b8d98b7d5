"""The whole product in a real browser: from broker to wall. A press on the wire is seen there and answered."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page, expect

from dashboard.access.sessions import COOKIE
from tests.app.serving import Product
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.broker]

STATION = "mueang_mukdahan"
PATIENCE_MS = 60_000


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The demo as `make run` starts it, in a folder of its own."""
    running = Product(tmp_path, {"SSZ_DEMO": "1", "SSZ_INGEST": "embedded", "SSZ_MQTT_PORT": str(free_port())})
    running.start()
    yield running
    running.stop()


def open_wall(page: Page, product: Product) -> None:
    """Open the wall as a dispatcher and wait until the map has drawn."""
    signed = product.session("dispatcher")
    page.context.add_cookies([{"name": COOKIE, "value": signed.cookie, "url": product.url}])
    page.goto(product.url)
    page.wait_for_function("() => Number(document.querySelector('.ssz')?.dataset.idle || 0) > 0", timeout=PATIENCE_MS)


def press(product: Product, box: str) -> str:
    """Publish a press of an SOS box as the box does; returns its id."""
    name = f"test-{time.time_ns()}"
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"box-{box}", protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", int(product.settings["SSZ_MQTT_PORT"]))
    client.loop_start()
    body = orjson.dumps({"id": name, "at": time.time_ns() // 1_000_000, "kind": "press"})
    client.publish(f"ssz/v1/{STATION}/sos/{box}/event", body, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    return name


def places(page: Page) -> dict[str, list[float]]:
    """Where the map has each unit."""
    found: dict[str, list[float]] = page.evaluate(
        "() => Object.fromEntries([...window.__ssz.state.units].map(([key, one]) => [key, [one.lat, one.lon]]))"
    )
    return found


def test_units_move_and_a_press_on_the_wire_is_seen_and_answered(wall: Page, product: Product) -> None:
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    open_wall(wall, product)
    wall.evaluate("() => { document.querySelector('canvas').mine = true }")
    wall.wait_for_function("() => window.__ssz.state.units.size === 8", timeout=PATIENCE_MS)
    before = places(wall)
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh", timeout=PATIENCE_MS)

    boxes: list[str] = wall.evaluate("() => [...window.__ssz.state.boxes.values()].map((one) => one.id).sort()")
    taken: list[str] = wall.evaluate("() => [...window.__ssz.state.alarms.values()].map((one) => one.origin)")
    box = next(one for one in reversed(boxes) if one not in taken)
    press(product, box)
    row = wall.locator(".ssz-alarm").filter(has=wall.locator(".ssz-origin", has_text=re.compile(rf"{box}$")))
    expect(row).to_have_attribute("data-state", "raised", timeout=10_000)
    expect(row.locator(".ssz-ack")).to_be_visible(timeout=10_000)
    row.locator(".ssz-ack").click()
    expect(row).to_have_attribute("data-state", re.compile("acknowledged|assigned"), timeout=10_000)
    expect(row.locator(".ssz-state")).to_contain_text("tester")

    wall.wait_for_function(
        """(before) => [...window.__ssz.state.units].some(([key, one]) =>
            before[key] && (before[key][0] !== one.lat || before[key][1] !== one.lon))""",
        arg=before,
        timeout=PATIENCE_MS,
    )
    assert wall.evaluate("() => document.querySelector('canvas').mine") is True
    own = (product.url, product.url.replace("http", "ws"), "blob:", "data:")
    assert [url for url in asked if not url.startswith(own)] == []


@pytest.mark.fault
def test_after_a_kill_the_wall_says_so_in_thai_and_comes_back_untouched(wall: Page, product: Product) -> None:
    open_wall(wall, product)
    expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh", timeout=PATIENCE_MS)
    wall.evaluate("() => { document.querySelector('canvas').mine = true }")
    product.stop(signal.SIGKILL)
    expect(wall.locator('[data-band="stale"]')).to_contain_text("ข้อมูลไม่เป็นปัจจุบัน", timeout=20_000)
    assert not wall.get_by_text("Connection error").is_visible()
    again = Product(product.folder, product.settings, product.port)
    again.start()
    try:
        expect(wall.locator('[data-band="stale"]')).to_have_count(0, timeout=PATIENCE_MS)
        expect(wall.locator(".ssz-light-data")).to_have_attribute("data-state", "fresh")
        assert wall.evaluate("() => document.querySelector('canvas').mine") is True
    finally:
        again.stop()
