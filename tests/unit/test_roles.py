"""The policy table, its page, and who is held to less than the role."""

from __future__ import annotations

import pytest

from dashboard.access.asking import RefusedError, asking, must
from dashboard.access.identity import Who, place
from models.access.policy import POLICY, Action, Role, may, roles_of
from models.alarms.life import STEP_ROLES, Step
from models.alarms.life import may as may_step
from scripts.roles_page import PAGE, renewed


def test_the_page_is_drawn_from_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run `python -m scripts.roles_page`"
    for action in Action:
        assert page.count(f"`{action}`") >= 2, f"{action} is not explained"


def test_every_role_has_its_line_and_nobody_else_may_anything() -> None:
    assert set(POLICY) == set(Role)
    for action in Action:
        assert not may("", action)
        assert not may("root", action)
        assert not may("Commander", action)
        assert roles_of(action), f"nobody may {action}"


def test_an_analyst_keeps_incidents_a_viewer_nothing_and_both_follow_nobody() -> None:
    keeps = {Action.RECORD_INCIDENT, Action.EDIT_INCIDENT, Action.IMPORT_INCIDENTS}
    assert keeps <= POLICY[Role.ANALYST]
    assert not keeps & POLICY[Role.VIEWER]
    acts = {Action.STEP_ALARM, Action.RUN_DRILL, Action.START_ZONE, Action.SEE_TRACK, Action.REPLAY}
    acts |= {action for action in Action if action.startswith("manage_")} | {Action.SEE_PERSON}
    for role in (Role.ANALYST, Role.VIEWER):
        assert not acts & POLICY[role]
    assert Action.EXPORT not in POLICY[Role.VIEWER]


def test_only_an_administrator_manages() -> None:
    for action in (Action.MANAGE_PEOPLE, Action.MANAGE_DEVICES, Action.MANAGE_REGISTERS, Action.SEE_UNKNOWN):
        assert roles_of(action) == {Role.ADMINISTRATOR}


def test_the_life_of_an_alarm_goes_by_the_table() -> None:
    assert roles_of(Action.STEP_ALARM) == STEP_ROLES
    for role in Role:
        assert may_step(role, Step.ACKNOWLEDGE) is may(role, Action.STEP_ALARM)


@pytest.mark.parametrize("screen", [{"kiosk": True}, {"visitor": True}])
def test_a_screen_nobody_sits_at_only_looks_whatever_its_role(screen: dict[str, bool]) -> None:
    for role in Role:
        who = Who("wall", role, None, "session", "d", **screen)  # type: ignore[arg-type]
        assert {action for action in Action if who.may(action)} == {Action.SEE_MAP}


def test_one_check_for_every_route() -> None:
    scope: dict[str, object] = {}
    with pytest.raises(RefusedError) as nobody:
        asking(scope, Action.STEP_ALARM)
    assert nobody.value.status == 401
    place(scope, Who("a", Role.ANALYST, None, "session", "d"))
    with pytest.raises(RefusedError) as analyst:
        asking(scope, Action.STEP_ALARM)
    assert (analyst.value.status, str(analyst.value)) == (403, "the role analyst may not step alarm here")
    assert must(Who("a", Role.DISPATCHER, None, "session", "d"), Action.STEP_ALARM).name == "a"
