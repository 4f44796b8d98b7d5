"""Answers that have no end, in time or in bytes."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from dashboard.access.bounded import Bounded

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n"


@contextmanager
def saying(parts: list[bytes], gap_s: float = 0.0) -> Iterator[str]:
    """The address of a server that answers once, a part after the other; to the end unless it is cut off."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        try:
            with server.accept()[0] as peer:
                peer.recv(65536)
                for part in parts:
                    peer.sendall(part)
                    if over.wait(gap_s):
                        return
        except OSError:
            return  # it was cut off

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    over.set()
    server.close()
    thread.join()


def asked(url: str, patience_s: float = 20.0) -> bytes:
    with requests.Session() as session:
        session.mount("http://", Bounded(patience_s, 1000))
        return session.get(url).content


def letters(whole: bytes) -> list[bytes]:
    return [whole[at : at + 1] for at in range(len(whole))]


def test_an_answer_in_time_and_short_enough_is_whole() -> None:
    body = b"x" * 1000
    with saying([HEAD % (1000, b""), body]) as url:
        assert asked(url) == body


@pytest.mark.parametrize("where", ["head", "body"])
def test_one_that_says_a_byte_now_and_then_is_cut_off(where: str) -> None:
    """Each read is in time; without the end of the whole this would be an answer after half a minute."""
    whole = HEAD % (200, b"x-long: " + b"y" * 200 + b"\r\n") + b"z" * 200
    at = 0 if where == "head" else len(whole) - 200
    with saying([whole[:at], *letters(whole[at:])], 0.1) as url, pytest.raises(requests.RequestException):
        asked(url, 0.5)


@pytest.mark.parametrize("packed", [False, True])
def test_one_that_is_too_long_is_none(packed: bool) -> None:
    body = gzip.compress(b"x" * 5_000_000) if packed else b"x" * 1001
    head = HEAD % (len(body), b"content-encoding: gzip\r\n" if packed else b"")
    with saying([head, body]) as url, pytest.raises(requests.RequestException):
        asked(url)


@pytest.mark.parametrize("rest", [b"no gzip at all", b""])
def test_what_cannot_be_read_is_said_in_the_words_of_requests(rest: bytes) -> None:
    """urllib3's own errors are none of them, and would be an error of ours."""
    head = HEAD % (14, b"content-encoding: gzip\r\n")
    with saying([head, rest]) as url, pytest.raises(requests.RequestException):
        asked(url)
