"""Default deny, shown on the running product: every route and WebSocket refuses a caller without a session."""

from __future__ import annotations

import socket
from http.client import HTTPConnection

import pytest
from sqlalchemy import text
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.access.beginning import digest_of
from dashboard.access.policy import (
    KEY_PATHS,
    OIDC,
    OIDC_CALLBACK,
    OPEN_PATHS,
    SIGN_IN_CODE,
    SIGN_IN_PASSWORD,
    SIGN_IN_SECOND,
    Door,
    door_of,
)
from store import access
from tests.app.serving import METHODS, ROOT, Product, clock

REFUSED = {303, 401, 403, 404}


def test_every_http_route_refuses(product: Product, routes: list[tuple[str, str]]) -> None:
    with product.client() as client:
        for kind, path in routes:
            if kind != "http" or path in OPEN_PATHS or path in KEY_PATHS:
                continue
            for method in METHODS:
                answer = client.request(method, path)
                assert answer.status_code in REFUSED, (method, path, answer.status_code)
                assert b"root" not in answer.content, (method, path)


def test_every_route_and_socket_refuses_a_session_that_has_ended(
    product: Product, routes: list[tuple[str, str]]
) -> None:
    revoked, expired = product.session(), product.session()
    db = product.open_store()
    with db.write() as tx:
        access.revoke_session(tx, digest_of(revoked.cookie), clock())
        ended = text("UPDATE web_session SET expires_at = :now WHERE hash = :hash")
        tx.conn.execute(ended, {"now": clock(), "hash": digest_of(expired.cookie)})
    db.close()
    for cookie in (revoked.cookie, expired.cookie):
        with product.client() as client:
            for kind, path in routes:
                if kind == "socket":
                    assert handshake(product, path, cookie, origin=product.url) == 403, path
                elif path not in OPEN_PATHS and path not in KEY_PATHS:
                    for method in ("GET", "POST"):
                        answer = client.request(method, path, headers={"cookie": f"ssz_session={cookie}"})
                        assert answer.status_code in REFUSED, (method, path, answer.status_code)
                        assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), path


def test_every_socket_refuses(product: Product, routes: list[tuple[str, str]]) -> None:
    sockets = [path for kind, path in routes if kind == "socket"]
    assert {"/_stcore/stream", "/live"} <= set(sockets)
    for path in [*sockets, "/", "/nothing", "/api/v1/units", "/healthz-socket"]:
        assert handshake(product, path) == 403, path


def test_open_is_exactly_what_the_contract_opens(product: Product) -> None:
    with product.client() as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        assert set(client.get("/readyz").json()) == {"status"}
        page = client.get("/sign-in")
        assert page.status_code == 200
        assert "manage.py user link" in page.text
        assert client.get("/sign-in/style.css").headers["content-type"].startswith("text/css")
        assert client.get("/sign-in/thai.woff2").headers["content-type"] == "font/woff2"


def test_a_door_for_trackers_opens_for_its_methods_only(product: Product) -> None:
    with product.client() as client:
        for path, methods in KEY_PATHS.items():
            for method in METHODS:
                answer = client.request(method, path)
                assert answer.status_code == (401 if method in methods else 405), (method, path)
                assert b"<html" not in answer.content.lower(), (method, path)


def test_scripts_of_pages_are_not_reachable(product: Product) -> None:
    scripts = [path.relative_to(ROOT) for path in (ROOT / "pages").rglob("*.py")]
    assert not [path for path in scripts if len(path.parts) == 2], "scripts belong into sub-folders of pages/"
    names = {part for path in scripts for part in (f"/{path}", f"/{path.stem}", f"/{path.with_suffix('')}")}
    with product.client() as client:
        for name in sorted(names | {"/wall", "/incidents", "/feeds", "/streamlit_app.py", "/pages/watch/wall"}):
            answer = client.get(name)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), name


@pytest.mark.parametrize(
    "path",
    ["/healthz/../wall", "/in/../static/js/x.js", "/in/osmand/../../wall", "//wall", "/sign-in/..%2findex.html",
     "/a%00b", "/..%5cindex.html", "/sign-in/%2e%2e/static/index.html"],
)  # fmt: skip
def test_paths_that_climb(product: Product, path: str) -> None:
    assert status_of(product, path) == 404


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact"],
)
def test_closed_even_with_a_session(product: Product, path: str) -> None:
    with product.client(product.session().cookie) as client:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            assert client.request(method, path).status_code == 404


def test_a_file_is_taken_from_those_who_import_only(product: Product) -> None:
    paths = ("/_stcore/upload_file/a/b", "/wall/_stcore/upload_file/a/b")
    with product.client(product.session("viewer").cookie) as client:
        for path in paths:
            assert client.put(path, headers={"origin": product.url}).status_code == 404
    with product.client(product.session("analyst").cookie) as client:
        # Past the door; Streamlit itself knows no such upload.
        assert client.put(paths[0], headers={"origin": product.url}).status_code != 404


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/sign-in", "/in/osmand", "/live/ground", "/api/v1/units", "/metrics"]
)
def test_a_foreign_host_is_refused(product: Product, path: str) -> None:
    with product.client(product.session().cookie) as client:
        for host in ("evil.example", "localhost.evil.example", f"evil.example:{product.port}"):
            assert client.get(path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("path", ["/live", "/_stcore/stream"])
def test_sockets_want_our_host_and_origin(product: Product, path: str) -> None:
    cookie = product.session().cookie
    assert handshake(product, path, cookie, origin="http://evil.example") == 403
    assert handshake(product, path, cookie, origin="null") == 403
    assert handshake(product, path, cookie, origin=f"http://localhost:{product.port + 1}") == 403
    assert handshake(product, path, cookie, host="evil.example") == 403
    assert handshake(product, path, "wrong", origin=product.url) == 403
    assert handshake(product, path, cookie, origin=product.url) == 101


def test_a_foreign_page_cannot_write(product: Product) -> None:
    with product.client(product.session().cookie) as client:
        for path in ("/sign-out", "/", "/api/v1/alarms/x/acknowledge"):
            foreign = client.post(path, headers={"origin": "http://evil.example"})
            assert foreign.status_code == 403, path
            assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_api_wants_the_csrf_header_with_a_cookie(product: Product) -> None:
    signed = product.session()
    with product.client(signed.cookie) as client:
        path = "/api/v1/alarms/x/acknowledge"
        assert client.post(path).status_code == 403
        assert client.post(path, headers={"x-csrf": "wrong"}).status_code == 403
        assert client.post(path, headers={"x-csrf": signed.who.csrf}).status_code not in (401, 403)


def test_bearer_tokens_open_the_api_and_nothing_else(product: Product) -> None:
    wrong = {"authorization": "Bearer wrong"}
    with product.client() as client:
        answer = client.get("/api/v1/units", headers=wrong)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/", headers=wrong).status_code == 303
        assert client.get("/live/ground", headers=wrong).status_code == 401
        assert client.get("/metrics", headers=wrong).status_code == 401


def test_a_question_with_a_nul_or_an_endless_number_is_a_bad_one_and_no_error_of_ours(product: Product) -> None:
    """PostgreSQL takes no text with a NUL in it, and no whole number beyond 64 bits. A tracker's is never turned away
    here: it may be pressed."""
    with product.client(product.session().cookie) as client:
        for path in (
            "/api/v1/audit?who=%00",
            "/cases/rows?status=a%00b",
            "/api/v1/sources?station=%2500&station=%00",
        ):
            assert client.get(path).status_code == 400, path
        assert client.get("/api/v1/audit?who=%2500").status_code == 200
        assert client.get("/api/v1/hotspots?days=9223372036854775808").status_code == 422
        assert client.get("/in/osmand?id=%00&key=%00&lat=1&lon=1").status_code == 401


def test_the_policy_names_no_path_that_is_not_served(product: Product) -> None:
    with product.client() as client:
        later = {SIGN_IN_CODE, SIGN_IN_SECOND, SIGN_IN_PASSWORD, OIDC, OIDC_CALLBACK}
        for path in sorted(OPEN_PATHS - {"/readyz"} - later):
            assert client.get(path).status_code == 200, path
        for path in sorted(later):  # served, and without a sign-in under way they open nothing
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 404 if path in (OIDC, OIDC_CALLBACK) else 403)
            assert "Begin again" in answer.text
            assert door_of(path) is Door.OPEN


def status_of(product: Product, path: str) -> int:
    """The status of a GET for exactly this path: ordinary clients would tidy it first."""
    connection = HTTPConnection("localhost", product.port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def handshake(
    product: Product, path: str, cookie: str = "", origin: str | None = None, host: str | None = None
) -> int:
    """The status of a WebSocket handshake; 101 when it was accepted."""
    headers = {"cookie": f"ssz_session={cookie}"} if cookie else {}
    address = f"ws://{host or 'localhost'}:{product.port}{path}"
    try:
        sock = _dial(product.port)
        with connect(address, sock=sock, additional_headers=headers, origin=origin, open_timeout=60, proxy=None):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def _dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)
