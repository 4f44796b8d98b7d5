"""Sign-in at an identity provider: a certified one started for the test, the same one gone, and one that lies."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from dashboard.access.sessions import COOKIE
from tests.app.serving import Product
from tests.servers import free_port, listening, wait_until

FOLDER = Path(__file__).with_name("oidc")
OURS, STRANGE = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
UNLISTED = RSAKey.generate_key(2048, {"kid": "two"})

Claims = dict[str, object]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, int]]:
    """The product, and the port of its identity provider."""
    port = free_port()
    settings = {
        "SSZ_OIDC_ISSUER": f"http://localhost:{port}", "SSZ_OIDC_CLIENT_ID": "ssz",
        "SSZ_OIDC_CLIENT_SECRET": "secret-of-the-tests", "SSZ_OIDC_NAME": "Police ID",
        "SSZ_OIDC_ROLES": "chiefs=chief,dispatch=dispatcher,heads=administrator", "SSZ_OIDC_EVERYWHERE": "1",
    }  # fmt: skip
    product = Product(tmp_path_factory.mktemp("oidc"), settings)
    product.start()
    yield product, port
    product.stop()


@pytest.fixture(scope="module")
def certified(served: tuple[Product, int]) -> Iterator[subprocess.Popen[bytes]]:
    """oidc-provider, certified by the OpenID Foundation."""
    product, port = served
    subprocess.run(
        ["npm", "ci", "--prefer-offline", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, timeout=240
    )
    back = f"{product.url}/sign-in/oidc/callback"
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), back], cwd=FOLDER,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: listening(port), what="the provider")
    yield process
    process.kill()
    process.wait(60)


def sent(client: httpx.Client) -> str:
    """Where the product sends the browser."""
    answer = client.get("/sign-in/oidc")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def through(there: str, name: str) -> str:
    """Sign in and consent at the provider as a person does; the address it sends the browser back to."""
    with httpx.Client(timeout=60) as browser:
        answer = browser.get(there)
        for _ in range(12):
            if answer.is_redirect:
                to = str(answer.url.join(answer.headers["location"]))
                if "/sign-in/oidc/callback" in to:
                    return to
                answer = browser.get(to)
                continue
            found = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert found, answer.text
            assert prompt
            fields = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = browser.post(str(answer.url.join(found[1])), data=fields)
    raise AssertionError("the provider never sent the browser back")


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def told(product: Product) -> list[str]:
    db = product.open_store()
    try:
        with db.read() as conn:
            return [f"{row.action} {row.detail}" for row in conn.execute(text("SELECT action, detail FROM audit"))]
    finally:
        db.close()


def test_a_certified_provider_signs_in_with_the_rights_its_claims_give(
    served: tuple[Product, int], certified: subprocess.Popen[bytes]
) -> None:
    product, _ = served
    with product.client() as client:
        assert "Police ID" in client.get("/sign-in").text
        there = sent(client)
        asked = parse_qs(urlsplit(there).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert {"state", "nonce", "code_challenge"} <= asked.keys()
        back = through(there, "somchai")
        with product.client() as other:  # the address alone, in another browser, is worth nothing
            assert other.get(path_of(back)).status_code == 403
        signed = client.get(path_of(back))
        assert (signed.status_code, signed.headers["location"]) == (303, "/"), signed.text
        own = client.get("/account", headers={"cookie": f"{COOKIE}={client.cookies[COOKIE]}; ssz_language=en"})
        assert "ร.ต.อ. somchai" in own.text
        assert "Dispatcher" in own.text
        assert client.get(path_of(back)).status_code == 403  # and never twice
    with product.client() as client:
        assert client.get(path_of(through(sent(client), "nobody-in-no-group"))).status_code == 403
        assert client.get(path_of(through(sent(client), "nowhere-at-all"))).status_code == 403
        assert COOKIE not in client.cookies
    certified.kill()
    certified.wait(60)
    with product.client() as client:
        down = client.get("/sign-in/oidc")
        assert (down.status_code, COOKIE in client.cookies) == (503, False)
        assert "does not answer" in down.text
        assert "Connection" not in down.text


class Liar:
    """A provider that answers as one and says what the test wants."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"
        self.token: Callable[[], str] = str
        self.metadata: dict[str, str] = {}
        self.tokens: object = None
        self.garbled = False
        liar = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(liar.described() if "openid" in self.path else liar.keys(), liar.garbled)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                token = {"access_token": "a", "token_type": "Bearer", "id_token": liar.token()}
                self._say(token if liar.tokens is None else liar.tokens)

            def _say(self, what: object, garbled: bool = False) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                if garbled:
                    self.send_header("content-encoding", "gzip")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def described(self) -> dict[str, str]:
        paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in paths.items()}, **self.metadata}

    def keys(self) -> dict[str, object]:
        return {"keys": [OURS.as_dict(private=False)]}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def liar(served: tuple[Product, int]) -> Iterator[Liar]:
    made = Liar(served[1])
    yield made
    made.stop()


def come_back(client: httpx.Client, liar: Liar, make: Callable[[Claims], str], **other: str) -> httpx.Response:
    """A whole sign-in, whose ID token is made of good claims."""
    asked = parse_qs(urlsplit(sent(client)).query)
    now = int(time.time())
    claims: Claims = {
        "iss": liar.issuer, "aud": "ssz", "sub": "liar", "iat": now, "exp": now + 300, "nonce": asked["nonce"][0],
        "groups": ["dispatch"], "stations": ["*"], "name": "Somsak", "preferred_username": "somsak",
    }  # fmt: skip
    liar.token = lambda: make(claims)
    return client.get("/sign-in/oidc/callback", params={"code": "c", "state": asked["state"][0], **other})


def signed(key: RSAKey, claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def written(header: dict[str, str], claims: Claims) -> str:
    """Header and claims of a token, without its signature."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join(parts)


def unsigned(claims: Claims) -> str:
    return written({"alg": "none"}, claims) + "."


def confused(claims: Claims) -> str:
    """HMAC with the provider's public key, which anybody has."""
    body = written({"alg": "HS256", "kid": "one"}, claims)
    mac = hmac.new(OURS.as_pem(private=False), body.encode(), hashlib.sha256).digest()
    return f"{body}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


LIES: dict[str, Callable[[Claims], str]] = {
    "wrong nonce": lambda claims: signed(OURS, {**claims, "nonce": "another"}),
    "no nonce": lambda claims: signed(OURS, {k: v for k, v in claims.items() if k != "nonce"}),
    "for another client": lambda claims: signed(OURS, {**claims, "aud": "another"}),
    "for many, azp another": lambda claims: signed(OURS, {**claims, "aud": ["ssz", "b"], "azp": "b"}),
    "of another issuer": lambda claims: signed(OURS, {**claims, "iss": "http://evil.example"}),
    "expired": lambda claims: signed(OURS, {**claims, "exp": int(time.time()) - 120}),
    "from the future": lambda claims: signed(OURS, {**claims, "iat": int(time.time()) + 3600}),
    "no expiry": lambda claims: signed(OURS, {k: v for k, v in claims.items() if k != "exp"}),
    "alg none": unsigned,
    "alg confused": confused,
    "another key of the same name": lambda claims: signed(STRANGE, claims),
    "a key not in the set": lambda claims: signed(UNLISTED, claims),
    "changed after signing": lambda claims: signed(OURS, claims).replace(".", ".e", 1),
    "no token": lambda _claims: "",
    "no subject": lambda claims: signed(OURS, {**claims, "sub": ""}),
}


def test_a_provider_that_lies_lets_nobody_in_and_is_written_down(served: tuple[Product, int], liar: Liar) -> None:
    product, _ = served
    for number, (what, lie) in enumerate(LIES.items()):
        with product.client() as client:
            client.headers["x-forwarded-for"] = f"10.6.0.{number}"
            answer = come_back(client, liar, lie)
            assert (what, answer.status_code, COOKIE in client.cookies) == (what, 403, False)
            assert "does not hold" in answer.text
            assert "Error" not in answer.text
    assert sum("session.refused oidc: ID token" in row for row in told(product)) >= len(LIES) - 2
    with product.client() as client:
        client.headers["x-forwarded-for"] = "10.6.1.1"
        good = lambda claims: signed(OURS, claims)  # noqa: E731 - one word for the same thing six times
        assert come_back(client, liar, good, state="forged").status_code == 403
        assert come_back(client, liar, good, iss="http://evil.example").status_code == 403
        for metadata in (
            {"issuer": "http://evil.example"},
            {"token_endpoint": "http://evil.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
        ):
            liar.metadata = metadata
            assert client.get("/sign-in/oidc").status_code == 403
        liar.metadata = {}
        # The same provider, saying the truth: what was refused above was refused for the lie.
        assert come_back(client, liar, good).status_code == 303


def test_what_is_no_answer_of_a_provider_is_never_an_error_of_ours(served: tuple[Product, int], liar: Liar) -> None:
    product, _ = served
    with product.client() as client:
        client.headers["x-forwarded-for"] = "10.6.3.1"
        good = lambda claims: signed(OURS, claims)  # noqa: E731 - one word for the same thing
        said: list[object] = [5, [], "text", {"error": "no"}, {"id_token": 5}, {"expires_in": []}, "x" * 300_000]
        for tokens in said:
            liar.tokens = tokens
            answer = come_back(client, liar, good)
            assert (answer.status_code, COOKIE in client.cookies) in ((403, False), (503, False)), str(tokens)[:80]
    with product.client() as client:
        client.headers["x-forwarded-for"] = "10.6.3.2"
        liar.garbled = True
        assert client.get("/sign-in/oidc").status_code == 503
        liar.garbled, liar.tokens = False, None
        assert come_back(client, liar, good).status_code == 303


def test_those_who_sign_in_from_one_address_do_not_keep_each_other_out(
    served: tuple[Product, int], liar: Liar
) -> None:
    product, _ = served
    for number in range(24):  # both ways counted, one of them forgiven, this would be too many after nineteen
        with product.client() as client:
            client.headers["x-forwarded-for"] = "10.6.4.1"
            answer = come_back(client, liar, lambda claims: signed(OURS, {**claims, "sub": "many"}))
            assert answer.status_code == 303, number


def test_the_providers_word_on_a_role_counts_at_each_sign_in(served: tuple[Product, int], liar: Liar) -> None:
    product, _ = served

    def come(client: httpx.Client, **other: object) -> int:
        client.headers["x-forwarded-for"] = "10.6.2.2"
        return come_back(client, liar, lambda claims: signed(OURS, {**claims, "sub": "r", **other})).status_code

    with product.client() as first, product.client() as second:
        assert come(first, preferred_username="boss", name="A Chief", groups=["dispatch", "chiefs"]) == 303
        assert first.get("/live/ground").status_code == 200
        assert come(second, groups=["dispatch"]) == 303
        wait_until(lambda: first.get("/live/ground").status_code == 401, what="the end of the chief's session")
        assert come(second, groups=["dispatch cleaners"]) == 403  # one group of that name
        wait_until(lambda: second.get("/live/ground").status_code == 401, what="the end of what is given no more")
        assert come(first, sub="head", preferred_username="head", name="A Head", groups=["heads"]) == 303
        assert come(first, sub="head", groups=["chiefs"]) == 303  # the only administrator there is
        assert any("the last administrator" in row for row in told(product))
        assert come(second, sub="imitator", preferred_username="boss", name="A Chief", groups=["chiefs"]) == 303
    db = product.open_store()
    with db.read() as conn:
        rows = {row.subject: row for row in conn.execute(text("SELECT * FROM account"))}
    db.close()
    assert (rows["r"].name, rows["r"].role) == ("boss", "dispatcher")
    assert rows["imitator"].name.startswith("oidc-")  # nobody becomes an account by its name
