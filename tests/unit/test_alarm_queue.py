"""The queue: the most urgent first, a flood in groups, and nobody who called for help in one."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from models.alarms.kinds import Family, Kind
from models.alarms.queue import FLOOD, FLOOD_MS, Group, flooding, is_shelved, queue, shown_singly, urgency
from models.records.alarm import AlarmNow
from tests import queue_cases
from tests.alarm_samples import NOW, alarm

MINUTE = 60_000


def test_row_26_a_flood_of_two_hundred_shows_ten_rows_at_most_and_hides_nobody() -> None:
    """200 alarms in 10 minutes, 5 of them of persons."""
    kinds = [Kind.SOS if n % 40 == 7 else (Kind.BATTERY_LOW, Kind.BOX_LOST, Kind.REPORT)[n % 3] for n in range(200)]
    alarms = [alarm(f"a{n:03}", kind, NOW + n * 3000) for n, kind in enumerate(kinds)]
    rows = queue(alarms, NOW + 10 * MINUTE)
    assert len(rows) <= 10
    called = {one.id for one in alarms if one.family is Family.HELP}
    assert len(called) == 5
    assert {one.id for one in shown_singly(rows)} == called
    groups = [row for row in rows if isinstance(row, Group)]
    assert {(group.family, group.why) for group in groups} == {(Family.REPORT, "flood"), (Family.TECHNICAL, "flood")}
    assert sum(len(group.alarms) for group in groups) == 195
    assert rows[:5] == sorted((one for one in alarms if one.family is Family.HELP), key=urgency)


def test_row_26_two_hundred_calls_for_help_are_two_hundred_rows() -> None:
    alarms = [alarm(f"a{n:03}", (Kind.SOS, Kind.PANIC, Kind.UNREADABLE, "of_newer_code")[n % 4]) for n in range(200)]
    assert len(shown_singly(queue(alarms, NOW))) == 200


def test_nine_are_no_flood_and_ten_within_ten_minutes_are() -> None:
    spread = [alarm(f"a{n}", Kind.TAMPER, NOW + n * MINUTE) for n in range(FLOOD)]
    assert flooding(spread[:-1]) == frozenset()
    assert len(flooding(spread)) == FLOOD
    slow = [alarm(f"a{n}", Kind.TAMPER, NOW + n * FLOOD_MS // 9) for n in range(FLOOD)]
    assert flooding(slow) == frozenset()  # the tenth comes as the ten minutes are over
    assert flooding([*spread[:-1], alarm("x", Kind.TAMPER, NOW, station="hat_yai")]) == frozenset()


def test_a_long_flood_is_gone_through_once() -> None:
    asked: list[int] = []

    class Counted:
        station = "lumphini"

        def __init__(self, number: int) -> None:
            self.number, self.raised_at = number, NOW + number

        @property
        def id(self) -> str:
            asked.append(self.number)
            return str(self.number)

    some = [Counted(number) for number in range(500)]
    assert len(flooding(cast(list[AlarmNow], some))) == 500
    assert len(asked) == 500


def test_a_group_does_not_fall_apart_as_it_grows_old() -> None:
    alarms = [alarm(f"a{n}", Kind.BOX_LOST, NOW + n) for n in range(12)]
    assert [len(row.alarms) for row in queue(alarms, NOW + 10**9) if isinstance(row, Group)] == [12]


def test_what_is_put_aside_stands_last_in_a_group_of_its_own_until_its_time() -> None:
    aside = alarm("t", Kind.BOX_FAULT, shelved_until=NOW + 1000)
    other = alarm("u", Kind.BOX_FAULT, NOW + 5)
    rows = queue([aside, other], NOW)
    assert rows == [other, Group("lumphini", Family.TECHNICAL, "shelved", (aside,))]
    assert queue([aside, other], NOW + 1000) == [aside, other]
    assert not is_shelved(alarm("s", Kind.SOS, shelved_until=NOW + 1000), NOW)


KINDS = st.sampled_from([*Kind, "of_newer_code"])


@st.composite
def crowds(draw: st.DrawFn) -> list[AlarmNow]:
    number = draw(st.integers(0, 40))
    return [
        alarm(
            f"a{n}", draw(KINDS), NOW + draw(st.integers(0, 20)) * MINUTE,
            station=draw(st.sampled_from(["lumphini", "hat_yai"])),
            state=draw(st.sampled_from(["raised", "acknowledged", "on_scene", "closed"])),
            marks=draw(st.sampled_from(["", "unverified"])),
            shelved_until=draw(st.sampled_from([None, NOW, NOW + 60 * MINUTE])),
        )
        for n in range(number)
    ]  # fmt: skip


@given(crowds())
def test_every_open_alarm_is_in_one_row_and_no_call_for_help_in_a_group(alarms: list[AlarmNow]) -> None:
    rows = queue(alarms, NOW + 30 * MINUTE)
    told = [one.id for row in rows for one in (row.alarms if isinstance(row, Group) else (row,))]
    assert sorted(told) == sorted(one.id for one in alarms if one.is_open)
    for row in rows:
        if isinstance(row, Group):
            assert row.family is not Family.HELP
            assert {(one.station, one.family) for one in row.alarms} == {(row.station, row.family)}
    priorities = [int((row.alarms[0] if isinstance(row, Group) else row).priority) for row in rows]
    assert priorities == sorted(priorities)


def test_what_nobody_has_stands_before_what_somebody_has() -> None:
    taken, new = alarm("a", state="assigned"), alarm("b", at=NOW + 1, marks="unverified")
    report = alarm("c", Kind.REPORT, NOW - 5)
    assert queue([report, taken, new], NOW) == [new, taken, report]


def test_the_desks_page_is_tested_against_the_queue_of_the_server() -> None:
    """The page's test (`queue.test.ts`) holds its own queue against the rows in this file."""
    text = queue_cases.FILE.read_text(encoding="utf-8")
    assert text == queue_cases.written(), "python -m tests.queue_cases writes it anew"
    rows = [row for case in queue_cases.cases()["cases"] for row in case["rows"]]
    whys = {row[2] for row in rows if isinstance(row, list)}
    assert whys == {"flood", "shelved"}, "cases of every kind"
