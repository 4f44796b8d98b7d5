"""Which notices are due: from the open alarms, the channels, and what was tried so far; which go together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.alarms.ladder import INSISTS
from models.alarms.life import State
from models.alarms.queue import FLOOD, FLOOD_MS
from models.notices.channels import Channel
from models.notices.order import is_help, told_first
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.notice import Notice, Outcome

#: After the n-th failed try the next one waits so long, in ms; the last one holds for all that follow. An SOS
#: nobody answers is never given up.
AGAIN_MS: tuple[Millis, ...] = (5_000, 15_000, 45_000, 120_000, 300_000)

#: A try nobody heard the end of counts as failed after this time: the process that made it is gone.
LOST_MS: Millis = 60_000

#: Most calls for help a channel tells one by one in one go, before it is looked anew what is due. Of reports and
#: drills it is one, so that a call for help waits for no more than that.
AT_ONCE = 4

#: After so many messages within `FLOOD_MS` a channel tells what is due together: a phone that rings a hundred times
#: in ten minutes is put away. Calls for help are counted apart: no report and no drill spends one of theirs.
SINGLES = FLOOD

#: Longest wait between two messages of many, in ms: calls for help are told within seconds, reports and drills each
#: minute.
HELP_EACH_MS: Millis = 10_000
OTHERS_EACH_MS: Millis = 60_000

#: Most alarms of one message. Each of them is named in it: what is only counted has not been told.
MOST_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Message:
    """A message that went out on a channel. `help`: it told of a person in need."""

    at: Millis
    help: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is due. `attempt` counts from 1; `exhausted`: the month's quota is spent, so it is not sent."""

    alarm: AlarmNow
    level: int
    channel: Channel
    attempt: int
    exhausted: bool = False


def due(
    alarms: Iterable[AlarmNow],
    channels: Sequence[Channel],
    newest: Iterable[Notice],
    spent: Mapping[str, int],
    now: Millis,
) -> list[Due]:
    """What is to be sent at a moment. `newest`: of each alarm, level and channel its newest try; `spent`: channel ->
    what it sent this month; what is left of a quota is for those who are told first.

    Told is who stands on the alarm's own level; of one that went up two levels at once, each channel hears once.
    Once somebody has answered, nobody else is called.
    """
    known = {(one.station, one.alarm, one.level, one.channel): one for one in newest}
    found: list[Due] = []
    left = {one.name: one.monthly_quota - spent.get(one.name, 0) for one in channels if one.monthly_quota is not None}
    for alarm in sorted(alarms, key=told_first):
        if alarm.state != State.RAISED or alarm.family not in INSISTS:
            continue
        for channel in channels:
            levels = [level for level in range(alarm.level + 1) if channel.wants(alarm.station, level)]
            if not levels:
                continue
            level = max(levels)
            last = known.get((alarm.station, alarm.id, level, channel.name))
            if wants_another(last, now):
                exhausted = left.get(channel.name, 1) <= 0
                attempt = 1 if last is None else last.attempt + 1
                found.append(Due(alarm, level, channel, attempt, exhausted))
                if channel.name in left:
                    left[channel.name] -= 1
    return found


@dataclass(frozen=True, slots=True)
class Go:
    """What a channel sends now: each by itself, or all `together` in one message; `more` wait for the next one."""

    dues: tuple[Due, ...]
    together: bool = False
    more: int = 0


def next_go(dues: Iterable[Due], lately: Sequence[Message] = (), now: Millis = 0) -> Go:
    """What a channel sends before it is asked again. `lately`: its messages of the last `FLOOD_MS`.

    Calls for help go before everything else, and never wait for a report or a drill. Of each kind first tries go
    before later ones, so that a channel in trouble with many alarms does not keep a new one waiting; of these the
    highest level, then as `told_first`. The first `SINGLES` in ten minutes are told one by one; from then on
    `MOST_TOGETHER` go out in one message, each of them named. Whom a message does not name is in the next one.
    """
    help_due: list[Due] = []
    other_due: list[Due] = []
    for one in sorted(dues, key=lambda one: (one.attempt, -one.level, told_first(one.alarm))):
        (help_due if is_help(one.alarm.family, one.alarm.marks) else other_due).append(one)
    helped = [message.at for message in lately if message.help]
    others = [message.at for message in lately if not message.help]
    # A full message of calls for help waits for nothing.
    each_ms = 0 if len(help_due) >= MOST_TOGETHER else HELP_EACH_MS
    go = _of_one_kind(help_due, helped, now, AT_ONCE, each_ms)
    if go.dues:
        return go
    other_due.sort(key=lambda one: told_first(one.alarm)[0])  # reports before drills
    return _of_one_kind(other_due, others, now, 1, OTHERS_EACH_MS)


def _of_one_kind(ordered: Sequence[Due], lately: Sequence[Millis], now: Millis, at_once: int, each_ms: Millis) -> Go:
    singles = SINGLES - sum(1 for at in lately if abs(now - at) < FLOOD_MS)
    # With less left of a quota than is due, one by one would leave some untold that one message can name.
    scarce = any(one.exhausted for one in ordered) and not _all_exhausted(ordered)
    if singles > 0 and not scarce:
        return Go(tuple(ordered[: min(at_once, singles)]))
    if singles <= 0 and lately and abs(now - max(lately)) < each_ms:
        return Go(())
    # One message, so the quota that is left for one is enough for all of them.
    affordable = [replace(one, exhausted=False) for one in ordered] if not _all_exhausted(ordered) else ordered
    named = tuple(affordable[:MOST_TOGETHER])
    return Go(named, together=len(named) > 1, more=len(ordered) - len(named))


def _all_exhausted(dues: Sequence[Due]) -> bool:
    return all(one.exhausted for one in dues)


def wants_another(last: Notice | None, now: Millis) -> bool:
    """Whether a notice with this newest try needs one more at a moment. A clock set back must not silence it."""
    if last is None:
        return True
    if last.outcome in (Outcome.SENT, Outcome.QUOTA):
        return False
    pause = LOST_MS if last.outcome == Outcome.SENDING else AGAIN_MS[min(last.attempt, len(AGAIN_MS)) - 1]
    return abs(now - last.at) >= pause


def troubled(made: Iterable[Notice]) -> frozenset[str]:
    """Channels whose newest try for an alarm that ended did not arrive: one under way has told nobody yet."""
    newest: dict[str, Notice] = {}
    for one in made:
        if one.outcome == Outcome.SENDING:
            continue
        known = newest.get(one.channel)
        if known is None or (one.level, one.attempt) > (known.level, known.attempt):
            newest[one.channel] = one
    return frozenset(name for name, one in newest.items() if one.outcome in (Outcome.FAILED, Outcome.QUOTA))
