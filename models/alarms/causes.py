"""What is wrong with boxes, feeds and the disk, by what is known of them: which kinds of trouble stand. Pure.

Nothing here remembers: the same state always says the same, so a missed look, a restart or a second process makes no
alarm too many and none too few. `store.alarms.trouble` holds the open alarms against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from models.alarms.kinds import Kind
from models.disk import Disk
from models.readiness import BATTERY_LOW_PCT
from models.records.alarm import AlarmNow
from models.records.base import SYSTEM_STATION, Millis
from models.records.sos import SosBox

#: Trouble that is gone ends its alarm only this long after it was last heard of: what comes and goes (three times a
#: minute and more: chatter) counts on one alarm instead of raising new ones.
HOLD_MS = 60_000

#: A battery is low below the limit, and no longer low from this much above it, in percent points.
BATTERY_RISE_PCT = 5.0

#: A feed that is silent for longer than this was taken away, not stopped: no new alarm for it.
GONE_MS = 24 * 3_600_000

#: A certificate that ends within this long is trouble: time enough to issue and hand out another.
CERTIFICATE_MS = 60 * 24 * 3_600_000

#: Our own heartbeat comes each 5 s; the screens' band says so after 15 s, the alarm for the record after this.
BEAT_SILENT_MS = 60_000

#: The feed of our own heartbeat.
BEAT = ("system", SYSTEM_STATION)


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as trouble: silence of a box, a battery, silence of a feed (0: never)."""

    box_silent_ms: Millis = 170_000
    battery_low_pct: float = BATTERY_LOW_PCT
    feed_silent_ms: Millis = 600_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was judged of one origin: of the kinds `among`, those that stand, each with what it says of itself."""

    station: str
    origin_kind: str
    origin: str
    among: frozenset[Kind]
    standing: Mapping[Kind, str] = field(default_factory=lambda: MappingProxyType({}))
    place: str = ""
    lat: float | None = None
    lon: float | None = None


def fault_kind(fault: str) -> Kind:
    """The kind of trouble a box's word for its fault stands for."""
    return Kind.TAMPER if fault == Kind.TAMPER else Kind.BOX_FAULT


def of_box(box: SosBox, now: Millis, limits: Limits, heard_since: Millis, low_already: bool) -> Trouble:
    """What is wrong with a box.

    `heard_since`: since when boxes can be heard at all; silence before that is ours, not theirs: until a box that was
    lost could have been heard for long enough, that it is lost is not judged. `low_already`: an
    alarm says that its battery is low.
    """
    among = {Kind.BOX_LOST}
    standing: dict[Kind, str] = {}
    if box.fault:
        # A second fault does not end the first: only `restore` ends both.
        kind = fault_kind(box.fault)
        among.add(kind)
        standing[kind] = "" if kind is Kind.TAMPER else box.fault
    else:
        among |= {Kind.TAMPER, Kind.BOX_FAULT}
    if box.battery_pct is not None:
        among.add(Kind.BATTERY_LOW)
        limit = limits.battery_low_pct + (BATTERY_RISE_PCT if low_already else 0)
        if box.battery_pct < limit:
            standing[Kind.BATTERY_LOW] = f"{box.battery_pct:.0f} %"
    if box.online is False:
        standing[Kind.BOX_LOST] = "offline"
    elif box.heard_at is not None and not 0 <= now - box.heard_at <= limits.box_silent_ms:
        if now - heard_since <= limits.box_silent_ms:
            among.discard(Kind.BOX_LOST)  # not known: neither raised nor ended
        elif box.heard_at <= now:
            standing[Kind.BOX_LOST] = "silent"
    return Trouble(box.station, "box", box.box, frozenset(among), standing, box.name_th or box.box, box.lat, box.lon)


def of_feeds(
    newest: Mapping[tuple[str, str], Millis],
    watched: frozenset[str],
    now: Millis,
    limits: Limits,
    since: Millis = 0,
    heard_since: Millis = 0,
) -> list[Trouble]:
    """Which feeds have stopped. `newest`: the newest arrival by (source, station); `watched`: stations that have
    something in the street which speaks by itself, so that silence of them means something; `since`: silence before
    that moment is not known to be one.

    `heard_since`: since when our own heartbeat comes through. While it does not (then it is now) no other feed is
    judged: that nothing is heard is our own fault, and said once, as ours.
    """
    result: list[Trouble] = []
    for (source, station), at in newest.items():
        own = (source, station) == BEAT
        limit = BEAT_SILENT_MS if own else limits.feed_silent_ms
        silent = now - at
        if not (own or (station in watched and limit)) or silent > GONE_MS:
            continue
        if now - (since if own else max(since, heard_since)) <= limit and not 0 <= silent <= limit:
            continue  # not known: neither raised nor ended
        standing = {Kind.FEED_STOPPED: ""} if silent > limit else {}
        result.append(Trouble(station, "feed", source, frozenset({Kind.FEED_STOPPED}), MappingProxyType(standing)))
    return result


def of_disk(word: Disk, free_mb: int) -> Trouble:
    """What is wrong with the disk the data lies on."""
    kinds = {"low": Kind.DISK_LOW, "full": Kind.DISK_FULL}
    standing = {kinds[word]: f"{free_mb} MB"} if word in kinds else {}
    return Trouble(SYSTEM_STATION, "server", "disk", frozenset(kinds.values()), MappingProxyType(standing))


def of_certificates(ends: Mapping[str, Millis], now: Millis) -> Trouble:
    """Which certificate between broker and workers ends first, when it does so soon. `ends`: name -> its last moment.
    Without one the broker lets nobody in, and no press comes."""
    soon = sorted((end, name) for name, end in ends.items() if end - now < CERTIFICATE_MS)
    standing = {}
    if soon:
        end, name = soon[0]
        standing[Kind.CERTIFICATE_ENDS] = f"{name} {datetime.fromtimestamp(end / 1000, UTC):%Y-%m-%d}"
    return Trouble(
        SYSTEM_STATION, "server", "certificate", frozenset({Kind.CERTIFICATE_ENDS}), MappingProxyType(standing)
    )


def changes(trouble: Trouble, still_open: Iterable[AlarmNow], now: Millis) -> bool:
    """Whether the open alarms of its origin do not say what stands: one is to be raised, or to end."""
    known = {alarm.kind: alarm for alarm in still_open}
    return any(
        (kind not in known) if kind in trouble.standing else (kind in known and may_end(known[kind], now))
        for kind in trouble.among
    )


def may_end(alarm: AlarmNow, now: Millis) -> bool:
    """Whether it is long enough ago that the trouble was last heard of; or the clock was set back meanwhile."""
    return abs(now - alarm.last_at) >= HOLD_MS
