"""`sources`: what each source delivered and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter

from dashboard.api.caller import Calling
from dashboard.api.paging import iso
from models.access.policy import Action
from models.picture import Picture
from models.records.base import Millis
from store import sources as store

router = APIRouter(tags=["sources"])

#: (source, station)
_Feed = tuple[str, str]


def lags(picture: Picture) -> dict[_Feed, list[Millis]]:
    """Arrival minus device time of the newest fixes of every unit, ms, ascending, by source and station."""
    found: dict[_Feed, list[Millis]] = defaultdict(list)
    for unit in picture.units.values():
        for fix in unit.tail:
            if fix.received_at:
                found[fix.source, fix.station].append(max(0, fix.received_at - fix.at))
    return {feed: sorted(values) for feed, values in found.items()}


def quantile(ascending: list[Millis], share: float) -> float | None:
    """The value, in s, that `share` of them do not exceed (nearest rank); None of none."""
    if not ascending:
        return None
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))] / 1000


def _by_feed(counts: Iterable[store.Counted]) -> dict[_Feed, list[store.Counted]]:
    found: dict[_Feed, list[store.Counted]] = defaultdict(list)
    for item in counts:
        found[item.source, item.station].append(item)
    return found


@router.get("/sources")
def sources(call: Calling) -> dict[str, Any]:
    """Counts since the beginning by source and station; the lag is that of the newest fixes of each unit."""
    call.must(Action.SEE_MAP)
    with call.parts.db.read() as conn:
        feeds = _by_feed(store.counts(conn, call.alarm_stations(conn)))
    lag = lags(call.parts.follower.picture)
    result = []
    for (source, station), counts in sorted(feeds.items()):
        by_reason = {item.reason: item.count for item in counts}
        accepted, duplicate, late = (by_reason.pop(word, 0) for word in (store.ACCEPTED, store.DUPLICATE, store.LATE))
        result.append(
            {
                "source": source,
                "station": station,
                "received": accepted + duplicate + sum(by_reason.values()),
                "accepted": accepted,
                "duplicate": duplicate,
                "rejected": by_reason,
                "late": late,
                "lag_p50_s": quantile(lag.get((source, station), []), 0.5),
                "lag_p95_s": quantile(lag.get((source, station), []), 0.95),
                "newest": iso(max(item.newest_at for item in counts), call.parts.zone),
            }
        )
    return {"sources": result}
