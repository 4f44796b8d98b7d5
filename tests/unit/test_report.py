"""A report says what it is of, draws what it was given, and is the same page as a picture."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from dashboard.report.content import TONES, Bars, Course, Figure, Places, Report, Said, Table
from dashboard.report.figures import number_text
from dashboard.report.paper import pdf_of, png_of
from dashboard.sheet.content import Grid
from dashboard.sheet.thai_lines import one_line

SAID = Said(
    title="เหตุตามห้วงเวลา", under="สน.ลุมพินี", period="1 ต.ค. 2568 - 30 ก.ย. 2569", n="1,234 เหตุ",
    source="แฟ้มนำเข้า", data_age="22 พ.ย. 2569 03:00:00", method=("นับตามเวลาเกิดเหตุ", "ไม่รวมเหตุที่ไม่ทราบพิกัด"),
    left_out="ไม่มีพิกัด 17",
)  # fmt: skip
FIGURES: tuple[Figure, ...] = (
    Bars("ฐานความผิด", [("ลักทรัพย์", 40, ""), ("วิ่งราวทรัพย์", 10, "10 (20%)")]),
    Course("รายวัน", [1, 5, 2], [(0, "1 ต.ค."), (2, "3 ต.ค.")], [2, 2, 2], ("ปีนี้", "ปีก่อน")),
    Table("ชั่วโมงและวัน", [("จ.", [1.0, 0.0, 7.0])], ["0", "1", "2"]),
    Places(
        "ที่เกิดเหตุ", [(100.54, 13.73, 1), (98.3, 7.9, 1)],
        [[(100.5, 13.7), (100.6, 13.7), (100.6, 13.8), (100.5, 13.7)]], [(1, "เหตุ")],
    ),
)  # fmt: skip
GRIDS = (Grid("รายการ", (("ฐานความผิด", 2), ("จำนวน", 1)), [("ลักทรัพย์", "40")] * 60, "-"),)


def told(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf_of(Report(SAID, FIGURES, GRIDS, "จัดทำโดย วิชัย", "หน้า {n} จาก {of}", "th"))


def test_it_says_what_it_is_of(made: bytes) -> None:
    pages = told(made)
    squeezed = pages[0].replace(" ", "")
    for words in ("2568", "2569", "1,234", "17", "03:00:00"):
        assert words in squeezed
    assert len(pages) == 4  # sixty rows do not fit under the figures, and none is lost
    assert sum(page.count("40") for page in pages) >= 60
    assert "นอกแผน" in pages[1]  # a point far away does not shrink the others, and is told
    assert all(f"{number}" in page for number, page in enumerate(pages, 1))


def test_the_picture_is_the_same_pages_with_their_colours(made: bytes) -> None:
    picture = Image.open(BytesIO(png_of(made, "th")))
    assert picture.size == (1241, 7016)  # A4 at 150 dots an inch, one page under the other
    colours = {colour for _, colour in picture.getcolors(1 << 24) or []}
    assert TONES[0] in colours
    assert TONES[1] in colours


def test_figures_of_nothing_are_drawn_empty() -> None:
    empty: tuple[Figure, ...] = (Bars("ก", []), Course("ข", [], []), Table("ค", [], []), Places("ง", []))
    assert len(told(pdf_of(Report(SAID, empty, (), "", "{n} {of}", "th")))) >= 1


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (7.0, "7"), (7.25, "7.2"), (99.96, "100"), (999.6, "1,000"), (1_234_567, "1,234,567")],
)
def test_numbers_are_written_whole(value: float, written: str) -> None:
    assert number_text(value) == written


def test_a_cut_label_ends_with_an_ellipsis_between_two_letters() -> None:
    assert one_line("ลักทรัพย์", 9, len) == "ลักทรัพย์"
    # A mark goes with its consonant, and what is cut is said.
    assert one_line("ที่ที่ที่", 6, len) == "ที่…"
    assert one_line("กำแพง", 2, len) == "…"
    assert one_line("a  b\nc", 9, len) == "a b c"


def test_nothing_runs_over_the_edge_or_vanishes_unsaid() -> None:
    long = "พื้นที่ปลอดภัยตลาดอินโดจีนและถนนคนเดินริมโขง " * 4
    said = replace(SAID, title=long, under=long, mark=long)
    grids = [Grid(long, (("ชื่อ", 1),), [("ร้าน 漢字 😀",)] * 200, "-", long)]
    bars = Bars("ฐาน", [("ลักทรัพย์ในเคหสถานโดยใช้ยานพาหนะในเวลากลางคืน", 1_234_567, "")])
    hours = Table("ชั่วโมง", [("จ.", [1_234_567.0] * 24)], [f"{one:02}" for one in range(24)])
    made = pdf_of(Report(said, (bars, hours), grids, long, "{n}/{of}", "th"))
    document = pypdfium2.PdfDocument(made)
    for page in document:
        width, _ = page.get_size()
        texts = page.get_textpage()
        boxes = [texts.get_charbox(at) for at in range(texts.count_chars())]
        assert max(right for _, _, right, _ in boxes) <= width - 30  # 15 mm are 42 points
    pages = told(made)
    assert "1,234,567" in pages[0]
    assert "e+" not in "".join(pages)
    assert "…" in pages[0]
    assert "U+6F22, U+5B57, U+1F600" in pages[-1]
    assert len(pages) > 4
    whole = Image.open(BytesIO(png_of(made, "th")))
    assert whole.size[1] > 7016  # a strip under the fourth page says how many more there are
