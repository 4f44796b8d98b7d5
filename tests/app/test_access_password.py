"""Name and password on the running product: the form is ours, guesses are slowed, and what a cookie opens."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher

from dashboard.access import argon
from dashboard.access.choosing import new_account
from dashboard.access.sessions import COOKIE
from dashboard.access.steps import STEP_COOKIE
from models.records.account import Account
from store import accounts
from tests.app.serving import Product, clock

PASSWORD = "ladprao tiger canal 87"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass(frozen=True)
class Visitor:
    """A browser at an address behind our proxy."""

    client: httpx.Client
    address: str

    def open(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"x-forwarded-for": self.address})

    def send(self, path: str, page: str = "", *, say: tuple[str, str] = ("", ""), **fields: str) -> httpx.Response:
        """Fill in the form of a page (or of the one at the path) and press its button. `say`: one more header."""
        found = re.search(r'name="form" value="([^"]+)"', page or self.open(path).text)
        token = {"form": found[1]} if found else {}
        return self.client.post(
            path, data={**token, **fields}, headers={"x-forwarded-for": self.address, say[0] or "x-none": say[1]}
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.send("/sign-in", name=name, password=password)


def make(product: Product, name: str, encoded: str, role: str = "dispatcher") -> Account:
    made = new_account(name, "", role, "*", clock())
    assert isinstance(made, Account)
    made.password = encoded
    db = product.open_store()
    try:
        with db.write() as tx:
            accounts.add(tx, made)
            return made.model_copy()
    finally:
        db.close()


@pytest.fixture(scope="module")
def encoded() -> str:
    return argon.hashed(PASSWORD)


@pytest.fixture
def visitor(product: Product, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    with product.client() as client:
        yield Visitor(client, f"10.9.0.{len(request.node.name)}")


def test_the_form_signs_in_and_one_answer_is_given_to_all_who_may_not(
    product: Product, visitor: Visitor, encoded: str
) -> None:
    make(product, "form.right", encoded)
    answers = [visitor.sign_in(name, word) for name, word in (("form.right", "no"), ("form.none", PASSWORD))]
    texts = {re.sub(r'(name="name"[^>]*value=")[^"]*', r"\1", answer.text) for answer in answers}
    assert [answer.status_code for answer in answers] == [403, 403]
    assert len(texts) == 1
    assert "not right" in texts.pop()
    assert PASSWORD not in answers[1].text
    before = visitor.client.cookies.get(COOKIE)
    signed = visitor.sign_in("Form.Right")
    assert (before, signed.status_code, signed.headers["location"]) == (None, 303, "/")
    cookie = next(line for line in signed.headers.get_list("set-cookie") if line.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert visitor.open("/").status_code == 200
    own = visitor.open("/account")
    assert own.status_code == 200
    assert visitor.address in own.text
    assert "<script" not in own.text
    over_tls = visitor.send("/sign-in", say=("x-forwarded-proto", "https"), name="form.right", password=PASSWORD)
    assert "secure" in over_tls.headers["set-cookie"].lower()


def test_only_our_own_form_in_the_same_browser_counts(product: Product, visitor: Visitor, encoded: str) -> None:
    make(product, "form.own", encoded)
    with product.client() as other:
        strange = Visitor(other, visitor.address).open("/sign-in").text
    ours = visitor.open("/sign-in").text
    right = {"name": "form.own", "password": PASSWORD}
    headers = {"x-forwarded-for": visitor.address}
    assert visitor.send("/sign-in", strange, name="form.own", password=PASSWORD).status_code == 403
    assert visitor.client.post("/sign-in", data=right, headers=headers).status_code == 403
    assert visitor.send("/sign-in", ours, say=("origin", "http://evil.example"), **right).status_code == 403
    assert visitor.send("/sign-in", ours, say=("sec-fetch-site", "cross-site"), **right).status_code == 403
    assert COOKIE not in visitor.client.cookies
    assert visitor.send("/sign-in", ours, say=("origin", product.url), **right).status_code == 303
    csrf = visitor.open("/account").text
    for form in ("", csrf.replace('name="form" value="', 'name="form" value="x')):
        refused = visitor.send("/account", form or "<p>", do="end_others")
        assert refused.status_code == 403
    assert visitor.send("/account", csrf, do="end_others").status_code == 303


def test_a_thousand_guesses_from_many_addresses_and_the_officer_at_the_desk(
    product: Product, visitor: Visitor, encoded: str
) -> None:
    guessed = make(product, "guessed", encoded)
    assert visitor.sign_in("guessed").status_code == 303
    # What each guess that is looked at costs is tried elsewhere; here it is how many are.
    db = product.open_store()
    with db.write() as tx:
        accounts.set_password(tx, guessed.id, CHEAP.hash(PASSWORD))
    db.close()
    with product.client() as stranger:
        page = Visitor(stranger, "10.8.0.1").open("/sign-in").text
        found = re.search(r'name="form" value="([^"]+)"', page)
        assert found

        def guess(number: int) -> int:
            fields = {"form": found[1], "name": "guessed", "password": f"guess number {number}"}
            headers = {"x-forwarded-for": f"198.51.{number % 200}.{number % 7}"}
            return stranger.post("/sign-in", data=fields, headers=headers).status_code

        began = clock()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(guess, range(1000)))
    turns = (clock() - began) // 5000 + 1
    assert set(answers) <= {403, 429, 503}
    assert answers.count(403) <= 30 + turns + 8  # looked at: thirty, one in five seconds, and those at the same time
    assert visitor.sign_in("guessed").status_code == 303
    with product.client() as client:  # from a place nobody knows it waits its turn at most, which it is told
        elsewhere = Visitor(client, "203.0.113.77")
        answer = elsewhere.sign_in("guessed")
        if answer.status_code == 429:
            wait_s = int(answer.headers["retry-after"])
            assert 1 <= wait_s <= 5
            time.sleep(wait_s)
            answer = elsewhere.sign_in("guessed")
        assert answer.status_code == 303


def test_a_link_to_a_password_and_the_second_factor_page_by_page(
    product: Product, visitor: Visitor, encoded: str
) -> None:
    make(product, "paged", encoded)
    assert visitor.sign_in("paged").status_code == 303
    before = visitor.client.cookies[COOKIE]
    begun = visitor.send("/account", do="second", now=PASSWORD)
    assert begun.headers["location"] == "/sign-in/second"
    page = visitor.open("/sign-in/second").text
    assert "<svg" in page
    found = re.search(r'class="key">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert visitor.send("/sign-in/second", page, code="000000").status_code == 403
    done = visitor.send("/sign-in/second", page, code=pyotp.TOTP(secret).now())
    codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)
    assert len(codes) == 10
    assert visitor.client.cookies[COOKIE] != before
    with product.client(before) as old:
        assert old.get("/live/ground").status_code == 401
    with product.client() as client:
        again = Visitor(client, visitor.address)
        assert again.sign_in("paged").headers["location"] == "/sign-in/code"
        assert COOKIE not in client.cookies
        assert again.open("/").status_code == 303  # half signed in is not signed in
        assert again.open("/sign-in/second").status_code == 403
        assert again.send("/sign-in/code", code="000000").status_code == 403
        assert again.send("/sign-in/code", code=codes[0]).status_code == 303
        assert again.open("/").status_code == 200
        assert STEP_COOKIE not in client.cookies


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/second", "/sign-in/password"])
def test_the_later_pages_open_nothing_without_the_earlier_ones(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).status_code == 403
    assert visitor.send(path, "<p>", code="000000", password=PASSWORD, again=PASSWORD).status_code == 403
    visitor.client.cookies.set(STEP_COOKIE, "guessed", path="/sign-in")
    assert visitor.send(path, "<p>", code="000000", password=PASSWORD, again=PASSWORD).status_code == 403
    assert COOKIE not in visitor.client.cookies


def test_stolen_expired_and_tampered_cookies(product: Product, encoded: str) -> None:
    signed = product.session()
    value = signed.cookie
    for wrong in (value[:-1], value + "a", value.swapcase(), "", signed.who.digest, "' OR 1=1 --", "\u00e9" * 10):
        with product.client() as client:
            answer = client.get("/live/ground", headers={b"cookie": f"{COOKIE}={wrong}".encode()})
            assert answer.status_code == 401
    db = product.open_store()
    with db.write() as tx:
        ended = (clock() - 1, signed.who.digest)
        tx.conn.exec_driver_sql("UPDATE web_session SET expires_at = ? WHERE hash = ?", ended)
    db.close()
    with product.client(value) as client:
        assert client.get("/live/ground").status_code == 401
    kept = product.session()
    with product.client(kept.cookie) as client:
        assert client.get("/sign-out").status_code == 200
        client.post("/sign-out", headers={"origin": product.url})
    with product.client(kept.cookie) as thief:
        assert thief.get("/live/ground").status_code == 401


USER_HEADERS = (
    "x-forwarded-user", "x-forwarded-email", "x-remote-user", "remote-user", "x-auth-request-user", "x-user",
    "x-auth-request-email", "x-webauth-user", "x-ssl-client-s-dn", "x-streamlit-user",
    "x-forwarded-preferred-username",
)  # fmt: skip


def test_no_header_of_a_client_names_a_user(product: Product, encoded: str) -> None:
    make(product, "headers.boss", encoded, "administrator")
    told = dict.fromkeys(USER_HEADERS, "headers.boss")
    with product.client() as client:
        assert client.get("/live/ground", headers=told).status_code == 401
        assert client.get("/account", headers=told).status_code == 303
        assert client.get("/api/v1/units", headers=told).status_code == 401
        assert COOKIE not in client.cookies
    viewer = product.session("viewer", "lumphini")
    with product.client(viewer.cookie) as client:
        assert "headers.boss" not in client.get("/account", headers=told).text
        assert client.get("/api/v1/audit", headers=told).status_code == 403
