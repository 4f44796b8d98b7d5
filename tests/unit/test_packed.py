"""Answers are packed where the client takes it and it is worth it, and say so."""

from __future__ import annotations

import gzip

import pytest
from starlette.requests import Request

from dashboard.packed import packed

LONG = b'{"rows":[' + b"[100.53,13.72,2]," * 400 + b"0]}"


def asked(accepts: str) -> Request:
    """A question of a client that takes these packings."""
    return Request({"type": "http", "headers": [(b"accept-encoding", accepts.encode())]})


def test_a_long_answer_is_packed_for_those_who_take_it() -> None:
    answer = packed(asked("br, gzip"), LONG, "application/json")
    assert gzip.decompress(bytes(answer.body)) == LONG
    assert len(answer.body) < len(LONG) / 10
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "accept-encoding")


@pytest.mark.parametrize(("accepts", "body"), [("br", LONG), ("", LONG), ("gzip", b'{"n":0}')])
def test_any_other_goes_as_it_is(accepts: str, body: bytes) -> None:
    answer = packed(asked(accepts), body, "application/json")
    assert answer.body == body
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"
