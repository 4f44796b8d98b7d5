"""The time machine in a real browser: a purpose first, then any moment, played and stepped; now is never hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.alarms.life import Step
from models.records.sos import EventKind, Signal, SosBox
from models.records.unit import StatusReport, UnitStatus
from store import alarms, purposes, registers, sos, units
from store.database import Database, Lane
from tests.app.live_support import LiveServer
from tests.app.serving import clock
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.past_server import STATION, Road, fill, past_server
from tests.e2e.screen import LISTEN, sounds

pytestmark = pytest.mark.browser

HOUR = 3_600_000
#: A tenth of a millionth of a degree is kept, a millionth is sent.
CLOSE = 2e-6

MACHINE = "window.__ssz.parts.find((part) => part.loader)"


@pytest.fixture
def road() -> Road:
    """Six units on the road for two hours, until now."""
    end = clock() // 5000 * 5000
    return Road(end - 2 * HOUR, end, 6)


@pytest.fixture
def town(sqlite_db: Database, road: Road) -> Database:
    """A store with the road and a box."""
    fill(sqlite_db, road)
    with sqlite_db.write() as tx:
        for at, status in ((road.start + 1, UnitStatus.BUSY), (road.end - 60_000, UnitStatus.AVAILABLE)):
            units.take(tx, StatusReport(STATION, "u00", at, status))
        registers.put_boxes(
            tx, [SosBox(station=STATION, box="b1", lat=13.73, lon=100.54, name_th="สวนลุมพินี")], clock()
        )
    return sqlite_db


@pytest.fixture
def server(town: Database) -> Iterator[LiveServer]:
    with past_server(town) as running:
        yield running


def press(db: Database, at: int, name: str = "p1") -> None:
    with db.write(Lane.ALARM) as tx:
        sos.take_signal(tx, Signal(STATION, "box", "b1", name, at, EventKind.PRESS, at), at)


def close(db: Database) -> None:
    """Answer and close what is open, a second after it was raised last."""
    with db.write() as tx:
        for alarm in alarms.open_alarms(tx.conn, None):
            for step, outcome in ((Step.ACKNOWLEDGE, ""), (Step.CLOSE, "helped")):
                at = alarm.raised_at + 60_000
                alarms.step(tx, alarm.id, step, by="somchai", role="dispatcher", origin="", now=at, outcome=outcome)


def open_map(page: Page, url: str) -> None:
    page.add_init_script(LISTEN)
    page.goto(url)
    expect(page.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"), timeout=60_000)


def enter(page: Page) -> None:
    """State a purpose in the form that is open, and wait for the past."""
    page.locator(".ssz-purpose textarea").fill("ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี")
    page.locator(".ssz-purpose-ok").click()
    whole(page)


def whole(page: Page) -> None:
    page.wait_for_function(f"() => {MACHINE}.shown.whole")


def seek(page: Page, moment: int) -> None:
    page.evaluate(f"(moment) => {MACHINE}.seek(moment)", moment)
    whole(page)


def marks(page: Page) -> dict[str, Any]:
    """The moment shown, and where each unit's mark is drawn at it."""
    found: dict[str, Any] = page.evaluate(
        f"""() => ({{ moment: {MACHINE}.moment, now: window.__ssz.shownNow, mono: performance.now(),
        lat: Object.fromEntries([...window.__ssz.map.fleet.marks.values()].map((m) => [m.unit.id, m.unit.lat])) }})"""
    )
    return found


def test_a_purpose_first_then_any_moment_as_it_was(
    wall: Page, server: LiveServer, town: Database, road: Road
) -> None:
    open_map(wall, server.url)
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    wall.locator(".ssz-past-door").click()
    form = wall.locator(".ssz-purpose")
    expect(form).to_be_visible()
    wall.locator(".ssz-purpose textarea").fill("สั้นไป")
    wall.locator(".ssz-purpose-ok").click()
    expect(wall.locator(".ssz-purpose-said")).not_to_be_empty()
    assert not [url for url in asked if "/live/past" in url or "/live/tracks" in url]
    enter(wall)
    expect(form).to_be_hidden()
    expect(wall.locator(".ssz-past-band")).to_contain_text("ภาพย้อนหลัง")
    expect(wall.locator(".ssz-past-band")).to_contain_text(re.compile(r"25[67]\d"))  # Buddhist era
    places = (7_300, 1_234_567, HOUR + 2_500, 2 * HOUR - 60_000)
    # Some of each, for boxes that were otherwise at one of them are drawn when a worker has laid them out: a frame or
    # four more, once, is not one for each.
    moments = [road.end - back - before for back in places for before in (15_000, 10_000, 5_000, 0)]
    # Names of streets that give way to labels a little later are drawn then: that is left out of the count.
    wall.evaluate("window.__ssz.map.rooms.changed = () => {}")
    drawn = wall.evaluate("window.__ssz.map.layer.renders")
    for moment in moments:
        seek(wall, moment)
        seen = marks(wall)
        assert seen["now"] == moment
        assert len(seen["lat"]) == 6
        assert all(abs(lat - road.lat(moment)) < CLOSE for lat in seen["lat"].values()), (moment, seen)
    # The list tells of then too: u00 was busy until a minute ago.
    expect(wall.locator(".ssz-vrow", has_text="u00")).to_contain_text("ติดภารกิจ")
    # Each is drawn once, labels and all; some are allowed for what a browser redraws by itself, but not one for each.
    assert wall.evaluate("window.__ssz.map.layer.renders") - drawn < 2 * len(moments)
    with town.read() as conn:
        (stated,) = purposes.purposes(conn)
        assert (stated.who, stated.text) == ("somchai", "ตรวจสอบเหตุชิงทรัพย์ซอยงามดูพลี")
        assert len(purposes.readings(conn, stated.id)) in (2, 3, 4)
    assert not [url for url in asked if stated.id in url or "%E0%B8" in url]


def test_playing_goes_at_the_speed_chosen_and_ends_at_now(wall: Page, server: LiveServer, road: Road) -> None:
    open_map(wall, f"{server.url}/?at={road.start + 600_000}")
    enter(wall)
    speed = wall.locator(".ssz-past-bar select").last
    speed.select_option("60")
    before = marks(wall)
    wall.locator(".ssz-past-bar button", has_text="เล่น").click()
    seen = [marks(wall)]
    while len(seen) < 6:
        wall.wait_for_function(f"(least) => {MACHINE}.moment > least + 5000", arg=seen[-1]["moment"])
        seen.append(marks(wall))
    assert all(abs(one["lat"]["u00"] - road.lat(one["moment"])) < CLOSE for one in seen), seen
    # Never ahead; behind where the machine is slow: the clock waits for what is not here.
    assert all(one["moment"] - before["moment"] <= 60 * (one["mono"] - before["mono"]) + 1 for one in seen), seen
    speed.select_option("600")
    expect(wall.locator(".ssz-past-band")).to_be_hidden(timeout=90_000)  # it has come to now
    assert wall.evaluate("window.__ssz.past") is None
    expect(wall.locator(".ssz-past-door")).to_be_visible()


def test_a_press_while_in_the_past_is_listed_told_and_sounds(wall: Page, server: LiveServer, town: Database) -> None:
    press(town, clock() - HOUR, "old")
    close(town)
    open_map(wall, f"{server.url}/?at={clock() - 2 * HOUR + 300_000}")
    enter(wall)
    expect(wall.locator(".ssz-past-sos")).to_be_hidden()
    press(town, clock(), "new")
    expect(wall.locator(".ssz-alarm[data-state=raised]")).to_have_count(1)
    expect(wall.locator(".ssz-past-sos")).to_contain_text("SOS ขณะนี้ 1 เหตุ")
    expect(wall.locator(".ssz-pin span")).to_contain_text("ขณะนี้")
    sounds(wall, PATIENCE_MS)
    assert wall.evaluate("window.__ssz.past.now") < clock() - HOUR
    wall.locator(".ssz-past-sos").click()
    expect(wall.locator(".ssz-past-band")).to_be_hidden()
    expect(wall.locator(".ssz-pin span")).to_have_text("สวนลุมพินี")
    wall.wait_for_function("() => !location.search.includes('at=')")


def test_steps_go_from_alarm_to_alarm_and_show_each_as_it_was(wall: Page, server: LiveServer, town: Database) -> None:
    raised = [clock() - HOUR, clock() - HOUR // 2]
    for number, at in enumerate(raised):
        press(town, at, f"p{number}")
        close(town)
    open_map(wall, f"{server.url}/?at={clock() - HOUR + 600_000}&trail=15a&speed=600")
    enter(wall)
    # The trails of the quarter of an hour before: of every unit, through the chunk before too, and without a gap.
    wall.wait_for_function("""() => {
        const found = window.__ssz.map.sheets.get("trails")?.features ?? [], now = window.__ssz.shownNow
        const first = window.__ssz.past.tracks(now - 900_000)[0]?.start
        const whole = found.every((one) => one.geometry.type === "MultiLineString")
        return found.length === 6 && first <= now - 900_000 && whole
    }""")
    expect(wall.locator(".ssz-past-bar select").last).to_have_value("600")
    for name, at in (("เหตุถัดไป", raised[1]), ("เหตุก่อนหน้า", raised[0])):
        wall.locator(".ssz-past-bar button", has_text=name).click()
        wall.wait_for_function(f"(at) => {MACHINE}.moment === at", arg=at)
        whole(wall)
        expect(wall.locator(".ssz-pin span")).to_contain_text("สวนลุมพินี")
        expect(wall.locator(".ssz-then-row")).to_contain_text("สวนลุมพินี")  # open then; of now nothing is
    wall.locator(".ssz-past-bar button", has_text="เหตุก่อนหน้า").click()
    expect(wall.locator(".ssz-past-said")).to_have_text("ไม่มีเหตุก่อนหน้านี้")
    expect(wall.locator(".ssz-none:visible")).to_have_count(1)  # nothing is open now: the list goes on telling of now


def test_what_is_deleted_or_was_never_there_is_said(wall: Page, server: LiveServer, road: Road) -> None:
    open_map(wall, f"{server.url}/?at={clock() - 400 * 24 * HOUR}")
    enter(wall)
    expect(wall.locator(".ssz-past-said")).to_contain_text("ถูกลบแล้ว")
    seek(wall, road.start - HOUR)
    expect(wall.locator(".ssz-past-said")).to_contain_text("ก่อนตำแหน่งแรก")
    assert marks(wall)["lat"] == {}


def test_who_answers_no_alarms_is_offered_no_past(wall: Page, town: Database) -> None:
    with past_server(town, "viewer") as server:
        open_map(wall, f"{server.url}/?at={clock() - HOUR}")
        expect(wall.locator(".ssz-past-door")).to_have_count(0)
        expect(wall.locator(".ssz-purpose")).to_have_count(0)
