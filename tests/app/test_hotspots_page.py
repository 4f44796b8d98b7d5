"""The hotspots' page on a real store: what it claims stands beside its record, every state has its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from dashboard.access.identity import Who
from dashboard.hotspots.told import verdict_words
from dashboard.markdown import plain
from models.analysis.due import Last, Version
from models.analysis.left_out import LeftOut
from models.records.hotspot import RefitRun
from models.records.station import Station
from store import hotspots, leases, refits, registers
from store.database import Database, open_database
from store.migrate import upgrade
from tests.app.page_harness import looking, now, opened
from tests.hotspot_sample import DAY, row_of, sample, town

PAGE = Path(__file__).parents[2] / "pages" / "insight" / "hotspots.py"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('hotspots')}/t.db"
    upgrade(url)
    db = open_database(url)
    found = town(db, now())
    grey = sample(now() - DAY, family="theft", verdict="grey", why="no_backtest", record=None)
    few = sample(
        now() - DAY, family="sexual", verdict="too_few", why="few_cases", hotspots=(), flagged=(), cases=4,
        left_out=LeftOut(unnamed=31), unnamed=(("ลวนลาม_*", 20), ("แอบถ่าย", 10)),
    )  # fmt: skip
    none = sample(now() - DAY, family="damage", verdict="no_hotspot", why="chance", hotspots=(), flagged=())
    with db.write() as tx:
        hotspots.keep(tx, [row_of(grey), row_of(few), row_of(none), row_of(found, shift="16")])
    yield db
    db.close()


@pytest.fixture
def look_as(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Who], None]]:
    """A runtime on the filled store; call it with who looks."""
    with looking(filled, monkeypatch, Who("ผกก.", "chief", None, "session", "x", "token-1")) as look:
        yield look


def open_page(**query: str) -> AppTest:
    """Run the page; an exception in it fails the test."""
    return opened(PAGE, query)


def said(page: AppTest) -> str:
    """All words of a page."""
    parts = [*page.success, *page.warning, *page.info, *page.markdown, *page.caption, *page.subheader, *page.error]
    return "\n".join(str(one.value) for one in parts)


def mounted(page: AppTest) -> dict[str, str]:
    """What the components of the page were given to draw: `map` and `list`."""
    found = [orjson.loads(one.proto.json)[0]["html"] for one in page.get("bidi_component")]
    return {"list" if "<table" in html else "map": html for html in found}


def parsed(html: str) -> ElementTree.Element:
    """What our own page wrote, which is well-formed."""
    return ElementTree.fromstring(html)  # noqa: S314 - of our own making


def table(html: str) -> list[list[str]]:
    """The cells of a table's rows, the head first."""
    root = parsed(html[html.index("<table") : html.index("</table>") + len("</table>")])
    return [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]


def bodies(page: AppTest) -> list[str]:
    """The plain HTML of a page."""
    return [one.proto.body for one in page.get("html")]


def tables(page: AppTest) -> list[list[list[str]]]:
    """The tables of plain HTML beside the list."""
    return [table(body) for body in bodies(page) if "<table" in body]


@pytest.mark.usefixtures("look_as")
def test_what_is_claimed_stands_beside_how_often_it_was_right_and_what_was_left_out() -> None:
    page = open_page()
    words = said(page)
    assert "พื้นที่เสี่ยง 3 แห่ง" in words
    assert "7.7 จาก 24 เหตุ ภายใน 28 วัน" in words
    assert "จับเหตุที่เกิดจริงได้ 72 จาก 240 เหตุ (ช่วงเชื่อมั่น 95% 25% ถึง 36%)" in words
    assert "การนับเหตุ 365 วันธรรมดาจับได้ 60 เหตุ (25%)" in words
    assert "กลุ่มที่ 4 (คดีรัฐเป็นผู้เสียหาย) 41 · สายตรวจเป็นผู้พบ 12 · ไม่มีพิกัด 7" in words
    [figures] = [body for body in bodies(page) if "<dl" in body]
    assert re.findall("<dd>(.*?)</dd>", figures) == ["30%", "25%", "6.0", "0.80"]
    # 60 of 240 cases; 25 % to 36 % of the cases on a twentieth of the area.
    assert "นับเหตุธรรมดา (ช่วงเชื่อมั่น 95% 20% ถึง 31%) · เท่าของการสุ่ม (ช่วงเชื่อมั่น 95% 5.0 ถึง 7.2)" in words
    assert len(page.dataframe) == 0
    head, *spots = table(mounted(page)["list"])
    assert [row[head.index("สถานที่")] for row in spots] == [
        "ถนนสีลม",
        "ซอยศาลาแดง",
        "ด้านตะวันออกเฉียงใต้ของเขต (2)",
    ]
    facts, (named, *cases) = tables(page)
    assert [row[0] for row in facts][1] == "เหตุที่คาดว่าจะเกิด"
    assert len(cases) == 9  # eight by name, the others together
    assert cases[0][named.index("ฐานความผิด")] == "ชิงทรัพย์"
    assert cases[0][named.index("น้ำหนัก")] == "5.0%"


@pytest.mark.usefixtures("look_as")
def test_on_the_map_each_hotspot_has_its_outline_its_rank_and_its_name() -> None:
    drawn = parsed(mounted(open_page())["map"])
    plates = {one.get("data-spot"): one for one in drawn.iter("g") if one.get("class") == "plate"}
    assert list(plates) == ["h3", "h2", "h1"]  # the first in rank is drawn over the others
    words = {spot: [text.text for text in plate.iter("text")] for spot, plate in plates.items()}
    assert words["h2"] == ["2", "ซอยศาลาแดง"]
    assert "2 ซอยศาลาแดง" in str(plates["h2"].get("aria-label"))
    outlines = [one for one in drawn.iter("g") if one.get("class") == "outline"]
    assert [one.get("data-spot") for one in outlines] == ["h1", "h2", "h3"]
    assert "ไม่มีถนนบนแผนที่" in said(open_page())  # the sample's station has none, and there is no base map
    assert "grey" not in str(drawn.get("class"))
    assert "grey" in str(parsed(mounted(open_page(family="theft"))["map"]).get("class"))


@pytest.mark.usefixtures("look_as")
def test_another_hotspot_is_chosen_in_the_address_and_its_pile_up_is_said() -> None:
    assert "ลำดับที่ 1 ถนนสีลม" in said(open_page(spot="nobody"))
    words = said(open_page(spot="h2"))
    assert "ลำดับที่ 2 ซอยศาลาแดง" in words
    assert "เหตุ 9 เหตุ (31% ของทุกเหตุที่ผ่านมาของแห่งนี้) อยู่พิกัดเดียวกัน" in words


@pytest.mark.usefixtures("look_as")
@pytest.mark.parametrize(
    ("family", "words", "told"),
    [
        ("theft", "แสดงเป็นสีเทา เพราะยังไม่เคยวัด", 2),
        ("sexual", "จำนวนเหตุน้อยเกินไป (4 เหตุ)", 0),
        ("damage", "กระจายตัวไม่ต่างจากความบังเอิญ จึงไม่มีพื้นที่เสี่ยง", 0),
        ("burglary", "ยังไม่มีแผนที่สำหรับตัวเลือกนี้", 0),
    ],
)
def test_every_state_has_its_own_words(family: str, words: str, told: int) -> None:
    page = open_page(family=family)
    assert words in said(page)
    assert (len(tables(page)), "list" in mounted(page)) == (told, told > 0)
    assert ("ยังไม่เคยวัดผล" in said(page)) is (family == "theft")


@pytest.mark.usefixtures("look_as")
def test_cases_under_names_nobody_has_explained_are_told_with_the_way_to_explain_them() -> None:
    page = open_page(family="sexual")
    [note] = [one.value for one in page.warning]
    assert plain("มี 31 คดีใช้ชื่อฐานความผิดของสถานีเอง (ลวนลาม_* 20, แอบถ่าย 10, …)") in note
    assert any('href="/imports"' in body for body in bodies(page))
    assert "ชื่อฐานความผิดของสถานีเองที่ยังไม่กำหนดความหมาย 31" in said(page)
    assert "ชื่อฐานความผิดของสถานีเอง" not in said(open_page(family="robbery"))


def test_the_claim_is_of_the_places_that_are_marked_and_says_what_else_was_picked() -> None:
    whole = sample(now())
    assert verdict_words(whole, "en").startswith("Hotspots: 3, on 60,000 m²")
    assert "measured on all it picked" not in verdict_words(whole, "en")
    fewer = replace(whole, hotspots=whole.hotspots[:1])
    told = verdict_words(fewer, "en")
    assert "Hotspots: 1, on 20,000 m²" in told
    assert "24 cases of the next 28 days 4.2 are expected" in told
    assert f"measured on all it picked, {60_000 / whole.area_m2:.1%} of the area" in told


@pytest.mark.usefixtures("look_as")
def test_two_periods_say_what_chance_alone_would_do() -> None:
    page = open_page(part="periods", length="90")
    [shown] = (frame.value for frame in page.dataframe)
    assert len(shown) == 4  # three hotspots and the rest of the zone
    assert list(shown["ห้วงหลัง (เหตุ)"]) == [5, 5, 5, 0]  # after 3, 23, 43, 63 and 83 days
    assert list(shown["ห้วงก่อน (เหตุ)"]) == [3, 3, 3, 0]
    assert set(shown["ความต่าง"]) == {"● ไม่ต่างจากความบังเอิญ", "ไม่มีเหตุ"}
    assert "ไม่ใช่หลักฐานของความสำเร็จ" in said(page)


def planned_in(page: AppTest) -> list[list[list[str]]]:
    """The plans a page shows."""
    return [shown for shown in tables(page) if "สายตรวจชุดที่ 1" in shown[0]]


@pytest.mark.usefixtures("look_as")
def test_a_patrol_is_suggested_when_asked_for_and_says_what_it_assumes() -> None:
    page = open_page(part="patrol", duty="16", units="2")
    assert planned_in(page) == []
    page.button(key="plan-make").click().run()
    assert [one.value for one in page.exception] == []
    [shown] = planned_in(page)
    heads, *hours = shown
    assert heads == ["เวลา", "สายตรวจชุดที่ 1", "สายตรวจชุดที่ 2"]
    assert [row[0][:2] for row in hours] == [f"{hour:02d}" for hour in range(16, 24)]
    stops = [cell for row in hours for cell in row[1:] if cell != "-"]
    assert any("1 ถนนสีลม" in cell for cell in stops)
    assert all("นาที" in cell for cell in stops)
    assert "เป็นสมมติฐาน ไม่ใช่ผลวัด" in said(page)
    # Made at the same moment for the same units and hours, and another map all the same: it was not asked for.
    planned = page.session_state["plan-of"]
    other = AppTest.from_file(str(PAGE), default_timeout=90)
    other.session_state["plan-of"] = planned
    for name, value in {"part": "patrol", "shift": "16", "units": "2"}.items():
        other.query_params[name] = value
    assert planned_in(other.run()) == []
    assert [one.value for one in other.exception] == []


@pytest.mark.usefixtures("look_as")
def test_no_file_leaves_before_it_is_said_what_for() -> None:
    page = open_page()
    asking = [one.key for one in page.text_area]
    assert asking == ["hotspot-pdf-text", "hotspot-geojson-text", "hotspot-kml-text"]
    assert page.get("download_button") == []


@pytest.mark.usefixtures("look_as")
def test_a_bad_url_is_the_default_never_an_error() -> None:
    page = open_page(family="'; drop", days="x", shift="99", zone="nowhere", station="nowhere", part="x", spot="'")
    assert "พื้นที่เสี่ยง 3 แห่ง" in said(page)


def test_only_those_who_may_see_it_and_only_their_stations(look_as: Callable[[Who], None]) -> None:
    look_as(Who("ผกก.", "chief", frozenset({"hat_yai"}), "session", "y", "token-2"))
    page = open_page(station="lumphini")
    assert "ยังไม่มีแผนที่สำหรับตัวเลือกนี้" in said(page)
    assert "ลุมพินี" not in said(page)
    look_as(Who("ผู้ชม", "viewer", None, "session", "z", "token-3"))
    page = open_page()
    assert (page.get("bidi_component"), [one.value for one in page.error]) == ([], ["ท่านไม่มีสิทธิ์เข้าถึงข้อมูลนี้"])


def test_a_station_whose_cases_have_no_place_is_told_so(filled: Database, look_as: Callable[[Who], None]) -> None:
    """What was looked at and gave no map gives none tomorrow either."""
    with filled.write() as tx:
        registers.put_stations(tx, [Station(code="placeless", name_th="ไร้พิกัด", name_en="Placeless")], now() - DAY)
        refits.note(tx, "placeless", Last(now() - DAY, Version(150, now() - DAY)))
    look_as(Who("ผกก.", "chief", frozenset({"placeless"}), "session", "p", "token-4"))
    words = said(open_page())
    assert "ยังไม่มีแผนที่สำหรับตัวเลือกนี้" in words
    assert "ทำแผนที่ไม่ได้ เพราะเหตุทั้ง 150 เหตุของสถานีไม่มีพิกัดที่ใช้ได้" in words
    assert "ระบบทำแผนที่เองทุกคืน" not in words


@pytest.mark.usefixtures("look_as")
def test_a_damaged_map_is_said_and_the_others_are_shown(filled: Database) -> None:
    """The last test of the file: it damages the store it shares."""
    with filled.write() as tx:
        tx.conn.execute(text("DROP TRIGGER hotspot_map_no_update"))
        tx.conn.execute(text("UPDATE hotspot_map SET method = 'better' WHERE family = 'robbery'"))
    other = said(open_page())
    assert "ชิง วิ่งราว ปล้นทรัพย์ เสียหาย" in other
    assert "ทำแผนที่เมื่อ" in other
    itself = said(open_page(family="robbery"))
    assert "ชิง วิ่งราว ปล้นทรัพย์ เสียหาย" in itself
    assert "ทำแผนที่เมื่อ" not in itself
    assert "ยังไม่มีแผนที่" not in itself


def test_maps_are_being_made_only_while_a_run_is_under_way(filled: Database, look_as: Callable[[Who], None]) -> None:
    """A run that was killed has no end, but its lease runs out."""
    run = RefitRun(id="killed", by="system", begun=now() - DAY, heard=now() - DAY, stations=77)
    with filled.write() as tx:
        refits.begin(tx, run)
    assert "77" not in said(open_page(family="burglary"))
    with filled.write() as tx:
        assert leases.take(tx, leases.REFIT, run.id, now(), 600_000)
    assert "77" in said(open_page(family="burglary"))
