"""Who is told of what, when again, and in which words."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sending import trouble_of
from models.alarms.ladder import ladder, level_due, own_ladders
from models.alarms.queue import FLOOD_MS
from models.notices.channels import BadChannelsError, Channel, Channels, parse_channels, without_addresses
from models.notices.order import told_first
from models.notices.plan import (
    AGAIN_MS,
    AT_ONCE,
    HELP_EACH_MS,
    LOST_MS,
    MOST_TOGETHER,
    SINGLES,
    Due,
    Go,
    Message,
    due,
    next_go,
    troubled,
)
from models.notices.words import test_words as words_of_a_test
from models.notices.words import words_of, words_together
from models.records.alarm import AlarmNow
from models.records.notice import Notice

NOW = 1_790_000_000_000
ALARM = AlarmNow(
    station="lumphini", id="a1", origin_kind="box", origin="sos-07", kind="sos", state="raised", version=2,
    raised_at=NOW - 20_000, pressed_at=NOW - 20_000, last_at=NOW - 20_000, presses=2, marks="", place="หน้าตลาด",
    lat=13.7301234, lon=100.5412341, level=1, by="", assigned="", outcome="", changed_at=NOW,
)  # fmt: skip
CHIEF = Channel("ผกก.", "line://token/chief", frozenset({1, 2}))
BUREAU = Channel("บก.", "mailto://x", frozenset({2}), frozenset({"lumphini"}), monthly_quota=2)


def tried(attempt: int, outcome: str, at: int, channel: Channel = CHIEF, level: int = 1) -> Notice:
    return Notice(
        station="lumphini", alarm="a1", level=level, channel=channel.name, attempt=attempt, at=at, outcome=outcome
    )


def told(alarm: AlarmNow, tries: list[Notice], now: int = NOW, spent: int = 0) -> list[tuple[str, int, int, bool]]:
    found = due([alarm], [CHIEF, BUREAU], tries, {"บก.": spent}, now)
    return [(one.channel.name, one.level, one.attempt, one.exhausted) for one in found]


def test_each_level_tells_its_own_people_once() -> None:
    assert told(replace(ALARM, level=0), []) == []
    assert told(ALARM, []) == [("ผกก.", 1, 1, False)]
    assert told(ALARM, [tried(1, "sent", NOW - 900_000)]) == []
    assert told(replace(ALARM, level=2), [tried(1, "sent", NOW)]) == [("ผกก.", 2, 1, False), ("บก.", 2, 1, False)]
    assert told(replace(ALARM, level=2, station="hat_yai"), []) == [("ผกก.", 2, 1, False)]


@pytest.mark.parametrize("state", ["acknowledged", "assigned", "on_scene", "closed"])
def test_once_somebody_answered_nobody_else_is_called(state: str) -> None:
    assert told(replace(ALARM, state=state), []) == []
    assert told(replace(ALARM, kind="box_lost"), []) == []  # equipment calls nobody


@given(st.integers(1, 12))
def test_a_failed_try_is_made_again_ever_more_slowly_and_never_given_up(failed: int) -> None:
    tries = [tried(failed, "failed", NOW)]
    pause = AGAIN_MS[min(failed, len(AGAIN_MS)) - 1]
    assert told(ALARM, tries, NOW + pause - 1) == []
    assert told(ALARM, tries, NOW + pause) == [("ผกก.", 1, failed + 1, False)]
    assert told(ALARM, tries, NOW - 3_600_000) == [("ผกก.", 1, failed + 1, False)]  # the clock was set back


def test_a_try_nobody_heard_the_end_of_is_made_again() -> None:
    assert told(ALARM, [tried(1, "sending", NOW)], NOW + LOST_MS - 1) == []
    assert told(ALARM, [tried(1, "sending", NOW)], NOW + LOST_MS) == [("ผกก.", 1, 2, False)]


def test_a_months_quota_is_counted_and_its_end_is_the_end() -> None:
    high = replace(ALARM, level=2)
    sent = [tried(1, "sent", NOW, level=2)]
    assert told(high, sent, spent=1) == [("บก.", 2, 1, False)]
    assert told(high, sent, spent=2) == [("บก.", 2, 1, True)]
    assert told(high, [*sent, tried(1, "quota", NOW, BUREAU, 2)], NOW + 9_000_000, spent=2) == []
    alarms = [replace(high, id=f"b{number}") for number in range(4)]
    flags = [one.exhausted for one in due(alarms, [BUREAU], [], {}, NOW)]
    assert flags == [False, False, True, True]


def test_an_alarm_is_troubled_by_a_channel_until_its_newest_try_arrives() -> None:
    tries = [tried(1, "failed", NOW), tried(2, "failed", NOW), tried(1, "quota", NOW, BUREAU, 2)]
    assert troubled(tries) == {"ผกก.", "บก."}
    assert troubled([*tries, tried(3, "sent", NOW)]) == {"บก."}
    assert troubled([*tries, tried(3, "sending", NOW)]) == {"ผกก.", "บก."}  # it has told nobody yet
    assert troubled([*tries, tried(1, "sending", NOW, level=2)]) == {"ผกก.", "บก."}
    assert troubled([*tries, tried(1, "sent", NOW, level=2)]) == {"บก."}


def test_a_channel_with_a_backlog_tells_of_a_new_alarm_first_and_few_in_one_go() -> None:
    old = [Due(replace(ALARM, id=f"o{n}", raised_at=NOW - 60_000), 1, CHIEF, 1 + n) for n in range(6)]
    new, high = Due(replace(ALARM, id="new"), 1, CHIEF, 1), Due(replace(ALARM, id="high", level=2), 2, CHIEF, 1)
    assert [one.alarm.id for one in next_go([*reversed(old), new, high]).dues] == ["high", "o0", "new", "o1"]


def dues_of(number: int, kind: str = "sos", marks: str = "", **more: bool) -> list[Due]:
    some = [
        replace(ALARM, id=f"{kind}{marks}{n:03}", kind=kind, marks=marks, raised_at=NOW + n) for n in range(number)
    ]
    return [Due(alarm, 1, BUREAU, 1, **more) for alarm in some]


def sent_lately(number: int, help: bool, ago_ms: int = HELP_EACH_MS) -> list[Message]:
    return [Message(NOW - ago_ms, help)] * number


def test_the_first_ten_calls_for_help_are_told_one_by_one_and_then_together_each_of_them_named() -> None:
    dues = dues_of(MOST_TOGETHER + 5)
    assert next_go(dues[:3], [], NOW) == Go(tuple(dues[:3]))
    assert next_go(dues, sent_lately(SINGLES - 2, True), NOW) == Go(tuple(dues[:2])), "two are left"
    flood = sent_lately(SINGLES, True)
    assert next_go(reversed(dues), flood, NOW) == Go(tuple(dues[:MOST_TOGETHER]), together=True, more=5)
    assert next_go(dues[:1], flood, NOW) == Go(tuple(dues[:1])), "one alone has a message of its own"
    just = [*flood, Message(NOW - HELP_EACH_MS + 1, True)]
    assert next_go(dues[:5], just, NOW) == Go(()), "the rest of a flood waits for seconds"
    assert next_go(dues, just, NOW).together, "a full message waits for nothing"
    assert not next_go(dues, sent_lately(SINGLES, True, FLOOD_MS), NOW).together, "ten minutes are over"


@pytest.mark.parametrize(("kind", "marks"), [("report", ""), ("sos", "drill"), ("report", "drill")])
def test_reports_and_drills_spend_none_of_the_messages_of_a_call_for_help_and_never_go_before_it(
    kind: str, marks: str
) -> None:
    many, one = dues_of(200, kind, marks), replace(dues_of(1)[0], attempt=7)
    flood = sent_lately(SINGLES + 5, False, ago_ms=1)
    assert next_go([*many, one], flood, NOW) == Go((one,)), "by itself, though it came last and failed before"
    assert next_go([*many, one], [], NOW) == Go((one,))
    assert next_go(many, [], NOW) == Go(tuple(many[:1])), "one at a time: help may come meanwhile"
    assert next_go(many, flood, NOW) == Go(()), "a minute is not over"
    assert next_go(many, sent_lately(SINGLES, True, 1), NOW) == Go(tuple(many[:1])), "nor the other way round"
    together = next_go(many, sent_lately(SINGLES, False, 60_000), NOW)
    assert together == Go(tuple(many[:MOST_TOGETHER]), together=True, more=200 - MOST_TOGETHER)


def test_help_is_told_before_reports_and_these_before_drills() -> None:
    drill, report = dues_of(1, marks="drill"), dues_of(1, "report")
    doubtful, late = dues_of(1, marks="unverified"), [replace(dues_of(2)[1], level=1)]
    every = [*drill, *report, *doubtful, *late]
    assert [one.alarm for one in next_go(every, [], NOW).dues] == [late[0].alarm, doubtful[0].alarm]
    assert next_go([*drill, *report], [], NOW).dues == tuple(report)
    assert sorted([one.alarm for one in every], key=told_first) == [
        one.alarm for one in [*late, *doubtful, *report, *drill]
    ]
    left = due([one.alarm for one in every], [replace(BUREAU, levels=frozenset({1}))], [], {"บก.": 0}, NOW)
    assert [one.alarm.id for one in left if not one.exhausted] == [late[0].alarm.id, doubtful[0].alarm.id]


@given(
    st.lists(st.sampled_from([("sos", ""), ("panic", "unverified"), ("report", ""), ("sos", "drill")]), max_size=70)
)
def test_every_alarm_goes_out_by_itself_or_named_and_each_once(kinds: list[tuple[str, str]]) -> None:
    waiting = [
        Due(replace(ALARM, id=f"a{n}", kind=kind, marks=marks, raised_at=NOW - n), 1, CHIEF, 1)
        for n, (kind, marks) in enumerate(kinds)
    ]
    lately: list[Message] = []
    told: list[str] = []
    now, total = NOW, len(waiting)
    for _ in range(400):
        go = next_go(waiting, lately, now)
        if go.together:
            body = words_together(
                [one.alarm for one in go.dues], 1, CHIEF, {}, "", now, ZoneInfo("UTC"), go.more
            ).body
            assert sum("หน้าตลาด" in line for line in body.splitlines()) == len(go.dues)
        helps = [one.alarm.kind != "report" and one.alarm.marks != "drill" for one in go.dues]
        assert len(set(helps)) < 2, "no message tells of help and of other things"
        lately += [Message(now, helps[0])] * (1 if go.together else len(go.dues)) if helps else []
        told += [one.alarm.id for one in go.dues]
        waiting = [one for one in waiting if one.alarm.id not in told]
        now += 1_000
    assert (len(told), len(set(told)), waiting) == (total, total, [])


def test_one_message_takes_what_is_left_of_a_quota() -> None:
    flood = sent_lately(SINGLES, True)
    dues = [replace(one, exhausted=n > 0) for n, one in enumerate(dues_of(3))]
    assert [one.exhausted for one in next_go(dues, flood, NOW).dues] == [False] * 3
    spent = dues_of(3, exhausted=True)
    assert [one.exhausted for one in next_go(spent, flood, NOW).dues] == [True] * 3


def test_a_quota_that_is_short_of_what_is_due_is_spent_on_messages_that_name_all() -> None:
    short = [replace(one, exhausted=n > 1) for n, one in enumerate(dues_of(5))]
    assert next_go(short, [], NOW) == Go(tuple(dues_of(5)), together=True)
    assert next_go(dues_of(5), [], NOW) == Go(tuple(dues_of(AT_ONCE)))
    assert next_go(dues_of(5, exhausted=True), [], NOW) == Go(tuple(dues_of(AT_ONCE, exhausted=True)))


def test_the_words_of_many_alarms_name_each_by_place_box_and_link_help_first() -> None:
    zone, stations = ZoneInfo("Asia/Bangkok"), {ALARM.station: "สน.ลุมพินี"}
    many = [replace(ALARM, id=f"a{n}", place=f"ตู้ {n}", raised_at=ALARM.raised_at - n) for n in range(5)]
    report = replace(ALARM, id="r", kind="report", origin_kind="user", raised_at=NOW - 90_000, lat=None)
    words = words_together([report, *many], 2, CHIEF, stations, "https://m.example/?q={lat},{lon}", NOW, zone, 3)
    lines = words.body.splitlines()
    assert words.title == "ระดับ 2 6 เหตุยังไม่มีผู้รับแจ้ง"
    assert lines[0] == "6 เหตุยังไม่มีผู้รับแจ้ง นานสุด 1 นาที"
    assert lines[1].endswith("กดปุ่ม SOS · ตู้ 4 · สน.ลุมพินี · ตู้ sos-07")
    assert lines[2] == "https://m.example/?q=13.730123,100.541234"
    assert lines[11].endswith("ประชาชนแจ้งเหตุฉุกเฉิน · หน้าตลาด · สน.ลุมพินี · จาก sos-07"), "help first, however old"
    assert lines[12:] == ["อีก 3 เหตุ แจ้งในข้อความถัดไป"]
    drills = [replace(one, marks="drill,unverified", by="ร.ต.อ.สมชาย") for one in many[:2]]
    english = words_together([*drills, many[0]], 0, replace(CHIEF, language="en"), {}, "", NOW, zone)
    assert english.title == "3 alarms nobody has answered"
    assert [line.startswith("[DRILL]") for line in english.body.splitlines()] == [False, False, True, True]
    assert english.body.endswith("· sender not verified")
    assert words_together(drills, 0, CHIEF, {}, "", NOW, zone).title.startswith("[ฝึกซ้อม]")
    assert "สมชาย" not in english.title + english.body
    long = words_together([replace(ALARM, place="ก" * 300)], 0, CHIEF, {}, "", NOW, zone)
    assert max(len(line) for line in long.body.splitlines()) < 160


@pytest.mark.parametrize(
    ("waited_s", "level"), [(0, 0), (15, 0), (15.001, 1), (60, 1), (60.001, 2), (9_000, 2), (-9_000, 2), (-1, 0)]
)
def test_the_ladder(waited_s: float, level: int) -> None:
    assert level_due("sos", NOW, NOW + round(waited_s * 1000), ladder()) == level
    assert level_due("box_lost", NOW, NOW + round(waited_s * 1000), ladder()) == 0


@pytest.mark.parametrize("text", ["a", "a=0/5", "a=5/5,a=6/6", "a=5", "a=5/9999", "=5/5", "a=5/5;b=5/5"])
def test_ladders_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="CODE=FIRST/NEXT"):
        own_ladders(text)


def test_ladders_of_stations() -> None:
    assert own_ladders(" lumphini=20/60, hat-yai=1/3600,") == {"lumphini": ladder(20, 60), "hat-yai": ladder(1, 3600)}
    assert own_ladders("") == {}


def test_the_words_tell_place_box_and_time_and_name_nobody() -> None:
    zone = ZoneInfo("Asia/Bangkok")
    words = words_of(ALARM, 1, CHIEF, "สน.ลุมพินี", "https://m.example/?q={lat},{lon}", NOW, zone)
    assert words.title == "ระดับ 1 กดปุ่ม SOS · หน้าตลาด"
    assert words.body.splitlines() == [
        "กดปุ่ม SOS · หน้าตลาด", "สน.ลุมพินี · ตู้ sos-07", "21 ก.ย. 2569 21:13:00 น. · กด 2 ครั้ง",
        "ยังไม่มีผู้รับแจ้ง 20 วินาที", "https://m.example/?q=13.730123,100.541234",
    ]  # fmt: skip
    drill = replace(ALARM, marks="drill,unverified", lat=None, by="ร.ต.อ.สมชาย", assigned="201")
    english = words_of(drill, 2, replace(CHIEF, language="en"), "Lumphini", "x{lat}{lon}", NOW + 120_000, zone)
    assert english.title.startswith("[DRILL] Level 2 SOS pressed")
    assert english.body.splitlines()[-2:] == ["Nobody has answered for 2 min", "sender not verified"]
    assert "สมชาย" not in english.title + english.body
    assert "ไม่มีเหตุเกิดขึ้น" in words_of_a_test(CHIEF).body


@pytest.mark.parametrize(
    ("link", "filled"),
    [
        ("https://m.example/{lat:.5f}/{lon:.5f}", "https://m.example/13.73012/100.54123"),
        (Channels().map_link, "https://www.openstreetmap.org/?mlat=13.730123&mlon=100.541234#map=18/13.730123/100.541234"),
    ],
)  # fmt: skip
def test_a_link_that_the_start_lets_pass_can_be_filled(link: str, filled: str) -> None:
    said = parse_channels(f'map_link = "{link}"')
    words = words_of(ALARM, 1, CHIEF, "สน.ลุมพินี", said.map_link, NOW, ZoneInfo("Asia/Bangkok"))
    assert words.body.splitlines()[-1] == filled


FILE = """
map_link = ""
[[channel]]
name = "chief"
address = "line://SECRET/u1"
levels = [1]
stations = ["lumphini"]
monthly_quota = 200
language = "en"
[[channel]]
name = "all"
address = "json://SECRET"
"""


def test_the_file_of_channels() -> None:
    said = parse_channels(FILE)
    chief, everyone = said.channels
    assert (chief.levels, chief.stations) == (frozenset({1}), frozenset({"lumphini"}))
    assert (chief.monthly_quota, chief.language) == (200, "en")
    assert (everyone.levels, everyone.stations, everyone.monthly_quota) == (frozenset({1, 2}), None, None)
    assert said.map_link == ""
    assert "SECRET" not in repr(said)
    assert {channel.address for channel in without_addresses(said)} == {""}
    assert parse_channels("").channels == ()


@pytest.mark.parametrize(
    "bad",
    [
        "[[channel]]\nname = \"x\"\naddress = \"json://SECRET", "[[channel]]\naddress = \"json://SECRET\"",
        "[[channel]]\nname = \"x\"\naddress = \"SECRET\"", FILE.replace("[1]", "[3]"), FILE.replace("[1]", "[]"),
        FILE.replace("200", "-1"), FILE.replace('"en"', '"fr"'), FILE.replace('"all"', '"chief"'),
        FILE.replace("levels", "level"), FILE.replace('["lumphini"]', '"lumphini"'), "channel = 3", "other = 1",
        FILE.replace('map_link = ""', 'map_link = "https://x/{SECRET}"'), "map_link = \"none\"", "channel = [4]",
        'map_link = "{lat:d}{lon}"', 'map_link = "{lat.x}"', 'map_link = "{lat[0]}"',
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line_without_its_addresses(bad: str) -> None:
    with pytest.raises(BadChannelsError) as refused:
        parse_channels(bad)
    assert "SECRET" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Failed to send JSON POST notification: Server error, error=503.", "refused 503"),
        ("A Connection error occurred submitting email to SECRET.\nSocket Exception: (535, b'no')", "refused 535"),
        ("A Connection error occurred\nSocket Exception: HTTPSConnectionPool: Read timed out. (SECRET)", "timeout"),
        ("A Connection error occurred sending JSON notification to SECRET.", "connection"),
        ("There were no targets for SECRET", "refused"),
        ("", "refused"),
    ],
)  # fmt: skip
def test_why_a_channel_failed_is_told_in_words_of_ours(said: str, word: str) -> None:
    assert trouble_of(said.splitlines()) == word
