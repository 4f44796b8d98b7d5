"""How long the next try at a password waits after failed ones: growing, and never longer than a minute. Pure.

The delay is counted for each address by itself, so that a stranger who guesses from elsewhere does not keep the duty
officer out. Many addresses together slow down only addresses from which the account was never signed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.records.base import Millis

#: Failures of one address that cost nothing: people mistype.
FREE = 3

#: Longest delay of one address, ms.
LONGEST_MS = 60_000

#: After so many failures from all addresses, strange addresses share one try in `CROWD_MS`.
CROWD, CROWD_MS = 30, 5_000

#: Wrong codes of a second factor, from all addresses, after which codes wait out `FORGET_MS`. Only somebody who knows
#: the password gets so far, so that a stranger cannot use it to keep anybody out.
CODES = 10

#: Failures older than this are forgotten, ms.
FORGET_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed tries for one name from one address; `at`: the newest."""

    address: str
    failed: int
    at: Millis


def wait_ms(seen: Iterable[Failures], address: str, known: bool, now: Millis) -> Millis:
    """How long this address has to wait for its next try; 0: not at all. `known`: the account has been signed in
    from there."""
    late = [one for one in seen if 0 <= now - one.at < FORGET_MS]
    own = next((one for one in late if one.address == address), None)
    waits = [own.at + own_delay_ms(own.failed) - now] if own else []
    if not known and sum(one.failed for one in late) >= CROWD:
        waits.append(max(one.at for one in late) + CROWD_MS - now)
    return max(0, *waits) if waits else 0


def own_delay_ms(failed: int) -> Millis:
    """The delay after so many failures from one address: 0, 0, 1 s, 2 s, 4 s … `LONGEST_MS`."""
    if failed < FREE:
        return 0
    return min(LONGEST_MS, 1000 << min(failed - FREE, 20))


def code_wait_ms(seen: Iterable[Failures], now: Millis) -> Millis:
    """How long the next code of a second factor has to wait: a thousand guesses a day of a million codes."""
    late = [one for one in seen if 0 <= now - one.at < FORGET_MS]
    return max(one.at for one in late) + FORGET_MS - now if sum(one.failed for one in late) >= CODES else 0
