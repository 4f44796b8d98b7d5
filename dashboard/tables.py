"""Records as rows of tables, in the reader's language. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from dashboard.times import age, moment
from dashboard.words import Language, word
from models.picture import SourceNow
from models.records.base import Millis, Reason
from models.records.device import Device
from models.records.station import Station
from store.sources import ACCEPTED, DUPLICATE, LATE, Counted

Row = dict[str, str | int | None]

_REASONS = frozenset(reason.value for reason in Reason)


def station_names(stations: Iterable[Station], language: Language) -> dict[str, str]:
    """Code -> name of the stations."""
    return {one.code: one.name_th if language == "th" else one.name_en for one in stations}


def link_rows(sources: Iterable[SourceNow], zone: ZoneInfo, language: Language) -> list[Row]:
    """One row for each connection that said whether it is up, and since when."""
    return [
        {
            word("feeds.link", language): one.source,
            word("feeds.state", language): word("feeds.up" if one.connected else "feeds.down", language),
            word("feeds.since", language): moment(one.state_at, zone, language),
        }
        for one in sorted(sources, key=lambda source: source.source)
        if one.connected is not None
    ]


def source_rows(counted: Sequence[Counted], now: Millis, zone: ZoneInfo, language: Language) -> list[Row]:
    """One row a source: received, accepted, duplicate, late, rejected, newest arrival and its age."""
    by_source: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    newest: dict[str, Millis] = defaultdict(int)
    for one in counted:
        by_source[one.source][one.reason] += one.count
        newest[one.source] = max(newest[one.source], one.newest_at)
    rows: list[Row] = []
    for name, counts in sorted(by_source.items()):
        rejected = sum(n for reason, n in counts.items() if reason in _REASONS)
        accepted, duplicate = counts.get(ACCEPTED, 0), counts.get(DUPLICATE, 0)
        at = newest.get(name, 0)
        rows.append(
            {
                word("feeds.source", language): name,
                word("feeds.received", language): accepted + duplicate + rejected,
                word("feeds.accepted", language): accepted,
                word("feeds.duplicate", language): duplicate,
                word("feeds.late", language): counts.get(LATE, 0),
                word("feeds.rejected", language): rejected,
                word("feeds.newest", language): moment(at, zone, language),
                word("feeds.age", language): age(now - at, language) if at else "",
            }
        )
    return rows


def reason_rows(
    counted: Sequence[Counted], stations: Mapping[str, str], zone: ZoneInfo, language: Language
) -> list[Row]:
    """One row for each source, station and reason of what was rejected, the most first."""
    rejected = sorted((one for one in counted if one.reason in _REASONS), key=lambda one: -one.count)
    return [
        {
            word("feeds.source", language): one.source,
            word("flt.station", language): stations.get(one.station, "-"),
            word("feeds.reason", language): word(f"reason.{one.reason}", language),
            word("feeds.count", language): one.count,
            word("feeds.newest", language): moment(one.newest_at, zone, language),
        }
        for one in rejected
    ]


def device_rows(devices: Iterable[Device], zone: ZoneInfo, language: Language) -> list[Row]:
    """Devices that were heard but wait for an administrator."""
    return [
        {
            word("feeds.source", language): one.source,
            word("feeds.device", language): one.foreign_id,
            word("feeds.heard", language): one.heard,
            word("feeds.first_seen", language): moment(one.first_seen, zone, language),
            word("feeds.last_seen", language): moment(one.last_seen, zone, language),
        }
        for one in devices
    ]
