"""Which of several maps of one place is shown first: the one that claims most. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from store.hotspots import StoredMap

#: A measured map before one that is not, and both before those that claim nothing.
_ORDER = {"shown": 3, "grey": 2, "no_hotspot": 1, "too_few": 0}


def claims_most(maps: Iterable[StoredMap]) -> StoredMap | None:
    """The map whose flagged cells hold most expected cases; None of none."""
    return max(maps, key=lambda one: (_ORDER[one.map.verdict], one.map.expected_flagged), default=None)
