"""One step ahead: the next item of a stream is made while the one before is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")
_END: Any = object()


def ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The items in their order; while one is used the next is made in a thread of its own, never more than that.

    What the making of an item raises is raised where that item would have come. Who stops early waits for the item
    under way.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        coming = thread.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, items, _END)
            yield item
