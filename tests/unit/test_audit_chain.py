"""The chain of the audit log: its keys, its bytes, and that no change of any row passes."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given, settings
from hypothesis import strategies as st

from models.audit.chain import BEGINNING, Bad, Following, Row, hkdf, key_of, keys_of, mac_of, mark, row_bytes
from models.audit.deeds import GROUPS, Deed, Did, plain

SECRET = "a secret of 32 letters or more: certainly"
KEYS = keys_of(SECRET)


def chain(count: int) -> list[Row]:
    rows: list[Row] = []
    before = BEGINNING
    for seq in range(1, count + 1):
        values = (seq, 1_790_000_000_000 + seq, f"person {seq % 3}", "dispatcher", "s", "192.0.2.1", "saw.track",
                  "lumphini", f"unit:{seq}", "", "", KEYS.current.id)  # fmt: skip
        before = mac_of(KEYS.current, before, values)
        rows.append((*values, before))
    return rows


ROWS = chain(12)


def followed(rows: list[Row]) -> Bad | None:
    return Following(KEYS, None).follow(rows)


def test_hkdf_is_the_one_of_rfc_5869() -> None:
    """Test cases 1 and 3 of its appendix A."""
    assert hkdf(b"\x0b" * 22, bytes(range(0xF0, 0xFA)), 42, bytes(range(13))).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert hkdf(b"\x0b" * 22, b"", 42).hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_a_row_s_bytes_and_mac_are_the_ones_the_docs_name() -> None:
    values = (1, 2, 'ก"', "r", "s", "a", "saw.track", "st", "o", "d\\", "p", "k")
    assert row_bytes(values).decode() == '[1,1,2,"ก\\"","r","s","a","saw.track","st","o","d\\\\","p","k"]'
    expected = hmac.new(KEYS.current.rows, BEGINNING + row_bytes(values), hashlib.sha256).digest()
    assert mac_of(KEYS.current, BEGINNING, values) == expected


def test_what_was_written_is_followed_to_its_end_in_pieces_too() -> None:
    following = Following(KEYS, None)
    assert following.follow(ROWS[:5]) is None
    assert following.follow(ROWS[5:]) is None
    assert (following.seq, following.mac) == (12, ROWS[-1][12])


def test_keys_differ_by_secret_and_use_and_show_nothing_of_themselves() -> None:
    key, other = key_of(SECRET), key_of(SECRET + "x")
    assert len({key.id, key.rows, key.marks, other.id, other.rows, other.marks}) == 6
    assert key.rows.hex() not in repr(keys_of(SECRET))
    assert str(key.rows) not in repr(key)


def test_a_row_sealed_with_a_key_nobody_names_is_found_and_an_old_one_is_good_when_named() -> None:
    new = "another secret, also of 32 letters or more"
    assert followed(ROWS) is None
    foreign = Following(keys_of(new), None).follow(ROWS)
    assert foreign is not None
    assert foreign.seq == 1
    assert Following(keys_of(new, [SECRET]), None).follow(ROWS) is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_a_row_passes(data: st.DataObject) -> None:
    """Each column of each row set to something else, rows left out, doubled, exchanged or put in."""
    rows = list(ROWS)
    place = data.draw(st.integers(0, len(rows) - 2))
    how = data.draw(st.sampled_from(["change", "remove", "exchange", "double"]))
    if how == "change":
        column = data.draw(st.integers(0, 12))
        old = rows[place][column]
        kinds = {int: st.integers(0, 2**62), str: st.text(max_size=20), bytes: st.binary(min_size=32, max_size=32)}
        new = data.draw(kinds[type(old)].filter(lambda value: value != old))
        rows[place] = (*rows[place][:column], new, *rows[place][column + 1 :])  # type: ignore[assignment]
    elif how == "remove":
        del rows[place]
    elif how == "exchange":
        one, two = rows[place], rows[place + 1]
        rows[place], rows[place + 1] = (one[0], *two[1:]), (two[0], *one[1:])
    else:
        rows.insert(place + 1, (rows[place][0] + 1, *rows[place][1:]))
    bad = followed(rows)
    assert bad is not None
    assert place <= bad.seq - 1 <= place + 1


def test_a_mark_is_good_only_for_its_kind_its_row_and_its_key() -> None:
    made = mark(KEYS, "head", 7, ROWS[6][12], 5)
    assert made.genuine(KEYS)
    for part, value in (("kind", "cut"), ("seq", 6), ("mac", ROWS[5][12]), ("at", 6), ("tag", bytes(32))):
        fields = {name: getattr(made, name) for name in ("kind", "seq", "mac", "at", "key", "tag")}
        assert not type(made)(**{**fields, part: value}).genuine(KEYS), part
    assert not made.genuine(keys_of("another secret, also of 32 letters or more"))


def test_a_deed_is_kept_in_one_line_a_part_and_every_kind_is_of_a_group() -> None:
    deed = plain(Deed(1, "a\r\nb\x1b[31m", "r", "s" * 64, "x", Did.SAW_TRACK, object="\u202eo" * 300, detail="d\x00"))
    assert (deed.who, len(deed.session), len(deed.object), deed.detail) == ("a b[31m", 16, 200, "d")
    assert {did.value.split(".")[0] for did in Did} == set(GROUPS)
    assert max(len(did.value) for did in Did) <= 48
