"""The kiosk link on the running product: it shows the wall and can do nothing else, until it ends everywhere."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from dashboard.access.kiosk import LONGEST_S, kiosk_link
from dashboard.access.policy import KEY_PATHS, OPEN_PATHS, kiosk_may
from dashboard.access.sessions import COOKIE
from store import kiosks
from tests.app.serving import METHODS, Product, clock
from tests.app.test_access_deny import handshake
from tests.live_reader import QUERY

DAY_MS = 86_400_000


def make(product: Product, name: str, life_ms: int = 30 * DAY_MS) -> str:
    """A kiosk link's secret, as `manage.py kiosk create` makes it."""
    db = product.open_store()
    try:
        with db.write() as tx:
            return kiosks.create_kiosk(tx, name, "*", clock(), life_ms, visitor=True, rotate_s=20)
    finally:
        db.close()


def end(product: Product, name: str) -> bool:
    """Revoke a link in the store, as another process does."""
    db = product.open_store()
    try:
        with db.write() as tx:
            return kiosks.revoke_kiosk(tx, name, clock())
    finally:
        db.close()


def exchange(client: httpx.Client, secret: str, address: str = "10.1.0.1", **headers: str) -> httpx.Response:
    """What the page's script sends."""
    return client.post("/sign-in/kiosk", data={"kiosk": secret}, headers={"x-forwarded-for": address, **headers})


def opened(product: Product, name: str) -> tuple[str, str]:
    """(cookie, CSRF value is unknown to a kiosk) of a screen that opened its own new link."""
    secret = make(product, name)
    with product.client() as client:
        assert exchange(client, secret).status_code == 200
        return client.cookies[COOKIE], secret


def test_the_link_is_exchanged_by_post_and_stays_good_for_the_next_screen(product: Product) -> None:
    secret = make(product, "two-screens")
    # What a browser asks a server for ends before the fragment: the secret is in no request line, log or referrer.
    path, _, fragment = kiosk_link(secret).partition("#")
    assert (path, fragment) == ("/sign-in/kiosk", secret)
    cookies = set()
    for _ in range(2):
        with product.client() as client:
            page = client.get(path)
            assert page.status_code == 200
            assert re.findall(r"<script[^>]*>[^<]", page.text) == [], "no script stands in the page itself"
            answer = exchange(client, secret)
            assert answer.status_code == 200
            line = answer.headers["set-cookie"].lower()
            assert "httponly" in line
            assert "samesite=lax" in line
            life = int(re.findall(r"max-age=(\d+)", line)[0])
            assert 29 * 86_400 < life <= 30 * 86_400
            assert client.get("/").status_code == 200
            cookies.add(client.cookies[COOKIE])
    assert len(cookies) == 2
    assert secret not in product.log.read_text()


def test_an_open_wall_renews_its_cookie_by_itself_and_no_longer_than_browsers_keep_one(product: Product) -> None:
    secret = make(product, "renewing", 900 * DAY_MS)
    with product.client() as client:
        assert f"Max-Age={LONGEST_S};" in exchange(client, secret).headers["set-cookie"]
        cookie = client.cookies[COOKIE]
        for path in ("/", "/live/ground"):
            renewed = client.get(path).headers["set-cookie"]
            assert renewed.startswith(f"{COOKIE}={cookie};")
            assert f"Max-Age={LONGEST_S};" in renewed
    with product.client(product.session("viewer").cookie) as person:
        assert "set-cookie" not in person.get("/").headers


def test_wrong_ended_and_foreign_are_told_apart(product: Product) -> None:
    with product.client() as client:
        assert exchange(client, "wrong").json() == {"why": "wrong"}
        assert exchange(client, "").json() == {"why": "wrong"}
        assert exchange(client, "x" * 5000).json() == {"why": "wrong"}
        assert exchange(client, make(product, "old", -1)).json() == {"why": "expired"}
        secret = make(product, "taken-back")
        foreign = exchange(client, secret, origin="http://evil.example")
        assert (foreign.status_code, COOKIE in client.cookies) == (403, False)
        assert end(product, "taken-back")
        assert not end(product, "taken-back")
        assert exchange(client, secret).json() == {"why": "revoked"}
        tries = [exchange(client, "wrong", "10.1.0.9").status_code for _ in range(32)]
        assert tries == [403] * 30 + [429] * 2


def test_a_kiosk_looks_at_the_wall_and_at_nothing_else(product: Product, routes: list[tuple[str, str]]) -> None:
    cookie, _ = opened(product, "looks")
    allowed = 0
    with product.client(cookie) as client:
        for kind, path in [*routes, ("http", "/incidents"), ("http", "/feeds"), ("http", "/map"), ("http", "/x")]:
            if kind != "http" or path in OPEN_PATHS or path in KEY_PATHS:
                continue
            for method in METHODS:
                answer = client.request(method, path)
                if kiosk_may(path, method):
                    allowed += 1
                    assert method in ("GET", "HEAD", "OPTIONS")
                    continue
                assert answer.status_code in (401, 403, 404), (method, path, answer.status_code)
        # The whole list, lest a new route slip in below an allowed prefix: looking is all that is left.
        assert 0 < allowed < 60
        for path in ("/api/v1/units", "/api/v1/alarms", "/incidents", "/sign-out", "/media/x", "/language/en"):
            assert client.get(path).status_code == 403, path
        for path in (
            "/api/v1/alarms/x/acknowledge",
            "/api/v1/incidents",
            "/sign-out",
            "/",
        ):
            assert client.post(path, headers={"origin": product.url, "x-csrf": "x"}).status_code == 403, path
    for kind, path in routes:
        if kind == "socket":
            wanted = 101 if path in ("/live", "/_stcore/stream") else 403
            assert handshake(product, path, cookie, origin=product.url) == wanted, path
    assert handshake(product, "/live", cookie, origin="http://evil.example") == 403


@pytest.mark.parametrize("path", [f"/live?{QUERY}", "/_stcore/stream"])
def test_a_revoked_kiosk_ends_everywhere(product: Product, path: str) -> None:
    name = f"ends{path.partition('?')[0].replace('/', '-')}"
    cookie, secret = opened(product, name)
    with product.client() as client:
        exchange(client, secret)
        second = client.cookies[COOKIE]
    headers = {"cookie": f"{COOKIE}={cookie}"}
    with connect(
        f"{product.url.replace('http', 'ws')}{path}", additional_headers=headers, open_timeout=60, proxy=None
    ) as sock:
        assert end(product, name)
        with pytest.raises(ConnectionClosed) as closed:
            listen(sock)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    for value in (cookie, second):
        with product.client(value) as client:
            assert client.get("/").headers["location"].startswith("/sign-in")
            assert client.get("/live/ground").status_code == 401


def listen(sock: Connection) -> None:
    """Hear what a socket says until it is closed, half a minute at most."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        sock.recv(timeout=60)
