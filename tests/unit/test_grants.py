"""Grants through the levels: what a comma list means, whatever the register holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.access.grants import Placed, by_level, covers, grants_of, stations_of, unknown_grants

REGISTER = (
    Placed("lumphini", "บช.น.", "กรุงเทพมหานคร"),
    Placed("pathumwan", "บช.น.", "กรุงเทพมหานคร"),
    Placed("hat_yai", "ภ.9", "สงขลา"),
    Placed("nowhere", "", ""),
)

names = st.sampled_from(["a", "b", "c", "ก", "ข", ""])
codes = st.sampled_from(["a", "b", "c", "d", "e"])
registers = st.lists(st.builds(Placed, codes, names, names), max_size=8, unique_by=lambda one: one.code)
grants = st.one_of(
    st.just("*"), codes, names.map(lambda name: f"bureau:{name}"), names.map(lambda name: f"province:{name}")
)


def test_each_level_means_its_stations() -> None:
    assert stations_of("*", ()) is None
    assert stations_of("lumphini, *", ()) is None
    assert stations_of("a, b,", ()) == frozenset({"a", "b"})
    assert stations_of("", REGISTER) == frozenset()
    assert stations_of("bureau:บช.น.", REGISTER) == frozenset({"lumphini", "pathumwan"})
    assert stations_of("province: สงขลา ,lumphini", REGISTER) == frozenset({"hat_yai", "lumphini"})
    assert stations_of("province:ภูเก็ต", REGISTER) == frozenset()


def test_a_level_without_a_name_is_no_level() -> None:
    assert stations_of("bureau:,province:", REGISTER) == frozenset()


def test_spellings_that_look_the_same_are_the_same() -> None:
    composed, apart = "province:\u00c5", "province:A\u030a"
    for said, kept in ((apart, "\u00c5"), (composed, "A\u030a")):
        assert stations_of(said, [Placed("a", "", kept)]) == frozenset({"a"})


def test_a_grant_that_means_nothing_is_named() -> None:
    assert unknown_grants("lumphini,bureau:บช.น.,province:กรุงเทพ,x", REGISTER) == ["province:กรุงเทพ", "x"]
    assert unknown_grants("*,x", REGISTER) == []


@given(st.lists(grants, max_size=5).map(",".join), registers)
def test_nobody_is_granted_what_no_grant_names(text: str, register: list[Placed]) -> None:
    granted, said = stations_of(text, register), set(grants_of(text))
    if "*" in said:
        assert granted is None
        return
    assert granted is not None
    for one in register:
        levels = ({f"bureau:{one.bureau}"} if one.bureau else set()) | (
            {f"province:{one.province}"} if one.province else set()
        )
        assert (one.code in granted) is bool(said & ({one.code} | levels))
    assert by_level(text) or granted == said - {"bureau:", "province:"}


@given(st.lists(grants, max_size=5).map(",".join), registers, registers)
def test_what_is_added_later_is_in_by_its_level_alone(text: str, now: list[Placed], more: list[Placed]) -> None:
    known = {one.code for one in now}
    later = [*now, *(one for one in more if one.code not in known)]
    before, after = stations_of(text, now), stations_of(text, later)
    if before is None or after is None:
        assert before is after
        return
    assert before <= after


@given(st.lists(grants, max_size=3), st.lists(grants, max_size=3), registers, registers)
def test_what_is_covered_stays_covered_whatever_joins_the_register(
    own: list[str], other: list[str], now: list[Placed], later: list[Placed]
) -> None:
    mine, asked = ",".join(own), ",".join(other)
    if not covers(mine, asked, now):
        return
    known = {one.code for one in now}
    grown = [*now, *(one for one in later if one.code not in known)]
    meant, given_away = stations_of(mine, grown), stations_of(asked, grown)
    assert meant is None or (given_away is not None and given_away <= meant)


def test_a_level_is_covered_by_itself_and_the_country_only() -> None:
    assert covers("*", "province:สงขลา", REGISTER)
    assert covers("province: สงขลา", "province:สงขลา,hat_yai", REGISTER)
    assert not covers("hat_yai", "province:สงขลา", REGISTER)  # its only station
    assert not covers("lumphini", "province:ภูเก็ต", REGISTER)  # no station yet
    assert not covers("lumphini", "", REGISTER)
    assert not covers("", "", REGISTER)
    assert not covers("bureau:ภ.9", "*", REGISTER)
