"""What an identity provider says of somebody as a role and grants."""

from __future__ import annotations

import pytest

from models.accounts.claims import Mapped, identity_of

ROLES = (("chiefs", "chief"), ("desk", "dispatcher"))
PLAIN = Mapped("groups", ROLES, "places", ())


def said(mapped: Mapped, groups: object, places: object) -> tuple[str, tuple[str, ...]]:
    found = identity_of({"iss": "i", "sub": "s", "groups": groups, "places": places}, mapped)
    return found.role, found.grants


def test_a_text_is_one_value_whatever_is_in_it() -> None:
    assert said(PLAIN, "desk", "lumphini") == ("dispatcher", ("lumphini",))
    assert said(PLAIN, "no chiefs", "lumphini bang_rak")[0] == ""
    assert said(PLAIN, "desk,chiefs", "")[0] == ""
    assert said(PLAIN, ["desk", "chiefs"], ["lumphini", "bang_rak"]) == ("chief", ("lumphini", "bang_rak"))
    assert said(PLAIN, {"chiefs": True}, 5) == ("", ())


@pytest.mark.parametrize("places", ["*", ["*"], [" * "], ["lumphini,*"], "lumphini,*", ["*,"]])
def test_a_claim_gives_the_whole_country_only_where_a_setting_says_so(places: object) -> None:
    assert said(PLAIN, "desk", places)[1] == ()
    mapped = Mapped("groups", ROLES, "places", (("HQ", "*"), ("N1", "lumphini+bang_rak")))
    assert said(mapped, "desk", places)[1] == ()
    assert said(mapped, "desk", ["HQ"])[1] == ("*",)
    assert said(mapped, "desk", ["N1"])[1] == ("lumphini", "bang_rak")


def test_with_the_setting_a_claim_may_say_so() -> None:
    assert said(Mapped("groups", ROLES, "places", (), everywhere=True), "desk", ["*"])[1] == ("*",)
