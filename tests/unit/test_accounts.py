"""The rules of accounts: names that look alike, passwords that are guessed, delays, codes by the clock."""

from __future__ import annotations

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import argon
from dashboard.access.seal import Seal
from models.accounts import delay, second_factor
from models.accounts.delay import Failures, wait_ms
from models.accounts.names import compared, folded, shown, skeleton
from models.accounts.passwords import PasswordProblem, problem

NOW = 1_790_000_000_000
SECRET = "k3-Vq9xT0zLw7RrB1mNf5Jp8Yd2Hs6Ga4Ue"


@pytest.mark.parametrize("name", ["Somchai", " somchai ", "ｓｏｍｃｈａｉ", "SOMCHAI"])
def test_one_name_however_it_is_written(name: str) -> None:
    assert compared(name) == "somchai"


@pytest.mark.parametrize(
    "name",
    ["sоmchai", "somсhai", "ѕomchai", "ѕоmсhаі", "som\u200bchai", "som\u202echai", "สมชาย", "", ".a", "a b", "a" * 65,
     "som\u0301chai", "ΑΒ"],
)  # fmt: skip
def test_a_name_with_a_letter_that_only_looks_right_is_none(name: str) -> None:
    assert compared(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("somchai", "s0mchai"),
        ("admin", "adm1n"),
        ("wanee", "vvanee"),
        ("modern", "modem"),
        ("a.b", "ab"),
        ("cl", "d"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert skeleton("somchai") != skeleton("somsak")


def test_shown_names_are_thai_or_latin_and_compared_without_blanks() -> None:
    assert shown(" ร.ต.อ.  สมชาย   ใจดี ") == "ร.ต.อ. สมชาย ใจดี"
    assert shown("Cоmmander") is None  # a Cyrillic o
    assert shown("a\u202eb") is None
    assert shown("<b>") is None
    assert folded("ร.ต.อ. สมชาย") == folded("ร.ต.อ.สมชาย")
    assert folded("Somchai") == folded("SOM CHAI")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", PasswordProblem.SHORT),
        ("elevenchars", PasswordProblem.SHORT),
        ("passwordpassword", PasswordProblem.EASY),
        ("qwertyuiop1234", PasswordProblem.EASY),
        ("aaaaaaaaaaaaaaaa", PasswordProblem.EASY),
        ("Summer2026!!!!", PasswordProblem.EASY),
        ("police123456", PasswordProblem.EASY),
        ("somchai12345", PasswordProblem.NAME),
        ("x" * 129, PasswordProblem.LONG),
        ("ladprao tiger canal 87", None),
        ("เหตุด่วนต้นไม้สีม่วง", None),
        ("somchai rides a violet buffalo", None),
    ],
)
def test_length_over_complexity_and_nothing_that_is_guessed_first(password: str, why: PasswordProblem | None) -> None:
    assert problem(password, ("somchai", "ร.ต.อ. สมชาย")) is why


def test_argon2id_at_the_recommended_cost_and_no_password_opens_an_empty_one() -> None:
    encoded = argon.hashed("ladprao tiger canal 87")
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert argon.right(encoded, "ladprao tiger canal 87")
    assert not argon.right(encoded, "ladprao tiger canal 88")
    assert not argon.right("", "nobody has this password")
    assert not argon.right("", "")
    assert not argon.right(encoded, "x" * 100_000)
    assert not argon.outdated(encoded)
    assert argon.outdated("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$" + encoded.rsplit("$", 1)[1])
    half, whole = "\u0e19\u0e4d\u0e32", "\u0e19\u0e33"  # sara am, typed in two ways
    assert argon.right(argon.hashed(half * 5), whole * 5)


def test_the_delay_of_an_address_grows_and_is_never_longer_than_a_minute() -> None:
    assert [delay.own_delay_ms(n) for n in range(6)] == [0, 0, 0, 1000, 2000, 4000]
    assert max(delay.own_delay_ms(n) for n in range(2000)) == delay.LONGEST_MS


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2_000_000)), max_size=40),
    st.integers(1, 2),
    st.integers(0, 2_000_000),
)
def test_however_many_strangers_guess_the_duty_officers_own_address_waits_for_nobody(
    strangers: list[tuple[int, int]], own: int, own_ago: int
) -> None:
    seen = [Failures(f"stranger-{at}", n, NOW - ago) for at, (n, ago) in enumerate(strangers)]
    seen.append(Failures("desk", own, NOW - own_ago))
    assert wait_ms(seen, "desk", True, NOW) == 0
    assert wait_ms(seen, "elsewhere", False, NOW) <= delay.CROWD_MS


def test_many_addresses_together_slow_strange_ones_down_and_are_forgotten() -> None:
    crowd = [Failures(str(at), 1, NOW) for at in range(delay.CROWD)]
    assert wait_ms(crowd, "new", False, NOW) == delay.CROWD_MS
    assert wait_ms(crowd[1:], "new", False, NOW) == 0
    assert wait_ms(crowd, "new", False, NOW + delay.CROWD_MS) == 0
    assert wait_ms([Failures("a", 50, NOW)], "a", True, NOW) == delay.LONGEST_MS
    assert wait_ms([Failures("a", 50, NOW)], "a", True, NOW + delay.FORGET_MS) == 0


def test_codes_of_the_second_factor_wait_a_quarter_of_an_hour_after_ten_wrong_ones() -> None:
    assert delay.code_wait_ms([Failures("", 9, NOW)], NOW) == 0
    assert delay.code_wait_ms([Failures("", 10, NOW)], NOW) == delay.FORGET_MS


def test_a_code_counts_once_and_only_about_its_time() -> None:
    secret = second_factor.new_secret()
    step = NOW // 1000 // 30
    code = pyotp.TOTP(secret).generate_otp(step)
    assert second_factor.step_of(secret, code, NOW, -1) == step
    assert second_factor.step_of(secret, f"{code[:3]} {code[3:]}", NOW, step - 1) == step
    assert second_factor.step_of(secret, code, NOW, step) is None
    assert second_factor.step_of(secret, code, NOW + 30_000, -1) == step
    assert second_factor.step_of(secret, code, NOW + 61_000, -1) is None
    assert second_factor.step_of(secret, "", NOW, -1) is None
    assert second_factor.step_of(second_factor.new_secret(), code, NOW, -1) is None


def test_recovery_codes_differ_and_are_compared_without_dash_and_capitals() -> None:
    codes = second_factor.recovery_codes()
    assert len(set(codes)) == second_factor.CODES == 10
    assert second_factor.plain_code(codes[0].upper().replace("-", " ")) == codes[0].replace("-", "")


def test_what_is_sealed_opens_for_its_owner_only_and_under_an_older_secret_too() -> None:
    sealed = Seal(SECRET).close("JBSW", "somchai")
    assert "JBSW" not in sealed
    assert Seal("another" + SECRET, [SECRET]).open(sealed, "somchai") == "JBSW"
    assert Seal(SECRET).open(sealed, "somsak") is None
    assert Seal("another" + SECRET).open(sealed, "somchai") is None
    assert Seal(SECRET).open(sealed[:-6] + "AAAA==", "somchai") is None
    assert Seal(SECRET).open("", "somchai") is None
