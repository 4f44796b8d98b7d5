"""`deploy/nginx.conf` in a real nginx over TLS before the running product: what passes, what is refused."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from commands.authority import Authority
from dashboard.access.sessions import COOKIE
from dashboard.access.signin import link_path
from tests.app.serving import ROOT, Product
from tests.live_reader import QUERY
from tests.servers import free_port, listening, wait_until

CONF = ROOT / "deploy" / "nginx.conf"


@dataclass
class Proxy:
    """A running nginx: its two doors, and the authority that vouches for it."""

    folder: Path
    plain: int
    secure: int

    @property
    def url(self) -> str:
        """Where a browser goes."""
        return f"https://localhost:{self.secure}"

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """A client's trust in its certificate."""
        return ssl.create_default_context(cafile=str(self.folder / "proxy.crt"))

    def client(self, cookie: str = "", address: str = "127.0.0.1") -> httpx.Client:
        """A client at a network address of its own."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        cookies = {COOKIE: cookie} if cookie else {}
        return httpx.Client(base_url=self.url, cookies=cookies, transport=transport, timeout=60)


@pytest.fixture(scope="module")
def proxy(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The file as it is, with name, ports, certificate and places of this test."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert program, "nginx is not installed (scripts/system.sh)"
    folder = tmp_path_factory.mktemp("nginx")
    made = Proxy(folder, free_port(), free_port())
    certificate, key = Authority(folder, folder, "proxy").issue("localhost", ["localhost", "127.0.0.1"])
    (folder / "fullchain.pem").write_bytes(certificate)
    (folder / "privkey.pem").write_bytes(key)
    text = CONF.read_text(encoding="utf-8")
    for theirs, ours in {
        "ssz.police.example": "localhost",
        "/etc/ssl/ssz/": f"{folder}/",
        "listen 80": f"listen 127.0.0.1:{made.plain}",
        "listen 443": f"listen 127.0.0.1:{made.secure}",
        "127.0.0.1:8501": f"127.0.0.1:{product.port}",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with (folder / "said").open("wb") as said:
        running = subprocess.Popen(command, stderr=said)
    try:
        wait_until(lambda: listening(made.secure), what=f"nginx: {(folder / 'said').read_text()}")
        yield made
    finally:
        running.terminate()
        running.wait(60)


def flooded(client: httpx.Client) -> list[int]:
    """Ask without pause until a hundred were refused; every answer. The slower the machine, the more it takes: it is
    refused what comes beyond so many a second."""
    answers: list[int] = []
    deadline = time.monotonic() + 120
    with ThreadPoolExecutor(8) as many:
        while answers.count(429) <= 100:
            assert time.monotonic() < deadline, answers
            answers += many.map(lambda _: client.get("/healthz").status_code, range(250))
    return answers


def test_plain_http_leads_to_tls_and_a_foreign_name_to_nothing(proxy: Proxy) -> None:
    plain = f"http://127.0.0.1:{proxy.plain}/wall?a=1"
    answer = httpx.get(plain, headers={"host": "localhost"}, timeout=60)
    assert (answer.status_code, answer.headers["location"]) == (301, "https://localhost/wall?a=1")
    for name in ("evil.example", "localhost.evil.example", ""):
        refused = httpx.get(plain, headers={"host": name}, timeout=60)
        assert refused.status_code in (400, 421)
        assert "location" not in refused.headers
        with proxy.client() as client:
            assert client.get("/sign-in", headers={"host": name}).status_code in (400, 421)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what it is: TLS 1.1
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", proxy.secure), 60) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line, server_hostname="localhost")


def test_a_session_through_tls(proxy: Proxy, product: Product) -> None:
    with proxy.client(address="127.0.0.11") as client:
        page = client.get("/sign-in")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"].startswith("max-age=31536000")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["server"] == "nginx"  # no version, and nothing of what is behind
        link = product.link()
        assert client.get(link_path(link)).status_code == 200
        signed = client.post("/sign-in", data={"link": link}, headers={"origin": proxy.url})
        assert signed.status_code == 303
        cookie = signed.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("secure", "httponly", "samesite=lax"))
        for path in ("/", "/hotspots", "/response"):  # the last two have the longest heads
            page = client.get(path, headers={"accept": "text/html"})
            assert (page.status_code, "modulepreload" in page.headers["link"]) == (200, True), path
        foreign = client.post("/sign-out", headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403


def test_sockets_pass_with_a_session_and_from_our_own_page_only(proxy: Proxy, product: Product) -> None:
    cookie = product.session().cookie

    def dialled(origin: str, value: str, path: str = f"/live?{QUERY}") -> int:
        headers = {"cookie": f"{COOKIE}={value}", "origin": origin}
        address = f"wss://localhost:{proxy.secure}{path}"
        try:
            with connect(address, ssl=proxy.trust, additional_headers=headers, open_timeout=60, proxy=None) as line:
                # The feed speaks first; a page's own line waits for its browser.
                return 101 if "/live" not in path or line.recv(timeout=60) else 0
        except InvalidStatus as refused:
            return refused.response.status_code

    assert dialled(proxy.url, cookie) == 101
    assert dialled("https://evil.example", cookie) == 403
    assert dialled(proxy.url, "guess") == 403
    assert dialled(proxy.url, cookie, "/_stcore/stream") == 101
    assert dialled(proxy.url, "guess", "/_stcore/stream") == 403


def test_what_a_client_says_of_itself_is_not_believed(proxy: Proxy) -> None:
    said = {"origin": proxy.url}
    with proxy.client(address="127.0.0.12") as client:
        # Guessing from one address is stopped whatever address each request claims.
        answers = [
            client.post("/sign-in", data={"link": "x"}, headers={**said, "x-forwarded-for": f"10.9.8.{number}"})
            for number in range(12)
        ]
        assert [answer.status_code for answer in answers[-2:]] == [429, 429]
        spoofed = {"x-forwarded-proto": "http", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
        page = client.get("/sign-in", headers=spoofed)
        assert "strict-transport-security" in page.headers
        assert "evil.example" not in page.text + str(page.headers)


def test_what_is_not_for_the_network_and_what_is_too_much(proxy: Proxy, product: Product) -> None:
    cookie = product.session().cookie
    with proxy.client(cookie, "127.0.0.13") as client:
        for path in ("/metrics", "/_stcore/metrics", "/_stcore/agent/openapi.json"):
            assert client.get(path).status_code == 404
        assert client.post("/in/report", content=b"x" * 300_000).status_code == 413
        assert client.post("/api/v1/incidents", content=b"x" * 2_000_000).status_code == 413
        # A file that is imported comes to the product, which says itself what it lacks; a larger one does not.
        upload, own = "/_stcore/upload_file/nobody/a", {"origin": proxy.url}
        told = client.put(upload, files={"file": ("a.csv", b"x" * 5_000_000)}, headers=own)
        assert (told.status_code, "XSRF" in told.text) == (403, True)
        assert client.put(upload, files={"file": ("a.csv", b"x" * 22_100_000)}, headers=own).status_code == 413
    # The log keeps no query: a tracker's holds its key.
    with proxy.client(address="127.0.0.13") as client:
        client.get("/in/osmand?id=1&key=secret-key")
    assert "secret-key" not in (proxy.folder / "access.log").read_text()

    with proxy.client(address="127.0.0.14") as client:
        assert flooded(client).count(200) >= 200
    with proxy.client(cookie, "127.0.0.15") as other:  # nobody else feels it
        assert other.get("/healthz").status_code == 200


def test_a_building_behind_one_address_is_not_one_screen(proxy: Proxy, product: Product) -> None:
    """All from one address. One screen floods: it can still answer an alarm, and the others do not feel it."""
    flooding, *others = (product.session().cookie for _ in range(5))
    with proxy.client(flooding) as client:
        flooded(client)
        assert client.get("/api/v1/alarms").status_code == 200
    with proxy.client(others[0]) as other:
        assert other.get("/healthz").status_code == 200
    # More than two hundred at once, as of a hundred screens with two sockets each; a request under way counts alike.
    lines: list[ssl.SSLSocket] = []
    try:
        for number in range(228):
            lines.append(unfinished(proxy, others[number % 3 if number < 168 else 3]))
            if number % 20 == 0:
                go_on(lines)
        with proxy.client(others[0]) as one, proxy.client(others[3]) as too_many:

            def refused() -> bool:
                go_on(lines)
                return too_many.get("/api/v1/alarms").status_code == 429

            wait_until(refused, what="the bound of one session")
            assert one.get("/api/v1/alarms").status_code == 200
    finally:
        for line in lines:
            line.close()


def go_on(lines: list[ssl.SSLSocket]) -> None:
    """A piece more of every body: who is silent for long is cut off."""
    for line in lines:
        line.sendall(b" ")


def unfinished(proxy: Proxy, cookie: str) -> ssl.SSLSocket:
    """A request whose body has not come yet."""
    line = proxy.trust.wrap_socket(
        socket.create_connection(("127.0.0.1", proxy.secure), 60), server_hostname="localhost"
    )
    head = f"POST /api/v1/alarms HTTP/1.1\r\nHost: localhost:{proxy.secure}\r\nCookie: {COOKIE}={cookie}\r\n"
    line.sendall(f"{head}Content-Length: 9999\r\n\r\n".encode())
    return line
