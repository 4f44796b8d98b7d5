"""Which notices are due: from the open alarms, the channels, and what was tried so far; which go together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.alarms.ladder import INSISTS
from models.alarms.life import State
from models.alarms.queue import FLOOD, FLOOD_MS
from models.notices.channels import Channel
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.notice import Notice, Outcome

#: After the n-th failed try the next one waits so long, in ms; the last one holds for all that follow. An SOS
#: nobody answers is never given up.
AGAIN_MS: tuple[Millis, ...] = (5_000, 15_000, 45_000, 120_000, 300_000)

#: A try nobody heard the end of counts as failed after this time: the process that made it is gone.
LOST_MS: Millis = 60_000

#: Most notices a channel sends in one go, before it is looked anew what is due.
AT_ONCE = 4

#: What went out on a channel within `FLOOD_MS` before it tells what is due in one message, and how often at most. A
#: phone that rings a hundred times in ten minutes is put away.
SINGLES = FLOOD
TOGETHER_EACH_MS: Millis = 60_000

#: Most alarms of one message; the others are in the next.
MOST_TOGETHER = 200


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
    what it sent this month.

    Told is who stands on the alarm's own level; of one that went up two levels at once, each channel hears once.
    Once somebody has answered, nobody else is called.
    """
    known = {(one.station, one.alarm, one.level, one.channel): one for one in newest}
    found: list[Due] = []
    left = {one.name: one.monthly_quota - spent.get(one.name, 0) for one in channels if one.monthly_quota is not None}
    for alarm in alarms:
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
    """What a channel sends now: each by itself, or all `together` in one message."""

    dues: tuple[Due, ...]
    together: bool = False


def next_go(dues: Iterable[Due], lately: Sequence[Millis] = (), now: Millis = 0) -> Go:
    """What a channel sends before it is asked again. `lately`: when its messages of the last `FLOOD_MS` went out.

    First tries before later ones, so that a channel in trouble with many alarms does not keep a new one waiting; of
    these the highest level first, then the longest wait. The first `SINGLES` alarms in ten minutes are told one by
    one; from then on what is due goes out in one message, one in `TOGETHER_EACH_MS` at most. No alarm is left out.
    """
    ordered = sorted(dues, key=lambda one: (one.attempt, -one.level, one.alarm.raised_at))
    singles = SINGLES - sum(1 for at in lately if abs(now - at) < FLOOD_MS)
    if singles > 0:
        return Go(tuple(ordered[: min(AT_ONCE, singles)]))
    if lately and abs(now - max(lately)) < TOGETHER_EACH_MS:
        return Go(())
    # One message, so the quota that is left for one is enough for all of them.
    affordable = [replace(one, exhausted=False) for one in ordered] if not _all_exhausted(ordered) else ordered
    return Go(tuple(affordable[:MOST_TOGETHER]), together=True)


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
