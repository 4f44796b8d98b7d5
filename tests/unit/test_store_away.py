"""The sign-in pages while the store is away: said as such, with a time to come back, and nobody is let in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access.choosing import Choosing
from dashboard.access.entrance import Entrance
from dashboard.access.identity import Who, place
from dashboard.access.own import OwnAccount
from dashboard.access.people import People
from dashboard.access.seal import Seal
from dashboard.access.sessions import COOKIE, Keeper, Limits
from dashboard.access.signin import Hashing, SignIn
from dashboard.access.signin_steps import StepPages
from dashboard.access.steps import STEP_COOKIE
from store.errors import StorageBusyError

SEAL = Seal("k3-Vq9xT0zLw7RrB1mNf5Jp8Yd2Hs6Ga4Ue")
WHO = Who("a", "dispatcher", None, "session", "d" * 64, csrf="c" * 32, account="id")


class Away:
    """A store that cannot be read or written."""

    @contextmanager
    def read(self) -> Iterator[Any]:
        raise StorageBusyError("away")
        yield

    @contextmanager
    def write(self, *_: object, **__: object) -> Iterator[Any]:
        raise StorageBusyError("away")
        yield


def signed_in(app: ASGIApp) -> ASGIApp:
    """The door, that has remembered somebody."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        place(scope, WHO)
        await app(scope, receive, send)

    return gate


Ask = Callable[[str, str, dict[str, str] | None], httpx.Response]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks the routes: method, path, fields."""
    away = cast(Any, Away())
    keeper = Keeper(away, lambda: 1, Limits(1000, 1000))
    choosing, hashing = Choosing(Entrance(away, keeper, SEAL, lambda: 1)), Hashing()
    people = People(away, lambda: 1, 1000)
    routes = [
        *SignIn(lambda: choosing, lambda: 1, hashing).routes(),
        *StepPages(lambda: choosing, lambda: 1, hashing).routes(),
        *OwnAccount(lambda: choosing, lambda: people, ZoneInfo("Asia/Bangkok"), "th", hashing).routes(),
    ]
    cookies = {STEP_COOKIE: "s" * 43, COOKIE: "c"}
    transport = httpx.ASGITransport(signed_in(Starlette(routes=routes)))

    async def answered(method: str, path: str, fields: dict[str, str] | None) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            return await client.request(method, path, data=fields)

    yield lambda method, path, fields: asyncio.run(answered(method, path, fields))
    keeper.close()


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/password", "/sign-in/second", "/account", "/sign-out"])
def test_it_is_said_and_nobody_is_let_in(ask: Ask, path: str) -> None:
    form = WHO.csrf if path == "/account" else SEAL.form("s" * 43)
    word = "ladprao tiger canal 87"
    fields = {"form": form, "code": "000000", "password": word, "again": word, "do": "end_others"}
    answers = [ask("POST", path, fields)]
    if path != "/sign-out":  # which only asks whether it is meant
        answers.append(ask("GET", path, None))
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert not any(line.startswith(COOKIE) for line in answer.headers.get_list("set-cookie"))
        assert "cannot be read now" in answer.text
