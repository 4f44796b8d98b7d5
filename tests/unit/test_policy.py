"""The door's rules: what is open is a short list, and nothing can be dressed up as one of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.csrf import from_own_page, token_returned
from dashboard.access.identity import Who
from dashboard.access.policy import OPEN_PATHS, Door, clean, door_of, host_allowed, is_page, same_origin

HOSTS = frozenset({"localhost", "127.0.0.1", "police.example"})


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/healthz", Door.OPEN),
        ("/readyz", Door.OPEN),
        ("/sign-in", Door.OPEN),
        ("/sign-in/style.css", Door.OPEN),
        ("/in/osmand", Door.KEY),
        ("/in/traccar", Door.KEY),
        ("/in/report", Door.KEY),
        ("/metrics", Door.METRICS),
        ("/api/v1/units", Door.API),
        ("/api/v1/openapi.json", Door.API),
        ("/_stcore/metrics", Door.CLOSED),
        ("/_stcore/metrics/", Door.CLOSED),
        ("/_stcore/agent/openapi.json", Door.CLOSED),
        ("/_stcore/agent/mcp", Door.CLOSED),
        ("/_stcore/agent", Door.CLOSED),
        ("/wall/_stcore/agent/interact", Door.CLOSED),
        ("/_STCORE/Agent/interact", Door.CLOSED),
        ("/_stcore/script-health-check", Door.CLOSED),
        ("/_stcore/upload_file/session/file", Door.SESSION),
        ("/desk/_stcore/upload_file/session/file", Door.SESSION),
        ("/", Door.SESSION),
        ("/wall", Door.SESSION),
        ("/live", Door.SESSION),
        ("/live/ground", Door.SESSION),
        ("/_stcore/stream", Door.SESSION),
        ("/_stcore/health", Door.SESSION),
        ("/_stcore/host-config", Door.SESSION),
        ("/static/js/index.js", Door.SESSION),
        ("/media/abc.csv", Door.SESSION),
        ("/component/x", Door.SESSION),
        ("/in/", Door.SESSION),
        ("/in/anything", Door.SESSION),
        ("/in/osmand/", Door.SESSION),
        ("/in/osmand/static", Door.SESSION),
        ("/healthz/", Door.SESSION),
        ("/healthz/static/js/index.js", Door.SESSION),
        ("/HEALTHZ", Door.SESSION),
        ("/sign-in/", Door.SESSION),
        ("/sign-in/index.html", Door.SESSION),
        ("/sign-out", Door.SESSION),
        ("/api/v1", Door.SESSION),
        ("/api/v2/units", Door.SESSION),
        ("/metrics/", Door.SESSION),
        ("/auth/login", Door.SESSION),
        ("/pages/watch/wall.py", Door.SESSION),
    ],
)
def test_door_of(path: str, door: Door) -> None:
    assert door_of(path) is door


@given(st.text(max_size=30), st.sampled_from(sorted(OPEN_PATHS)))
def test_nothing_beside_or_below_an_open_path_is_open(extra: str, path: str) -> None:
    if extra and path + extra not in OPEN_PATHS:
        assert door_of(path + extra) is not Door.OPEN
    if extra:
        assert door_of(extra + path) is not Door.OPEN


@pytest.mark.parametrize(
    "path",
    ["", "wall", "//evil", "/a//b", "/../x", "/in/../static", "/a/./b", "/a\\b", "/a\x00", "/a\r\nb", "/..", "/a/.."],
)
def test_paths_that_climb_or_hide_are_not_looked_at(path: str) -> None:
    assert not clean(path)


@pytest.mark.parametrize("path", ["/", "/wall", "/a.b/c..d", "/ไทย", "/in/osmand"])
def test_plain_paths_are_looked_at(path: str) -> None:
    assert clean(path)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "police.example", "police.example."]
)
def test_our_hosts(host: str) -> None:
    assert host_allowed(host, HOSTS)


@pytest.mark.parametrize(
    "host",
    [
        None, "", "evil.example", "localhost.evil.example", "evil.example:8501", "localhost@evil.example", "a b",
        "localhost/evil", "localhost:99999999", "localhost:x", "[::1]", "localhost,evil.example", "localhost#x", "[",
    ],
)  # fmt: skip
def test_other_hosts(host: str | None) -> None:
    assert not host_allowed(host, HOSTS)


@pytest.mark.parametrize(
    ("origin", "host", "secure", "same"),
    [
        ("http://localhost:8501", "localhost:8501", False, True),
        ("http://LOCALHOST:8501", "localhost:8501", False, True),
        ("https://police.example", "police.example", True, True),
        ("https://police.example", "police.example", False, True),
        ("http://police.example", "police.example", True, False),
        ("http://localhost:9999", "localhost:8501", False, False),
        ("http://127.0.0.1:8501", "localhost:8501", False, False),
        ("http://evil.example", "localhost:8501", False, False),
        ("http://localhost:8501.evil.example", "localhost:8501", False, False),
        ("null", "localhost:8501", False, False),
        ("", "localhost:8501", False, False),
        ("file://", "localhost:8501", False, False),
        ("chrome-extension://localhost:8501", "localhost:8501", False, False),
        ("http://", "", False, False),
    ],
)
def test_same_origin(origin: str, host: str, secure: bool, same: bool) -> None:
    assert same_origin(origin, host, secure) is same


@pytest.mark.parametrize(
    ("method", "origin", "site", "allowed"),
    [
        ("GET", "http://evil.example", "cross-site", True),
        ("POST", "http://localhost", "same-origin", True),
        ("POST", None, None, True),
        ("POST", None, "none", True),
        ("POST", None, "cross-site", False),
        ("POST", None, "same-site", False),
        ("POST", "http://evil.example", None, False),
        ("DELETE", "null", None, False),
        ("TRACE", "http://evil.example", None, False),
    ],
)
def test_unsafe_requests_come_from_our_own_page(
    method: str, origin: str | None, site: str | None, allowed: bool
) -> None:
    assert from_own_page(method, origin, site, "localhost", secure=False) is allowed


def test_the_csrf_value_must_be_the_sessions_own() -> None:
    who = Who("a", "viewer", None, "session", "d", csrf="right")
    assert token_returned(who, "right")
    assert not token_returned(who, "wrong")
    assert not token_returned(who, "ผิด")
    assert not token_returned(who, None)
    assert not token_returned(Who("a", "viewer", None, "session", "d", csrf=""), "")


def test_pages_redirect_and_machines_do_not() -> None:
    assert all(is_page(path) for path in ("/", "/wall", "/incidents", "/lively"))
    assert not any(is_page(path) for path in ("/live", "/live/ground", "/_stcore/stream", "/static/a.js", "/api/v1"))


def test_who_sees_which_stations() -> None:
    who = Who("a", "viewer", frozenset({"a"}), "session", "d")
    assert who.sees("a")
    assert not who.sees("b")
    assert Who("a", "viewer", None, "session", "d").sees("b")
