"""Signing in and out on the running product: one link, one session, ended for every tab at once."""

from __future__ import annotations

import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from dashboard.access.sessions import COOKIE
from store import access
from tests.app.serving import Product, clock
from tests.live_reader import QUERY


def exchange(client: httpx.Client, link: str, address: str, **headers: str) -> httpx.Response:
    """Press the button of the sign-in page, as a browser at an address behind our proxy."""
    return client.post("/sign-in", data={"link": link}, headers={"x-forwarded-for": address, **headers})


def test_a_link_is_shown_without_being_used_up_then_signs_in_once(product: Product) -> None:
    link = product.link()
    with product.client() as client:
        for _ in range(3):
            page = client.get("/sign-in", params={"link": link})
            assert page.status_code == 200
            assert f'value="{link}"' in page.text
            assert "<script" not in page.text
        signed = exchange(client, link, "10.0.0.1")
        assert (signed.status_code, signed.headers["location"]) == (303, "/")
        cookie = signed.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert "secure" not in cookie.lower()
        assert "path=/" in cookie.lower()
        assert client.get("/").status_code == 200
    with product.client() as other:
        again = exchange(other, link, "10.0.0.1")
        assert again.status_code == 403
        assert "has been used" in again.text
        assert COOKIE not in again.cookies


def test_over_tls_the_cookie_is_secure(product: Product) -> None:
    with product.client() as client:
        headers = {"x-forwarded-proto": "https", "origin": product.url.replace("http:", "https:")}
        signed = exchange(client, product.link(), "10.0.0.2", **headers)
        assert signed.status_code == 303
        assert "secure" in signed.headers["set-cookie"].lower()
        assert "max-age" in signed.headers["strict-transport-security"]


def test_a_wrong_and_an_old_link_are_told_apart(product: Product) -> None:
    with product.client() as client:
        wrong = exchange(client, "not-a-link", "10.0.0.3")
        assert wrong.status_code == 403
        assert "not right" in wrong.text
        old = exchange(client, product.link(life_ms=-1), "10.0.0.3")
        assert old.status_code == 403
        assert "has expired" in old.text
        assert client.post("/sign-in", headers={"x-forwarded-for": "10.0.0.3"}).status_code == 403
        assert exchange(client, "x" * 5000, "10.0.0.3").status_code == 413


def test_what_a_link_holds_is_never_markup(product: Product) -> None:
    with product.client() as client:
        page = client.get("/sign-in", params={"link": '"><script>alert(1)</script>', "why": "<b>"})
        assert "<script" not in page.text
        assert "<b>" not in page.text


def test_a_foreign_page_cannot_sign_a_browser_in(product: Product) -> None:
    link = product.link()
    with product.client() as client:
        foreign = exchange(client, link, "10.0.0.4", origin="http://evil.example")
        assert foreign.status_code == 403
        assert COOKIE not in client.cookies
        assert exchange(client, link, "10.0.0.4", origin=product.url).status_code == 303


def test_signing_in_again_ends_the_former_session(product: Product) -> None:
    with product.client() as client:
        exchange(client, product.link(), "10.0.0.5")
        former = client.cookies[COOKIE]
        exchange(client, product.link(), "10.0.0.5")
        assert client.cookies[COOKIE] != former
        assert client.get("/").status_code == 200
    with product.client(former) as client:
        assert client.get("/").status_code == 303


def test_a_session_a_visitor_chose_himself_stays_unknown(product: Product) -> None:
    with product.client("chosen-by-the-attacker") as client:
        answer = client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?why=ended")
        assert 'ssz_session=""' in answer.headers["set-cookie"]


def test_too_many_attempts(product: Product) -> None:
    link = product.link()
    with product.client() as client:
        answers = [exchange(client, "wrong", "10.0.0.6").status_code for _ in range(12)]
        assert answers == [403] * 10 + [429] * 2
        assert exchange(client, link, "10.0.0.6").status_code == 429
        assert exchange(client, link, "10.0.0.7").status_code == 303


def test_sign_out_by_the_page(product: Product) -> None:
    signed = product.session()
    with product.client(signed.cookie) as client:
        assert 'action="/sign-out"' in client.get("/sign-out").text
        left = client.post("/sign-out", headers={"origin": product.url})
        assert (left.status_code, left.headers["location"]) == (303, "/sign-in?why=out")
        assert client.get("/live/ground", headers={"cookie": f"{COOKIE}={signed.cookie}"}).status_code == 401


@pytest.mark.parametrize("path", [f"/live?{QUERY}", "/_stcore/stream"])
def test_a_revoked_sessions_sockets_end(product: Product, path: str) -> None:
    signed = product.session()
    headers = {"cookie": f"{COOKIE}={signed.cookie}"}
    with connect(
        f"{product.url.replace('http', 'ws')}{path}", additional_headers=headers, open_timeout=60, proxy=None
    ) as sock:
        revoke(product, signed.who.digest)
        with pytest.raises(ConnectionClosed) as closed:
            listen(sock)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


def listen(sock: Connection) -> None:
    """Hear what a socket says until it is closed, half a minute at most."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        sock.recv(timeout=60)


def revoke(product: Product, digest: str) -> None:
    """End a session in the store, as another process does."""
    db = product.open_store()
    try:
        with db.write() as tx:
            access.revoke_session(tx, digest, clock())
    finally:
        db.close()
