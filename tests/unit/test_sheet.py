"""The after-action sheet: Thai broken where it may be, streets on paper, every letter in the PDF."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sheet import page
from dashboard.sheet.content import Sheet, sheet_of
from dashboard.sheet.facts import Facts, Stage
from dashboard.sheet.paper import pdf_of
from dashboard.sheet.sketch import sketch
from dashboard.sheet.thai_lines import lines, spelled
from dashboard.words import Language, table
from models.records.alarm import AlarmNow, AlarmStep
from models.records.dispatch import Dispatch
from models.records.sos import SosBox, SosEvent
from models.records.station import Station, Street

BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = 1_795_237_200_000  # 21 Nov 2026, 12:00 in Bangkok
THAI = "ผู้บังคับบัญชาที่นี่ทำน้ำปั๊มญี่ปุ่นเป็นที่ตั้งศูนย์พิสูจน์สิทธิ์ก๊าซคำสั่งให้เจ้าหน้าที่ไปตู้ที่ ๑๒ โดยเร็วฯ"


def facts(notes: int = 1, place: bool = True) -> Facts:
    """An alarm with a unit that was there by GPS, two presses and some long notes."""
    alarm = AlarmNow(
        station="lumphini", id="a1", origin_kind="box", origin="b1", kind="sos", state="closed", version=5,
        raised_at=NOON, pressed_at=NOON - 400, last_at=NOON + 4_000, presses=2, marks="drill,late", place="หน้าตลาดน้ำ",
        lat=13.73 if place else None, lon=100.54 if place else None, level=0, by="x", assigned="201",
        outcome="helped", changed_at=NOON + 900_000,
    )  # fmt: skip
    note = AlarmStep(
        station="lumphini", alarm="a1", version=3, step="note", at=NOON + 9_000, by="ร.ต.อ.สมชาย", detail=THAI * 3
    )
    return Facts(
        alarm=alarm,
        stages=[
            Stage("pressed", NOON - 400, None, 0.0), Stage("shown", None, None, None),
            Stage("on_scene", NOON + 240_000, 240_000, 240_400, "gps"),
        ],
        press_believed=True,
        simulated=False,
        history=[note] * notes,
        left_out=7,
        dispatches=[
            Dispatch(station="lumphini", alarm="a1", version=2, unit_station="lumphini", unit="201", assigned_at=NOON,
                     assigned_by="ร.ต.อ.สมชาย", on_scene_at=NOON + 240_000, on_scene_how="gps"),
            Dispatch(station="lumphini", alarm="a1", version=4, unit_station="lumphini", unit="202",
                     assigned_at=NOON),
        ],
        presses=[
            SosEvent(station="lumphini", origin_kind="box", origin="b1", id=f"p{number}", at=NOON - 400, kind="press",
                     received_at=NOON, stored_at=NOON + 20, marks="late")
            for number in range(2)
        ],
        presses_left_out=0,
        station=Station(code="lumphini", name_th="สน.ลุมพินี", name_en="Lumphini"),
        box=SosBox(station="lumphini", box="b1", name_th="ปากซอยร่วมฤดี", lat=13.73, lon=100.54),
        calls={("lumphini", "201"): "สายตรวจ ๒๐๑"},
        streets=[Street(station="lumphini", id=1, kind="primary",
                        line='{"type":"LineString","coordinates":[[100.53,13.73],[100.55,13.73]]}')],
    )  # fmt: skip


def said(sheet: Sheet) -> str:
    """Every word of a sheet."""
    grids = [
        " ".join([grid.title, *(name for name, _ in grid.columns), *(" ".join(row) for row in grid.rows), grid.note])
        for grid in sheet.grids
    ]
    parts = [sheet.title, sheet.station, *sheet.marks, *(f"{name} {value}" for name, value in sheet.facts), *grids]
    return " ".join(parts)


def letters(text: str) -> Counter[str]:
    """How often each letter stands in a text, but for blanks and dots (those of the lines to sign on)."""
    return Counter(
        letter for letter in text if letter != "." and not letter.isspace() and unicodedata.category(letter) != "Cc"
    )


def test_every_letter_and_mark_of_the_sheet_is_in_the_pdf_under_its_own_name() -> None:
    sheet = sheet_of(facts(), "ร.ต.ท.หญิง กัญญา น้ำใส", NOON, BANGKOK, "th")
    document = pypdfium2.PdfDocument(pdf_of(sheet, None))
    try:
        found = letters("".join(page.get_textpage().get_text_range() for page in document))
        pages = len(document)
    finally:
        document.close()
    foot = "".join(f"{sheet.foot}{sheet.page.format(n=number + 1, of=pages)}" for number in range(pages))
    expected = letters(spelled(said(sheet) + foot + sheet.no_place + "".join(sheet.signatures) + "()" * 2))
    assert found == expected


def test_the_sheet_says_what_is_known_and_what_is_not() -> None:
    sheet = sheet_of(facts(), "ก", NOON, BANGKOK, "th")
    stages, units, presses, timeline = sheet.grids
    assert sheet.marks == ["ฝึกซ้อม"]
    assert dict(sheet.facts)["ตู้ SOS หรือหน่วย"] == "ปากซอยร่วมฤดี (b1)"
    assert stages.rows[1] == ("แสดงบนจอ", "ไม่ทราบ", "-", "-", "")
    assert stages.rows[2] == ("ถึงที่เกิดเหตุ", "21 พ.ย. 2569 12:04:00", "4:00 นาที", "4:00 นาที", "จาก GPS")
    assert units.rows[0][0] == "สายตรวจ ๒๐๑"
    assert units.rows[1][4] == "ไม่ทราบ"  # sent, and nobody knows when it was there
    assert presses.rows[0][1:4] == ("11:59:59", "12:00:00", "12:00:00")
    assert timeline.note == "และอีก 7 รายการ"
    assert "21 พ.ย. 2569 12:00:00" in sheet.foot


def test_what_the_system_wrote_down_is_told_in_the_readers_words() -> None:
    written = [
        ("raise", "silent", "เงียบหาย"), ("shelve", "15 min พักจากโต๊ะรับแจ้งเหตุ", "15 นาที พักจากโต๊ะรับแจ้งเหตุ"),
        ("notice", "ผกก.: limit 429", "ผกก.: ปลายทางรับเกินจำนวนแล้ว 429"), ("notice", "ผกก.: sent", "ผกก.: แจ้งแล้ว"),
        ("escalate", "level 2", "ระดับ 2"), ("close", "helped", "ให้ความช่วยเหลือแล้ว"), ("note", "silent", "silent"),
    ]  # fmt: skip
    history = [
        AlarmStep(station="lumphini", alarm="a1", version=number, step=step, at=NOON, detail=detail)
        for number, (step, detail, _) in enumerate(written, 1)
    ]
    timeline = sheet_of(replace(facts(), history=history), "ก", NOON, BANGKOK, "th").grids[3]
    assert [row[3] for row in timeline.rows] == [words for _, _, words in written]


def test_a_stage_without_a_time_says_why() -> None:
    def of(state: str, sent: bool, *names: str) -> list[str]:
        known = facts()
        told = replace(
            known, alarm=replace(known.alarm, state=state), dispatches=known.dispatches if sent else [],
            stages=[Stage(name, None, None, None) for name in names],
        )  # fmt: skip
        return [row[1] for row in sheet_of(told, "ก", NOON, BANGKOK, "th").grids[0].rows]

    assert of("closed", False, "shown", "assigned", "on_scene") == ["ไม่ทราบ", "ไม่ได้สั่งหน่วย", "ไม่ได้สั่งหน่วย"]
    assert of("closed", True, "on_scene") == ["ไม่ทราบ"]
    assert of("assigned", True, "on_scene", "closed") == ["ยังไม่มี", "ยังไม่มี"]


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_long_history_goes_over_pages_and_no_place_is_no_map(language: Language) -> None:
    sheet = sheet_of(facts(notes=40, place=False), "ก", NOON, BANGKOK, language)
    document = pypdfium2.PdfDocument(pdf_of(sheet, None))
    try:
        assert len(document) >= 3
        # Nothing is drawn outside of the margins: the paper's edges are white.
        for page in document:
            image = page.render(scale=1, grayscale=True).to_numpy()
            assert image[:, :20].min() == image[:, -20:].min() == image[:20].min() == image[-20:].min() == 255
    finally:
        document.close()


def test_the_face_has_every_letter_of_the_words_in_both_weights() -> None:
    wanted = {ord(letter) for words in table().values() for text in words.values() for letter in spelled(text)}
    wanted |= {ord(letter) for letter in THAI + "0123456789.:()%"}
    for file in sorted(page.FONTS.glob("*.ttf")):
        with TTFont(file) as font:
            missing = {chr(code) for code in wanted - font.getBestCmap().keys()}
        assert missing <= {"\n", "●", "■", "▲", "◆", "→", "⚠"}, file.name


def test_a_line_breaks_at_a_blank_and_else_between_whole_syllable_signs() -> None:
    assert lines("สายตรวจ 201 ถึงแล้ว", 12, len) == ["สายตรวจ 201", "ถึงแล้ว"]
    broken = lines(THAI, 9, len)
    assert "".join(broken).replace(" ", "") == THAI.replace(" ", "")
    for line in broken:
        assert unicodedata.category(line[0]) != "Mn"
        assert line[0] not in "ะาำๆฯ"
        assert line[-1] not in "เแโใไ"


@given(st.text(alphabet="กนเแำาี่้ ab1.\n", max_size=60), st.integers(4, 20))
def test_no_letter_is_lost_in_lines_and_none_is_too_wide_if_it_can_be_parted(text: str, width: int) -> None:
    broken = lines(text, width, len)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    pieces = lines(text, 0, len)
    longest = max(len(piece) for piece in pieces)
    assert all(len(line) <= max(width, longest) for line in broken)


def test_streets_are_drawn_true_to_scale_and_cut_at_the_frame() -> None:
    drawn = sketch(facts().streets, 13.73, 100.54, 72.0, 62.0)
    [street] = drawn.lines
    assert street.main
    assert [(round(x, 3), round(y, 3)) for x, y in street.points] == [(0.0, 31.0), (72.0, 31.0)]
    assert drawn.scale * 600 == pytest.approx(72.0)
    north = Street(station="x", id=2, line='{"type":"LineString","coordinates":[[100.54,13.73],[100.54,13.7309]]}')
    [line] = sketch([north], 13.73, 100.54, 72.0, 62.0).lines
    assert line.points[1][1] == pytest.approx(31 - 0.0009 * 111_320 * 0.12, abs=0.01)  # north is up
    assert not line.main
