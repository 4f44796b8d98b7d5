"""The desk in a real browser, from the press on a real broker to the closed case: with keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from dashboard.access.sessions import COOKIE
from dashboard.language import switch_path
from models.alarms.causes import Trouble
from models.alarms.kinds import Kind
from models.alarms.life import Step
from models.alarms.queue import FLOOD
from models.records.sos import EventKind, Signal
from store import alarms
from store.alarms import Place, raise_or_join
from store.alarms.trouble import settle
from tests.e2e.accessible import violations
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.screen import coarse
from tests.fault.ground import listening, prepare
from tests.fault.product import STATION, fresh, now_ms
from tests.fault.publisher import Publisher
from tests.fault.viewer import Viewer, cookie
from tests.fault.whole import Whole, running, whole
from tests.servers import Mosquitto, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.broker]

MANY = 200

#: How long the map waits for the words, from `deskpage.ts`.
MAP_WAITS_MS = 3_000

PARTS = ("ssz-theme", "ssz-vlist", "ssz-near-find", "ssz-near", "ssz-ticks", "ssz-note-form", "ssz-case-bar")

# What has the focus, by the part it is in, and whether that is seen.
_FOCUSED = """(parts) => {
    const one = document.activeElement
    if (one === null || one === document.body) return ["BODY", true]
    const part = one.closest(parts.map((name) => `.${name}`).join(", "))
    const { outlineStyle, boxShadow } = getComputedStyle(one)
    return [part?.className ?? one.className ?? one.tagName, outlineStyle !== "none" || boxShadow !== "none"]
}"""
# When each came into the page, in ms: the desk, Streamlit's place for it, the alarm in full, and the map.
# `first`: the desk that was there first.
_ORDER = """window.came = {}
new MutationObserver(() => {
    const here = { desk: ".ssz", place: "div.ssz-place", words: ".ssz-lines li", map: ".maplibregl-canvas" }
    for (const [name, what] of Object.entries(here))
        if (document.querySelector(what) !== null) window.came[name] ??= performance.now()
    window.first ??= document.querySelector(".ssz")
}).observe(document, { childList: true, subtree: true })"""

OTHER = "ร.ต.อ.หญิง วิภา"


@pytest.fixture
def product(tmp_path: Path, sqlite_url: str, mosquitto: Mosquitto) -> Iterator[Whole]:
    """The product over one registered station; nobody is escalated to while the test works."""
    prepare(sqlite_url)
    with running(whole(tmp_path, sqlite_url, mosquitto.port, "embedded", escalate_s=600)) as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, product: Whole) -> Iterator[Page]:
    """A dispatcher's desk, not yet opened; an error on the page fails the test."""
    context = coarse(chromium, 1280, 800)
    context.add_cookies([{"name": COOKIE, "value": cookie(product.database_url), "url": product.web.base}])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "part of the page failed" in said.text else None)
    yield page
    context.close()
    assert wrong == []


def history(product: Whole, box: str) -> list[tuple[str, str]]:
    """(step, by whom) of a box's alarm, in order, through a fresh connection."""
    db = fresh(product.database_url)
    query = (
        "SELECT s.step, s.by FROM alarm_step s JOIN alarm a ON a.station = s.station AND a.id = s.alarm"
        " WHERE a.origin = :box ORDER BY s.version"
    )
    with db.read() as conn:
        rows = [(str(step), str(by)) for step, by in conn.execute(text(query), {"box": box})]
    db.close()
    return rows


def standing(page: Page, word: str, *who: str) -> None:
    """The head of the case says how the alarm stands and who took it there, with the time."""
    line = page.locator(".ssz-case-state")
    for one in (word, *who):
        expect(line).to_contain_text(one)


def say(page: Page, words: str) -> None:
    """The page answers a key with these words."""
    expect(page.locator(".ssz-case-head .ssz-said")).to_have_text(words)


def drive(publisher: Publisher, *units: tuple[str, float]) -> None:
    """A fresh fix of each unit, so many degrees north of box B03."""
    for unit, north in units:
        publisher.position(STATION, unit, now_ms(), 13.733 + north, 100.54)
    publisher.settle()


def test_from_press_to_end_with_keys_alone(desk: Page, product: Whole, mosquitto: Mosquitto) -> None:
    publisher = Publisher(mosquitto.port)
    listening(publisher, product.database_url)
    with product.viewer() as second:
        desk.goto(product.web.base + "/desk")
        expect(desk.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"), timeout=60_000)
        expect(desk.locator(".ssz-side .ssz-none")).to_be_visible()
        # no keys for an alarm that is not there
        expect(desk.locator(".ssz-case-bar:visible, .ssz-case-outcomes:visible")).to_have_count(0)
        a_press_comes_and_is_answered(desk, publisher, second)
        a_unit_is_sent(desk, publisher)
        a_unit_is_found_by_name(desk)
        a_note_is_written_while_more_comes(desk, publisher, product)
        another_person_was_first(desk, product)
        it_is_read_by_every_sense(desk)
        the_case_is_closed(desk)
    assert [step for step, _ in history(product, "B03")] == [
        "raise", "acknowledge", "assign", "assign", "join", "note", "arrive", "note", "close",
    ]  # fmt: skip
    assert {by for step, by in history(product, "B03") if step not in ("raise", "join")} == {"tester"}
    equipment_is_put_aside(desk, product)
    a_flood_of_equipment_is_one_row(desk, product)
    two_hundred_are_open(desk, product)
    in_english(desk, product)
    without_its_program_a_page_says_so_until_it_comes(desk, product)
    publisher.close()


def a_press_comes_and_is_answered(desk: Page, publisher: Publisher, second: Viewer) -> None:
    publisher.press(STATION, "B03", "in-need")
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ B03")
    expect(desk.locator(".ssz-side .ssz-vrow[data-state=raised]:visible")).to_have_count(1)
    expect(desk.locator(".ssz")).to_have_attribute("data-unanswered", "1")
    expect(desk.locator(".ssz-waiting")).to_have_text("ยังไม่มีผู้รับ 1 เหตุ (U)")
    expect(desk.locator(".ssz-ticks li")).not_to_have_count(0)
    desk.keyboard.press("s")
    say(desk, "ต้องรับแจ้งเหตุก่อน (กด A)")
    desk.keyboard.press("a")
    standing(desk, "รับแจ้งแล้ว", "โดย tester", "เมื่อ")
    expect(desk.locator(".ssz")).to_have_attribute("data-unanswered", "0")
    wait_until(lambda: bool(second.alarms("B03")) and second.alarms("B03")[-1][1]["state"] == "acknowledged", 60)
    assert second.alarms("B03")[-1][1]["by"] == "tester"


def a_unit_is_sent(desk: Page, publisher: Publisher) -> None:
    publisher.position(STATION, "u003", now_ms() - 301_000, 13.733, 100.54)  # nearest, and heard too long ago
    drive(publisher, ("u001", 0.003), ("u002", 0.001))
    expect(desk.locator(".ssz-near li", has_text="u003")).to_contain_text("พิกัดเก่าเกินไป 5 นาที")
    first = desk.locator(".ssz-near li").first
    expect(first).to_contain_text("u002")
    expect(first).to_have_attribute("data-settled", "yes")
    desk.keyboard.press("1")
    standing(desk, "สั่งการสายตรวจแล้ว", "u002", "tester")
    expect(desk.locator(".ssz-sent")).to_contain_text("สั่งแล้ว: u002")
    expect(first).to_contain_text("u001")  # the next free one has moved up


def a_unit_is_found_by_name(desk: Page) -> None:
    desk.keyboard.press("f")
    expect(desk.locator(".ssz-near-find")).to_be_focused()
    desk.keyboard.type("U001")
    expect(desk.locator(".ssz-near li")).to_have_count(1)
    desk.keyboard.type("x")
    expect(desk.locator(".ssz-case-send")).to_contain_text("ไม่มีหน่วยชื่อนี้")
    desk.keyboard.press("Backspace")
    expect(desk.locator(".ssz-near li")).to_have_count(1)
    row = desk.locator(".ssz-near li").first
    expect(row).to_have_attribute("data-settled", "yes")
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for _ in range(4):  # held: all but the first are repeats
        desk.keyboard.down("Enter")
    expect(row.locator("button")).to_be_focused()
    assert [url for url in sent if "assign" in url] == []
    desk.keyboard.up("Enter")
    desk.keyboard.press("Enter")
    standing(desk, "สั่งการสายตรวจแล้ว", "u001", "tester")
    desk.keyboard.press("f")
    desk.keyboard.press("Escape")
    expect(desk.locator(".ssz-near li")).not_to_have_count(1)


def a_note_is_written_while_more_comes(desk: Page, publisher: Publisher, product: Whole) -> None:
    """No update takes the focus, none of the letters is a step, and the chosen alarm stays the chosen one."""
    desk.keyboard.press("n")
    field = desk.locator(".ssz-note-form textarea")
    expect(field).to_be_focused()
    desk.keyboard.type("acs1 ผู้แจ้ง")
    publisher.press(STATION, "B05", "another")
    publisher.press(STATION, "B03", "again")
    expect(desk.locator(".ssz-side .ssz-vrow:visible")).to_have_count(2)
    expect(desk.locator(".ssz-case-what")).to_contain_text("กด 2 ครั้ง")
    expect(desk.locator(".ssz-side .ssz-vrow[data-state=raised]:visible")).to_contain_text("B05")
    expect(field).to_be_focused()
    desk.keyboard.type("ปลอดภัย")
    expect(field).to_have_value("acs1 ผู้แจ้งปลอดภัย")
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ B03")
    desk.keyboard.press("Enter")
    expect(desk.locator('.ssz-lines li[data-step="note"]')).to_contain_text("acs1 ผู้แจ้งปลอดภัย")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    desk.keyboard.press("Escape")
    assert [step for step, _ in history(product, "B05")] == ["raise"]


def another_person_was_first(desk: Page, product: Whole) -> None:
    desk.keyboard.press("u")
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ B05")
    db = fresh(product.database_url)
    with db.write() as tx:
        [name] = [one.id for one in alarms.open_alarms(tx.conn, None) if one.origin == "B05"]
        alarms.step(tx, name, Step.ACKNOWLEDGE, by=OTHER, role="dispatcher", origin="10.0.0.2", now=now_ms())
    db.close()
    standing(desk, "รับแจ้งแล้ว", f"โดย {OTHER}", "เมื่อ")
    desk.keyboard.press("a")  # nobody else waits: nothing happens
    assert history(product, "B05") == [("raise", ""), ("acknowledge", OTHER)]


def it_is_read_by_every_sense(desk: Page) -> None:
    """By night and by day, with a question open and with the card of keys; and Tab reaches everything, in sight."""
    for key, shown in ((None, ".ssz-case-bar"), ("c", ".ssz-case-outcomes:visible"), ("?", ".ssz-help")):
        if key:
            desk.keyboard.press(key)
        expect(desk.locator(shown)).to_be_visible()
        assert violations(desk) == [], key
        if key:
            desk.keyboard.press("Escape")
    desk.locator(".ssz-theme").click()
    expect(desk.locator(".ssz")).to_have_attribute("data-theme", re.compile("night|day"))
    assert violations(desk) == []
    desk.locator(".ssz-theme").click()
    desk.evaluate("document.activeElement?.blur()")
    walked: list[tuple[str, bool]] = []
    while len(walked) < 80 and (len(walked) < 2 or walked[-1] != walked[0]):
        desk.keyboard.press("Tab")
        name, seen = desk.evaluate(_FOCUSED, PARTS)
        walked.append((name, seen))
    assert [name for name, seen in walked if not seen] == []
    assert set(PARTS) <= {name for name, _ in walked}


def equipment_is_put_aside(desk: Page, product: Whole) -> None:
    """For as long as is chosen with a key; and a unit is looked for by its name."""
    db = fresh(product.database_url)
    lost = frozenset({Kind.BOX_LOST})
    with db.write() as tx:
        settle(tx, Trouble(STATION, "box", "B09", lost, {Kind.BOX_LOST: "silent"}, "ตู้ B09"), now_ms(), said=lost)
    trouble = desk.locator(".ssz-side .ssz-vrow", has_text="ตู้ B09")
    trouble.click()
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ B09")
    desk.keyboard.press("z")
    choice = desk.locator(".ssz-case-outcomes:visible")
    expect(choice.locator("button")).to_have_text(["115 นาที", "21 ชั่วโมง", "38 ชั่วโมง", "Escย้อนกลับ"])
    choice.locator("button").nth(0).click()
    expect(desk.locator(".ssz-case-state")).to_contain_text("พักไว้ถึง")
    expect(desk.locator('.ssz-lines li[data-step="shelve"]')).to_contain_text("15 นาที")
    expect(desk.locator('.ssz-lines li[data-step="raise"]')).to_contain_text("เงียบหาย")
    with db.read() as conn:
        [alarm] = [one for one in alarms.open_alarms(conn, None) if one.origin == "B09"]
        line = alarms.history(conn, alarm.station, alarm.id)[-1]
    db.close()
    assert (line.step, line.by, line.detail.split()[0], alarm.shelved_by) == ("shelve", "tester", "15", "tester")
    assert alarm.shelved_until is not None
    assert alarm.shelved_until - line.at == 15 * 60_000


def a_flood_of_equipment_is_one_row(desk: Page, product: Whole) -> None:
    """It opens and closes again, and the calls for help beside it are rows of their own."""
    rows = desk.locator(".ssz-side .ssz-vrow:visible")
    before = rows.count()
    db = fresh(product.database_url)
    lost = frozenset({Kind.BOX_LOST})
    boxes = [f"T{number:02d}" for number in range(FLOOD)]
    with db.write() as tx:
        for box in boxes:
            settle(tx, Trouble(STATION, "box", box, lost, {Kind.BOX_LOST: "silent"}, f"ตู้ {box}"), now_ms(), said=lost)
    head = desk.locator(".ssz-side .ssz-vrow[data-state=group]:visible", has_text="เหตุขัดข้องของอุปกรณ์")
    expect(head).to_contain_text(f"เหตุขัดข้องของอุปกรณ์ {FLOOD}")
    expect(head).to_contain_text(f"ยังไม่มีผู้รับ {FLOOD} เหตุ")
    expect(rows).to_have_count(before + 1)
    within = desk.locator(".ssz-side .ssz-vrow:visible", has_text="ตู้ T00")
    expect(within).to_have_count(0)
    head.click()
    expect(within).to_have_count(1)
    head.click()
    expect(rows).to_have_count(before + 1)
    db.close()


def the_case_is_closed(desk: Page) -> None:
    desk.locator(".ssz-side .ssz-vrow", has_text="ตู้ B03").click()
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ B03")
    desk.keyboard.press("s")
    standing(desk, "ถึงที่เกิดเหตุ", "tester")
    desk.keyboard.press("t")
    expect(desk.locator('.ssz-ticks li[data-done="yes"]')).to_have_count(1)
    expect(desk.locator('.ssz-ticks li[data-done="yes"]')).to_contain_text("โดย tester เมื่อ")
    desk.keyboard.press("c")
    expect(desk.locator(".ssz-case-outcomes:visible")).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(desk.locator(".ssz-case-outcomes:visible")).to_have_count(0)
    desk.keyboard.press("c")
    expect(desk.locator(".ssz-case-outcomes:visible button").nth(1)).to_contain_text("ให้ความช่วยเหลือแล้ว")
    desk.keyboard.press("2")
    standing(desk, "ปิดเหตุ", "ให้ความช่วยเหลือแล้ว", "tester")
    expect(desk.locator(".ssz-side .ssz-vrow:visible")).to_have_count(1)
    expect(desk.locator('.ssz-lines li[data-step="close"]')).to_contain_text("ให้ความช่วยเหลือแล้ว")


def two_hundred_are_open(desk: Page, product: Whole) -> None:
    """Of a long queue only the rows in sight are there, and the keys work as before."""
    db = fresh(product.database_url)
    now = now_ms()
    with db.write() as tx:
        for number in range(MANY):
            signal = Signal(STATION, "box", f"X{number:03d}", "p", now + number, EventKind.PRESS, now + number)
            raise_or_join(tx, signal, Place(f"ตู้ X{number:03d}", 13.73, 100.54), now)
    db.close()
    expect(desk.locator(".ssz-side .ssz-count")).to_have_text(str(MANY + 2 + FLOOD))  # with the one that is put aside
    assert desk.locator(".ssz-side .ssz-vrow").count() < 40
    desk.keyboard.press("u")
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ X000")
    for _ in range(30):
        desk.keyboard.press("j")
    expect(desk.locator(".ssz-case-top h2")).to_have_text("ตู้ X030")
    expect(desk.locator(".ssz-side .ssz-vrow[aria-selected=true]")).to_be_in_viewport()
    desk.keyboard.press("a")
    standing(desk, "รับแจ้งแล้ว", "โดย tester")
    expect(desk.locator(".ssz")).to_have_attribute("data-unanswered", str(MANY - 1))


def in_english(desk: Page, product: Whole) -> None:
    desk.goto(product.web.base + switch_path("en"))
    desk.add_init_script(_ORDER)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(urlsplit(request.url).path))
    desk.goto(product.web.base + "/desk")
    expect(desk.locator(".ssz-side h2")).to_have_text("Open alarms", timeout=PATIENCE_MS)
    expect(desk.locator(".ssz-case-state")).to_contain_text("New, waiting for an answer")
    expect(desk.locator(".ssz-panel h3", has_text="Procedure")).to_be_visible()
    desk.keyboard.press("?")
    help_card = desk.locator(".ssz-help")
    expect(help_card).to_contain_text("Send the unit of that number")
    desk.keyboard.press("a")  # behind the card no key is a step
    desk.keyboard.press("Escape")
    expect(help_card).to_be_hidden()
    expect(desk.locator(".ssz")).to_have_attribute("data-unanswered", str(MANY - 1))
    opened_without_detours(desk, asked[asked.index("/desk") :])
    it_grows_with_the_screen(desk)


def without_its_program_a_page_says_so_until_it_comes(desk: Page, product: Whole) -> None:
    page = desk.context.new_page()
    program, said = re.compile(r"/assets/live-"), page.get_by_role("alert").filter(has_text="โหลดหน้าจอนี้ไม่ได้")
    for path in ("/desk", "/"):
        page.route(program, lambda route: route.abort())
        page.goto(product.web.base + path)
        expect(page.get_by_test_id("stAppViewContainer")).to_be_visible()
        expect(said).to_be_visible()
        expect(page.locator(".ssz")).to_have_count(0)
        page.unroute(program)
        expect(page.locator(".ssz-side .ssz-count")).to_have_text(re.compile("[1-9]"))
        expect(said).to_have_count(0)
        expect(page.locator(".ssz")).to_have_count(1)
    page.close()


def it_grows_with_the_screen(desk: Page) -> None:
    """At 3840 x 2160 everything is twice as large, the map with it; on a smaller screen nothing shrinks."""

    def heights() -> list[float]:
        return [
            box["height"] for box in (desk.locator(what).first.bounding_box() for what in sized) if box is not None
        ]

    sized = (".ssz-case-top h2", ".ssz-side .ssz-vrow", ".ssz-ticks li", ".ssz-tools button", ".ssz-pin i")
    desk.set_viewport_size({"width": 1920, "height": 1080})
    expect(desk.locator(".ssz")).to_have_css("--scale", "1")
    small = heights()
    desk.set_viewport_size({"width": 3840, "height": 2160})
    expect(desk.locator(".ssz")).to_have_css("--scale", "2")
    assert [round(large / one, 1) for one, large in zip(small, heights(), strict=True)] == [2.0] * len(sized)
    desk.set_viewport_size({"width": 1280, "height": 800})
    expect(desk.locator(".ssz")).to_have_css("--scale", "1")


def opened_without_detours(desk: Page, asked: list[str]) -> None:
    """The desk was there before Streamlit, which took it over as it is; the alarm in full stood on the screen before
    the map was made; and nothing was asked for in vain or twice."""
    expect(desk.locator(".ssz")).to_have_attribute("data-idle", re.compile("[1-9]"))
    expect(desk.locator("div.ssz-place")).to_be_attached(timeout=PATIENCE_MS)
    came = desk.wait_for_function("() => 'words' in window.came && 'map' in window.came && window.came").json_value()
    assert came["desk"] < came["place"]
    # A map that has waited for the words as long as it may comes before them.
    assert came["words"] < came["map"] or came["words"] - came["desk"] > MAP_WAITS_MS, came
    desk.wait_for_function("window.__sszAhead === undefined", timeout=PATIENCE_MS)
    assert desk.evaluate("window.first === document.querySelector('.ssz')")
    expect(desk.locator(".ssz")).to_have_count(1)
    assert [path for path in asked if path.startswith("/desk/")] == []  # Streamlit looks for its server nowhere else
    assert asked.count("/live/ground") == 1
