"""The small parts of the door: the limit on attempts, the page, the content policy, secrets, sockets that end."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from dashboard.access import forms, sockets
from dashboard.access.headers import content_policy, script_hashes
from dashboard.access.messages import MESSAGES
from dashboard.access.page import link_page, sign_out_page
from dashboard.access.secret import derived
from dashboard.access.throttle import Throttle
from store.audit.keys import demo_secret


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0

    def __call__(self) -> int:
        return self.at


def test_the_throttle_counts_a_window_for_each_caller() -> None:
    clock = Clock()
    throttle = Throttle(clock, most=2, window_ms=1000)
    assert [throttle.allow("a") for _ in range(3)] == [True, True, False]
    assert throttle.allow("b")
    clock.at = 999
    assert not throttle.allow("a")
    clock.at = 1000
    assert throttle.allow("a")


def test_the_throttle_remembers_a_bounded_number_of_callers() -> None:
    throttle = Throttle(Clock(), most=1, window_ms=1000, callers=3)
    for caller in "abcd":
        assert throttle.allow(caller)
    assert len(throttle._seen) == 3
    assert not throttle.allow("d")


@pytest.mark.parametrize("why", [*MESSAGES, "", "<script>"])
def test_the_page_holds_no_script_and_speaks_both_languages(why: str) -> None:
    bad = '"><script>'
    pages = (
        forms.sign_in_page(bad, why, 3, bad, bad), link_page(bad, why), sign_out_page("<script>x"),
        forms.code_page(bad, why), forms.password_page(bad, bad, why), forms.codes_page([bad]), forms.over_page(why),
        forms.password_page(bad, "", why, first=True, name=bad, shown=bad), forms.second_page(bad, "", bad, why),
    )  # fmt: skip
    for page in pages:
        assert "<script" not in page
        assert 'lang="en"' in page
        assert "http" not in page.replace('http-equiv="', "")


def test_the_policy_names_the_sockets_of_the_host() -> None:
    assert "connect-src 'self' data: blob: ws://a:1 wss://a:1;" in content_policy("a:1", secure=False)
    assert "connect-src 'self' data: blob: wss://a;" in content_policy("a", secure=True)


def test_inline_scripts_are_allowed_by_hash_only() -> None:
    page = b"<script>alert(1)</script><script src='x'></script><script type='module'>\n2</script>"
    first, second = script_hashes(page)
    # echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
    assert first == "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert second in content_policy("a", True, [first, second])


def test_the_demos_secret_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    first = demo_secret(tmp_path / "var")
    assert len(first) >= 48
    assert demo_secret(tmp_path / "var") == first
    assert demo_secret(tmp_path / "other") != first
    assert stat.S_IMODE((tmp_path / "var" / "demo-secret").stat().st_mode) == 0o600


def test_derived_keys_differ_by_purpose() -> None:
    assert derived("s", "a") != derived("s", "b")
    assert len(derived("s", "a")) == 64


def run_guarded(lives: Callable[[], bool], app_says: list[Message]) -> list[Message]:
    """Run an endless socket behind `guarded` and return what reached the client."""
    sent: list[Message] = []
    told: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in app_says:
            await send(message)
        while True:
            message = await receive()
            told.append(message)
            if message["type"] == "websocket.disconnect":
                await send({"type": "websocket.send", "text": "too late"})
                return

    async def receive() -> Message:
        return await asyncio.Event().wait() or {}  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    async def still() -> bool:
        await asyncio.sleep(0)
        return lives()

    asyncio.run(asyncio.wait_for(sockets.guarded(app, {"type": "websocket"}, receive, send, still), 60))
    assert told == [{"type": "websocket.disconnect", "code": 1008, "reason": "session ended"}]
    return sent


def test_an_open_socket_ends_with_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "RECHECK_S", 0.001)
    answers = iter([True, True, False])
    sent = run_guarded(lambda: next(answers), [{"type": "websocket.accept"}])
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == 1008


def test_a_socket_whose_watching_breaks_does_not_stay_open() -> None:
    def broken() -> bool:
        raise RuntimeError("a fault of ours")

    sent = run_guarded(broken, [{"type": "websocket.accept"}])
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]


def test_a_socket_whose_app_closed_it_is_not_closed_twice() -> None:
    sent = run_guarded(lambda: False, [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 1000}])
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
