"""What a refused request names, and what becomes of looking it up: nothing sent along switches the log off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest

from dashboard.access.identity import Who
from dashboard.access.naming import also_named, named, place_names
from dashboard.access.refusing import MOST_WAITING, Refusing
from store.elsewhere import MOST
from tests.servers import wait_until

WHO = Who("tester", "chief", frozenset({"hat_yai"}), "session", "digest")


def names_of(path: str, query: str = "", *body: str) -> tuple[str, ...]:
    scope: dict[str, Any] = {"path": path, "query_string": query.encode("ascii")}
    place_names(scope)
    for name in body:
        also_named(scope, name)
    return named(scope)


@pytest.mark.parametrize(
    ("path", "query", "body"),
    [
        ("/api/v1/units/wanted/track", "unit={heap}", ()),
        ("/live/desk/wanted", "alarm={heap}&unit={heap}&station={heap}&zone={heap}", ()),
        ("/api/v1/incidents", "station={heap}", ("wanted",)),
        ("/api/v1/incidents", "station={heap}&station=wanted", ()),
        ("/api/v1/incidents", "zone={heap}&unit={heap}&alarm={heap}&station={heap}&station=wanted", ()),
        ("/live/tracks", "unit={heap}&unit=lumphini/wanted", ()),
    ],
)
def test_a_heap_of_other_names_never_pushes_out_the_one_that_was_asked_for(
    path: str, query: str, body: tuple[str, ...]
) -> None:
    for number in (1, 8, 500):
        for letter in ("!", "a", "\u0e2e"):  # sorted before it and behind it
            heap = "&station=".join(quote(f"{letter}{n}") for n in range(number))
            found = names_of(path, query.replace("{heap}", heap), *body)
            assert "wanted" in found[:MOST], (path, number, letter)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\x1b[2J", "a\nb", "\x7f", "\ud800", "", "x" * 257])
def test_what_no_id_can_be_is_no_name_and_hides_none(bad: str) -> None:
    assert names_of("/api/v1/incidents", "", bad, "wanted") == ("wanted",)
    assert names_of("/api/v1/alarms/wanted", f"station={quote(bad, errors='surrogatepass')}&unit=%00&alarm=%0A") in (
        ("wanted",),
        ("wanted", "\ufffd\ufffd\ufffd"),  # half of a character is no UTF-8
    )


class _Store:
    """A store whose reading fails as it is told, and waits until it may."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, 0
        self.may = threading.Event()

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.asked += 1
        assert self.may.wait(60)
        if self.error:
            raise self.error
        yield _Nothing()


class _Nothing:
    def execute(self, *_: object) -> _Nothing:
        return self

    def all(self) -> list[Mapping[str, object]]:
        return []


def test_a_look_that_fails_in_an_unforeseen_way_is_told_and_the_next_is_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = _Store(ValueError("a value the driver does not take"))
    store.may.set()
    refusing = Refusing(store, lambda: 1)  # type: ignore[arg-type]
    for name in ("one", "two"):
        refusing.not_found("203.0.113.7", [name], WHO)
    wait_until(lambda: caplog.text.count("a value the driver does not take") >= 2, what="both told")
    refusing.close()
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert store.asked == 2


def test_a_stop_waits_for_the_look_at_hand_and_for_no_other(caplog: pytest.LogCaptureFixture) -> None:
    store = _Store()
    refusing = Refusing(store, lambda: 1)  # type: ignore[arg-type]
    for number in range(MOST_WAITING + 1):
        refusing.not_found("203.0.113.7", [f"n{number}"], WHO)
    assert f"{MOST_WAITING} wait" in caplog.text  # the one too many
    wait_until(lambda: store.asked == 1, what="the first look")
    stopping = threading.Thread(target=refusing.close)
    stopping.start()
    wait_until(lambda: refusing._left == MOST_WAITING - 1, what="all behind it to be left")
    store.may.set()
    stopping.join(60)
    assert not stopping.is_alive()
    assert store.asked == 1
    assert f"{MOST_WAITING - 1} answers of 404 are not looked at" in caplog.text
