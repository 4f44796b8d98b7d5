"""The push feed of the running product when a link is cut and nobody is told, and what its WebSockets agree to."""

from __future__ import annotations

import re
import time

import pytest
from websockets.sync.client import ClientConnection, connect

from dashboard.access.sessions import COOKIE
from tests.app.serving import METRICS_TOKEN, Product
from tests.fault.proxy import Proxy
from tests.live_reader import QUERY, Reader
from tests.servers import wait_until


def viewers(product: Product) -> int:
    """How many screens the product says are connected."""
    with product.client() as client:
        page = client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).text
    found = re.search(r"^ssz_live_viewers (\S+)$", page, re.MULTILINE)
    assert found
    return int(float(found.group(1)))


def screen(port: int, cookie: str, path: str = f"/live?{QUERY}") -> ClientConnection:
    """A signed-in screen's WebSocket; offers compression, as every browser does."""
    headers = {"cookie": f"{COOKIE}={cookie}"}
    return connect(f"ws://localhost:{port}{path}", additional_headers=headers, open_timeout=60, proxy=None)


def test_the_server_lets_go_of_a_silently_cut_screen_and_keeps_the_others(product: Product) -> None:
    cookie = product.session().cookie
    wait_until(lambda: viewers(product) == 0, 60, "screens of other tests are let go of")
    proxy = Proxy(product.port)
    try:
        with screen(product.port, cookie) as kept:
            cut = screen(proxy.port, cookie)
            wait_until(lambda: viewers(product) == 2, 60, "both screens are connected")
            proxy.swallow()
            began = time.monotonic()
            wait_until(lambda: viewers(product) == 1, 60, "the cut screen is let go of", every_s=0.2)
            assert time.monotonic() - began > 3, "it was the silence that ended it"
            reader, told = Reader(), {}
            while True:  # all that came meanwhile, then what comes now
                try:
                    told = reader.read(kept.recv(timeout=0.01))
                except TimeoutError:
                    break
            assert told["t"] == "delta"
            assert reader.read(kept.recv(timeout=60))["t"] == "delta"
    finally:
        proxy.close()
        cut.close_timeout = 0
        cut.close()


@pytest.mark.parametrize("path", [f"/live?{QUERY}", "/_stcore/stream"])
def test_no_websocket_is_compressed_for_each_viewer_anew(product: Product, path: str) -> None:
    with screen(product.port, product.session().cookie, path) as offered:
        assert offered.request is not None
        assert "permessage-deflate" in offered.request.headers["sec-websocket-extensions"]
        assert offered.response is not None
        assert "sec-websocket-extensions" not in offered.response.headers
