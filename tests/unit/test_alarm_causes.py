"""What is wrong with boxes, feeds and the disk, by what is known of them."""

from __future__ import annotations

from typing import Any

import pytest

from models.alarms.causes import (
    BEAT,
    BEAT_SILENT_MS,
    CERTIFICATE_MS,
    GONE_MS,
    HOLD_MS,
    Limits,
    changes,
    of_box,
    of_certificates,
    of_disk,
    of_feeds,
)  # fmt: skip
from models.alarms.kinds import Kind
from models.disk import Disk
from models.records.sos import SosBox
from tests.alarm_samples import NOW, alarm

LIMITS = Limits()


def standing(now: int = NOW, heard_since: int = 0, low_already: bool = False, **more: Any) -> dict[Kind, str]:
    box = SosBox(station="lumphini", box="B1", lat=13.7, lon=100.5, **more)
    return dict(of_box(box, now, LIMITS, heard_since, low_already).standing)


def test_row_25_a_box_is_lost_by_its_will_at_once_and_by_silence_after_three_minutes() -> None:
    assert standing(online=False, heard_at=NOW) == {Kind.BOX_LOST: "offline"}
    assert standing(online=True, heard_at=NOW - LIMITS.box_silent_ms) == {}
    assert standing(online=True, heard_at=NOW - LIMITS.box_silent_ms - 1) == {Kind.BOX_LOST: "silent"}
    assert standing(heard_at=None) == {}  # never heard: that is no loss, the readiness board says so


def test_silence_while_nobody_listened_is_not_the_box_s() -> None:
    assert standing(heard_at=NOW - 10**7, heard_since=NOW - LIMITS.box_silent_ms) == {}
    assert standing(heard_at=NOW - 10**7, heard_since=NOW - LIMITS.box_silent_ms - 1) == {Kind.BOX_LOST: "silent"}


def test_whether_an_old_silence_goes_on_is_not_known_until_the_box_could_have_been_heard() -> None:
    def judged(heard_since: int, heard_at: int = NOW - 10**7) -> bool:
        box = SosBox(station="lumphini", box="B1", lat=13.7, lon=100.5, heard_at=heard_at)
        return Kind.BOX_LOST in of_box(box, NOW, LIMITS, heard_since, False).among

    assert not judged(NOW - LIMITS.box_silent_ms)
    assert judged(NOW - LIMITS.box_silent_ms - 1)
    assert judged(NOW, heard_at=NOW - 1000)  # it spoke
    newest = {("native", "lumphini"): NOW - 10**7}
    since = NOW - LIMITS.feed_silent_ms
    assert of_feeds(newest, frozenset({"lumphini"}), NOW, LIMITS, since) == []
    assert len(of_feeds(newest, frozenset({"lumphini"}), NOW, LIMITS, since - 1)) == 1


def test_a_battery_at_the_limit_does_not_flap() -> None:
    assert standing(battery_pct=20.0) == {}
    assert standing(battery_pct=19.9) == {Kind.BATTERY_LOW: "20 %"}
    assert Kind.BATTERY_LOW in standing(battery_pct=24.9, low_already=True)
    assert standing(battery_pct=25.0, low_already=True) == {}


def test_a_second_fault_does_not_end_the_first() -> None:
    box = SosBox(station="lumphini", box="B1", lat=13.7, lon=100.5, fault="lamp")
    found = of_box(box, NOW, LIMITS, 0, False)
    assert found.standing == {Kind.BOX_FAULT: "lamp"}
    assert Kind.TAMPER not in found.among  # not judged: it may stand
    box.fault = ""
    assert of_box(box, NOW, LIMITS, 0, False).among >= {Kind.TAMPER, Kind.BOX_FAULT}


def test_a_feed_is_stopped_when_it_is_silent_where_something_speaks_by_itself() -> None:
    late = NOW - LIMITS.feed_silent_ms - 1
    newest = {("native", "lumphini"): late, ("traccar", "hat_yai"): late, ("native", "quiet"): late, BEAT: NOW}
    found = of_feeds(newest, frozenset({"lumphini", "hat_yai"}), NOW, LIMITS)
    stopped = {(one.origin, one.station) for one in found if one.standing}
    assert stopped == {("native", "lumphini"), ("traccar", "hat_yai")}
    assert not any(one.standing for one in of_feeds(newest, frozenset({"lumphini"}), NOW, LIMITS, since=NOW - 1000))
    assert not of_feeds({("native", "lumphini"): NOW - GONE_MS - 1}, frozenset({"lumphini"}), NOW, LIMITS)
    assert not of_feeds({("native", "lumphini"): late}, frozenset({"lumphini"}), NOW, Limits(feed_silent_ms=0))


def test_our_own_heartbeat_is_a_feed_with_a_shorter_patience() -> None:
    (found,) = of_feeds({BEAT: NOW - BEAT_SILENT_MS - 1}, frozenset(), NOW, LIMITS)
    assert Kind.FEED_STOPPED in found.standing


def test_while_our_own_heartbeat_is_silent_that_alone_is_told() -> None:
    silent = NOW - LIMITS.feed_silent_ms - 1
    newest = {BEAT: NOW - BEAT_SILENT_MS - 1, ("native", "lumphini"): silent, ("traccar", "lumphini"): NOW - 5}
    found = of_feeds(newest, frozenset({"lumphini"}), NOW, LIMITS, heard_since=NOW)
    assert [(one.station, one.origin) for one in found if one.standing] == [(BEAT[1], BEAT[0])]
    assert ("native", "lumphini") not in {(one.origin, one.station) for one in found}, "neither raised nor ended"
    newest[BEAT] = NOW
    lately, long_ago = NOW - LIMITS.feed_silent_ms, NOW - LIMITS.feed_silent_ms - 1
    stopped = [
        [one.origin for one in of_feeds(newest, frozenset({"lumphini"}), NOW, LIMITS, 0, since) if one.standing]
        for since in (lately, long_ago)
    ]
    assert stopped == [[], ["native"]], "heard again, it is given the time in which it could have been heard"


@pytest.mark.parametrize(("word", "kinds"), [("ok", set()), ("low", {Kind.DISK_LOW}), ("full", {Kind.DISK_FULL})])
def test_the_disk(word: Disk, kinds: set[Kind]) -> None:
    found = of_disk(word, 7)
    assert set(found.standing) == kinds
    assert found.among == {Kind.DISK_LOW, Kind.DISK_FULL}


def test_a_certificate_is_trouble_sixty_days_before_its_end_and_after_it() -> None:
    day = 24 * 3_600_000
    fine = of_certificates({"ingest.crt": NOW + CERTIFICATE_MS, "devices.crt": NOW + 3650 * day}, NOW)
    assert not fine.standing
    assert fine.among == {Kind.CERTIFICATE_ENDS}
    soon = of_certificates({"broker.crt": NOW + CERTIFICATE_MS - 1, "ingest.crt": NOW + CERTIFICATE_MS}, NOW)
    assert soon.standing[Kind.CERTIFICATE_ENDS].startswith("broker.crt 20")
    over = of_certificates({"broker.crt": NOW + day, "ingest.crt": NOW - day}, NOW)
    assert over.standing[Kind.CERTIFICATE_ENDS].startswith("ingest.crt 20"), "the one that ends first"


def test_there_is_something_to_do_only_while_alarms_and_trouble_differ() -> None:
    low, fine = of_disk("low", 7), of_disk("ok", 700)
    raised = alarm("d", Kind.DISK_LOW, origin="disk")
    assert changes(low, [], NOW)
    assert not changes(low, [raised], NOW + HOLD_MS)
    assert not changes(fine, [raised], NOW + HOLD_MS - 1)  # it may come back at once
    assert changes(fine, [raised], NOW + HOLD_MS)
    assert not changes(fine, [], NOW)
