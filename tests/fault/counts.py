"""What a fault test counted and timed, for the page of the long form: senders note their ledgers when they close."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Took:
    """The longest of the times of one name, in s, and what the goal table allows."""

    seconds: float
    at_most: float | None

    @property
    def late(self) -> bool:
        """Whether it is more than allowed."""
        return self.at_most is not None and self.seconds > self.at_most

    def __str__(self) -> str:
        allowed = "" if self.at_most is None else f" (allowed: {self.at_most:g} s)"
        return f"{self.seconds:.1f} s{allowed}"


_NOTED: Counter[str] = Counter()
_TOOK: dict[str, Took] = {}


def note(what: str, number: int) -> None:
    """Add to a count of the running test; nothing is noted of a sender that sent nothing."""
    if number:
        _NOTED[what] += number


def took(what: str, seconds: float, at_most: float | None = None) -> None:
    """Note a time of the running test; of several of one name the longest stays.

    Held against `at_most` at the end of the test, when everything is counted, and in the long form alone: the short
    one shares its machine with other tests.
    """
    known = _TOOK.get(what)
    _TOOK[what] = Took(max(seconds, known.seconds if known else 0.0), at_most)


@contextmanager
def timing(what: str, reached: Callable[[], bool], at_most: float | None = None) -> Iterator[None]:
    """Note how long from now on it takes until `reached`, while the test goes on with its work.

    Raises:
        AssertionError: it was not reached by half a minute after the context's end.
    """
    begun, found = time.monotonic(), threading.Event()
    given_up = threading.Event()

    def watch() -> None:
        while not given_up.is_set():
            if reached():
                took(what, time.monotonic() - begun, at_most)
                found.set()
                return
            given_up.wait(0.02)

    thread = threading.Thread(target=watch, name="timing", daemon=True)
    thread.start()
    try:
        yield
        assert found.wait(60), f"never: {what}"
    finally:
        given_up.set()
        thread.join(60)


def taken() -> tuple[dict[str, int], dict[str, Took]]:
    """What was noted since the last call: counts, and times."""
    found = dict(_NOTED), dict(_TOOK)
    _NOTED.clear()
    _TOOK.clear()
    return found
