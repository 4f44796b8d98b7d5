"""The written procedure: what a file may say, and what is told of a bad one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboard.live.procedures import BUNDLED, Procedures
from models.formats.procedure import MOST_ITEMS, ProcedureError, items_for, read_procedure

ONE = '[[item]]\nid = "call"\nth = "โทรหาผู้แจ้ง"\n'


def test_the_bundled_procedure_has_something_for_every_alarm_in_both_languages() -> None:
    items = read_procedure(BUNDLED.read_text(encoding="utf-8"))
    for kind in ("sos", "panic", "unreadable", "report", "anything new"):
        assert items_for(items, kind)
    assert all(item.en != item.th for item in items)
    assert "talk" not in [item.id for item in items_for(items, "panic")]


def test_english_is_thai_where_it_is_not_written() -> None:
    [item] = read_procedure(ONE)
    assert (item.id, item.th, item.en, item.kinds) == ("call", "โทรหาผู้แจ้ง", "โทรหาผู้แจ้ง", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [[item]]"),
        ("item = 3", "no [[item]]"),
        ("[[item]\n", "no TOML"),
        ("item = [3]", "item 1 is no table"),
        ('[[item]]\nth = "x"', "item 1: `id`"),
        ('[[item]]\nid = "Ünd"\nth = "x"', "item 1: `id`"),
        ('[[item]]\nid = "a"', "item a: `th`"),
        ('[[item]]\nid = "a"\nth = "  "', "item a: `th`"),
        ('[[item]]\nid = "a"\nth = "x"\nkinds = "sos"', "item a: `kinds`"),
        (f'[[item]]\nid = "a"\nth = "{"ก" * 201}"', "longer than"),
        (ONE * 2, "id used twice: call"),
        ("".join(ONE.replace("call", f"c{i}") for i in range(MOST_ITEMS + 1)), "more than"),
    ],
)
def test_a_bad_file_says_what_is_wrong_with_it(text: str, said: str) -> None:
    with pytest.raises(ProcedureError) as caught:
        read_procedure(text)
    assert said in str(caught.value)


def test_a_station_s_own_file_counts_from_the_moment_it_is_there(tmp_path: Path) -> None:
    known = Procedures(tmp_path)
    assert not known.of("lumphini").own
    file = tmp_path / "lumphini.toml"
    file.write_text(ONE, encoding="utf-8")
    assert [item.id for item in known.of("lumphini").items] == ["call"]
    assert known.of("lumphini").own
    file.write_text(ONE + ONE.replace("call", "wait"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert [item.id for item in known.of("lumphini").items] == ["call", "wait"]
    assert not known.of("hat_yai").own


def test_a_bad_file_is_told_and_the_bundled_procedure_stands(tmp_path: Path) -> None:
    (tmp_path / "lumphini.toml").write_bytes(b"\xff\xfe")
    found = Procedures(tmp_path).of("lumphini")
    assert (found.own, len(found.items) > 3, bool(found.problem)) == (False, True, True)


def test_a_station_s_name_leads_to_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text(ONE, encoding="utf-8")
    inner = tmp_path / "procedures"
    inner.mkdir()
    assert not Procedures(inner).of("../secret").own
