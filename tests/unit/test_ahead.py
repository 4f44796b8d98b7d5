"""One step ahead: order, errors in their place, never more than one item ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from models.imports.ahead import ahead


def test_in_order_each_once_and_one_step_ahead() -> None:
    made: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    stream = ahead(items())
    assert next(stream) == 0
    assert second.wait(30)  # made while the first is used
    assert made == [0, 1]
    assert list(stream) == [1, 2, 3, 4]


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 0
        raise OSError("broke")

    stream = ahead(items())
    assert next(stream) == 0
    with pytest.raises(OSError, match="broke"):
        next(stream)


def test_who_stops_early_has_nothing_running_behind_him() -> None:
    def items() -> Iterator[int]:
        yield from range(100)

    stream = ahead(items())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [one for one in threading.enumerate() if one.name.startswith("ahead")]
