"""Numbers, places and offences as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.numbers import parse_count, parse_number, parse_pair, parse_place
from models.formats.offences import GROUPS, OFFENCES, STANDARD, classify, parse_group
from models.formats.problems import BadValueError


def code_of(call: object, *texts: str) -> str:
    with pytest.raises(BadValueError) as caught:
        call(*texts)  # type: ignore[operator]
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16.5425", 16.5425),
        ("๑๖.๕๔๒๕", 16.5425),
        ("-123.1", -123.1),
        ("\u2212123.1", -123.1),
        ("16,5425", 16.5425),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1e3", 1000.0),
        (" 7 ", 7.0),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1.2.3", "1,2,3", "--1", "1e999", "0x10", "12 น."])
def test_not_numbers(text: str) -> None:
    assert code_of(parse_number, text) == "bad_number"


def test_a_comma_that_could_be_both_is_refused() -> None:
    assert code_of(parse_number, "16,542") == "unclear_comma"


@pytest.mark.parametrize(("text", "count"), [("2367.0", 2367), ("2,367", 2367), ("๑๒", 12), ("0", 0)])
def test_counts(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.5", "bad_number"),
        ("-1", "out_of_range"),
        ("999999999", "out_of_range"),
        ("1" + ",000" * 200, "bad_number"),
    ],
)
def test_not_counts(text: str, code: str) -> None:
    assert code_of(parse_count, text) == code


def test_places() -> None:
    assert parse_place("16.542", "104.732") == (16.542, 104.732)
    assert parse_place("", " ") is None
    assert parse_pair("16.542, 104.732") == (16.542, 104.732)
    assert parse_pair("(๑๖.๕๔๒ ๑๐๔.๗๓๒)") == (16.542, 104.732)
    assert parse_pair("") is None


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("104.732", "16.542", "swapped"),
        ("-123.1", "49.2", "swapped"),
        ("0", "0.00001", "zero_place"),
        ("16.5", "", "half_place"),
        ("", "104", "half_place"),
        ("91", "104", "bad_place"),
        ("16", "181", "bad_place"),
        ("200", "10", "bad_place"),
        ("x", "104", "bad_number"),
    ],
)
def test_not_places(lat: str, lon: str, code: str) -> None:
    assert code_of(parse_place, lat, lon) == code


def test_not_pairs() -> None:
    assert code_of(parse_pair, "16.542") == "bad_place"
    assert code_of(parse_pair, "104.732, 16.542") == "swapped"


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_place_or_refused(lat: str, lon: str) -> None:
    try:
        place = parse_place(lat, lon)
    except BadValueError:
        return
    assert place is None or (-90 <= place[0] <= 90 and -180 <= place[1] <= 180)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("ลักทรัพย์", ("theft", 2)),
        ("ความผิดฐาน ลักทรัพย์", ("theft", 2)),
        ("Theft", ("theft", 2)),
        ("gang robbery", ("gang_robbery", 2)),
        ("ฆ่าผู้อื่นโดยเจตนา", ("murder", 1)),
        ("คดียาเสพติด", ("drugs", 4)),
        ("พ.ร.บ. ลิขสิทธิ์", ("copyright", 3)),
        ("ความผิดตาม พ.ร.บ.คอมพิวเตอร์", ("computer", 3)),
        ("ทำ\u0e4d\u0e32ร้ายร่างกาย".replace("ำ\u0e4d\u0e32", "\u0e4d\u0e32"), ("assault", 1)),
        ("ทะเลาะวิวาท", ("quarrel", None)),
        ("Other Theft", ("Other Theft", None)),
    ],
)
def test_offences(name: str, stored: tuple[str, int | None]) -> None:
    assert classify(name) == stored


def test_every_offence_is_found_by_each_of_its_names_and_has_a_group_of_the_four() -> None:
    for offence in STANDARD:
        assert offence.group is None or offence.group in GROUPS
        for name in (offence.code, offence.th, offence.en, *offence.also):
            assert OFFENCES.find(name) is offence


def test_an_unknown_name_keeps_the_group_its_file_gave() -> None:
    assert classify("คดีพิเศษใหม่", 3) == ("คดีพิเศษใหม่", 3)
    assert classify("ลักทรัพย์", 1) == ("theft", 2)


@pytest.mark.parametrize(
    ("text", "group"),
    [("2", 2), ("กลุ่มที่ ๒ ทรัพย์", 2), ("Group 4: state", 4), ("5", None), ("", None), ("ทรัพย์", None)],
)
def test_groups(text: str, group: int | None) -> None:
    assert parse_group(text) == group
