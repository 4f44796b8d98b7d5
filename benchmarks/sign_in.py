"""Signing in with name and password at the recommended cost of argon2id; beside the hash alone, and refusals."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

import httpx

from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station
from dashboard.access import argon
from dashboard.access.choosing import new_account
from dashboard.access.sessions import COOKIE
from models.records.account import Account
from store import accounts
from store.database import open_database
from tests.fault.product import now_ms

NAME = "sign-in"
MOST_MS = 500.0
PASSWORD = "ladprao tiger canal 87"  # noqa: S105 - of nobody
WRONG = "violet buffalo on rama four"

#: Each account is refused only so often that nothing has to wait.
TRIES = 2


def _furnish(station: Station, names: list[str]) -> None:
    encoded, db = argon.hashed(PASSWORD), open_database(station.url)
    try:
        with db.write() as tx:
            for name in names:
                made = new_account(name, "", "dispatcher", "*", now_ms())
                assert isinstance(made, Account)
                made.password = encoded
                accounts.add(tx, made)
    finally:
        db.close()


def _asked(client: httpx.Client, name: str, password: str, address: str, right: bool) -> float:
    """ms from the press of the button to the answer; infinite when it was not the one to come."""
    page = client.get("/sign-in")
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found
    fields = {"form": found[1], "name": name, "password": password}
    began = time.perf_counter()
    try:
        answer = client.post("/sign-in", data=fields, headers={"x-forwarded-for": address})
    except httpx.HTTPError:
        return math.inf
    took = (time.perf_counter() - began) * 1000
    came = answer.status_code == 303 and COOKIE in answer.cookies if right else answer.status_code == 403
    return took if came else math.inf


def _times(count: int, one: Callable[[int], float]) -> list[float]:
    return [one(number) for number in range(count)]


def measure(rig: Rig) -> Figure:
    """The figure."""
    count = rig.of(200, 10)
    names = [f"bench{number:03d}x" for number in range(count // TRIES)]
    with rig.station() as station:
        _furnish(station, names)
        station.start()
        with httpx.Client(base_url=station.web.base, timeout=20) as client:
            _asked(client, names[0], PASSWORD, "10.0.0.1", True)  # what is loaded by the first is loaded
            right = _times(count, lambda n: _asked(client, names[n % len(names)], PASSWORD, "10.0.0.1", True))
            wrong, unknown = [], []
            for number in range(count):  # by turns, so that a busy moment meets both
                address = f"10.1.{number % 250}.{number // 250}"
                wrong.append(_asked(client, names[number % len(names)], WRONG, address, False))
                unknown.append(_asked(client, f"nobody{number:03d}", WRONG, address, False))
    encoded = argon.hashed(PASSWORD)
    bare = _times(count, lambda _n: _verified(encoded))
    lines = [
        Line(
            "signed in: button to session", spread(right), spread(bare), f"p95 <= {MOST_MS:.0f} ms",
            percentile(right, 0.95) <= MOST_MS,
        ),
        Line("wrong password of a name there is", spread(wrong), spread(bare)),
        Line("a name that is nobody's", spread(unknown), spread(bare)),
    ]  # fmt: skip
    how = (
        "argon2id of RFC 9106 for little memory (64 MiB, three passes, four lanes); a form sent by HTTP to the "
        f"running product, {len(names)} accounts, one after the other. Bare: the same hash checked in a process "
        "of its own. A refusal must take as long for a name there is as for one that is nobody's."
    )
    samples: dict[str, object] = {
        "right_ms": plain(right), "wrong_ms": plain(wrong), "unknown_ms": plain(unknown), "bare_ms": plain(bare),
    }  # fmt: skip
    return Figure(NAME, "Signing in with name and password", how, lines, samples)


def _verified(encoded: str) -> float:
    began = time.perf_counter()
    assert argon.right(encoded, PASSWORD)
    return (time.perf_counter() - began) * 1000
