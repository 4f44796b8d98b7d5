"""What claims to be another's is told of once an hour, and nobody fills the log with it."""

from __future__ import annotations

from ingest.security_events import MOST, QUIET_MS, SecurityEvents
from models.records.base import Reason, Rejected


def refused(sender: str = "lumphini/unit/car1", reason: Reason = Reason.IDENTITY) -> Rejected:
    """A message that was not taken."""
    return Rejected(
        reason, f"ssz/v1/{sender}/position", b"{}", station="lumphini", source="native", foreign_id=sender
    )


def told(events: SecurityEvents, rejected: list[Rejected], now: int) -> list[str]:
    """What a batch that was stored has told of."""
    found = [event.object for event in events.of(rejected, now)]
    events.noted(rejected, now)
    return found


def test_each_sender_once_an_hour() -> None:
    events = SecurityEvents()
    assert told(events, [refused(), refused()], 0) == ["sender:native:lumphini/unit/car1"]
    assert told(events, [refused()], QUIET_MS - 1) == []
    assert len(told(events, [refused(), refused("lumphini/unit/car2")], QUIET_MS)) == 2


def test_a_batch_that_was_not_stored_is_told_again() -> None:
    events = SecurityEvents()
    assert len(events.of([refused()], 0)) == len(events.of([refused()], 1)) == 1


def test_made_up_names_are_bounded_and_forgotten() -> None:
    events = SecurityEvents()
    assert len(told(events, [refused(f"n{number}") for number in range(10 * MOST)], 0)) == MOST
    assert told(events, [refused("another")], 1) == []
    assert told(events, [refused("another")], QUIET_MS) == ["sender:native:another"]


def test_what_is_only_broken_or_unknown_is_no_event() -> None:
    told_of = {reason for reason in Reason if SecurityEvents().of([refused(reason=reason)], 0)}
    assert told_of == {Reason.IDENTITY, Reason.RETAINED}


def test_a_clock_that_jumped_back_silences_nobody_for_long() -> None:
    events = SecurityEvents()
    assert told(events, [refused()], 10 * QUIET_MS)
    assert told(events, [refused()], 5 * QUIET_MS)
