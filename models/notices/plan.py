"""Which notices are due: from the open alarms, the channels, and what was tried so far. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.alarms.ladder import INSISTS
from models.alarms.life import State
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
    tries: Iterable[Notice],
    spent: Mapping[str, int],
    now: Millis,
) -> list[Due]:
    """What is to be sent at a moment. `spent`: channel -> what it sent this month.

    Told is who stands on the alarm's own level; of one that went up two levels at once, each channel hears once.
    Once somebody has answered, nobody else is called.
    """
    known: dict[tuple[str, str, int, str], list[Notice]] = defaultdict(list)
    for one in tries:
        known[(one.station, one.alarm, one.level, one.channel)].append(one)
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
            made = known[(alarm.station, alarm.id, level, channel.name)]
            if wants_another(made, now):
                exhausted = left.get(channel.name, 1) <= 0
                found.append(Due(alarm, level, channel, len(made) + 1, exhausted))
                if channel.name in left:
                    left[channel.name] -= 1
    return found


def next_go(dues: Iterable[Due]) -> list[Due]:
    """What a channel sends before it is asked again: first tries before later ones, so that a channel in trouble with
    many alarms does not keep a new one waiting; of these the highest level first, then the longest wait."""
    return sorted(dues, key=lambda one: (one.attempt, -one.level, one.alarm.raised_at))[:AT_ONCE]


def wants_another(made: list[Notice], now: Millis) -> bool:
    """Whether a notice with these tries needs one more at a moment. A clock set back must not silence it."""
    if not made:
        return True
    last = max(made, key=lambda one: one.attempt)
    if last.outcome in (Outcome.SENT, Outcome.QUOTA):
        return False
    pause = LOST_MS if last.outcome == Outcome.SENDING else AGAIN_MS[min(len(made), len(AGAIN_MS)) - 1]
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
