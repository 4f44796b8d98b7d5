"""Who manages whom: an administrator of some stations reaches those accounts only, and nobody else reaches any."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.access.choosing import new_account
from dashboard.access.identity import Who
from dashboard.access.people import NotAllowedError, People
from dashboard.access.steps import Problem
from models.access.policy import Role
from models.audit.deeds import session_of
from models.records.access import WebSession
from models.records.account import Account
from models.records.station import Station
from store import access, accounts, registers
from store.accounts import NameTakenError
from store.database import Database

NOW = 1_790_000_000_000
STATIONS = ("lumphini", "bang_rak", "hat_yai")


def who(role: str, stations: frozenset[str] | None, account: str = "", grants: str = "") -> Who:
    said = grants or ",".join(sorted(stations or ()))
    return Who("n", role, stations, "session", "d" * 64, account=account, grants=said)


def filled(db: Database) -> People:
    with db.write() as tx:
        rows = [Station(code=code, name_th=code, name_en=code, bureau="บช.น.") for code in STATIONS]
        registers.put_stations(tx, rows, NOW)
        for name, stations in (
            ("one", "lumphini"), ("two", "lumphini,bang_rak"), ("south", "hat_yai"), ("all", "*"),
            ("bureau", "bureau:บช.น."),
        ):  # fmt: skip
            made = new_account(name, "", "dispatcher", stations, NOW)
            assert isinstance(made, Account)
            made.id = made.subject = name
            accounts.add(tx, made)
            access.add_session(
                tx,
                WebSession(
                    hash=name.ljust(64, "0"), name=name, role="dispatcher", stations=stations, csrf="c",
                    created_at=NOW, used_at=NOW, expires_at=NOW + 1000, account=name,
                ),
            )  # fmt: skip
    return People(db, lambda: NOW + 1, 1000)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(list(Role)), st.none() | st.frozensets(st.sampled_from(STATIONS)))
def test_nothing_out_of_reach_is_shown_or_touched(
    reach: tuple[People, dict[str, frozenset[str] | None]], role: Role, stations: frozenset[str] | None
) -> None:
    people, meant = reach
    asks = who(role, stations)
    within = {
        name for name, granted in meant.items()
        if role is Role.ADMINISTRATOR
        and (stations is None or (name != "bureau" and granted is not None and granted <= stations))
    }  # fmt: skip
    if role is not Role.ADMINISTRATOR:
        for listed in (people.accounts, people.sessions):
            with pytest.raises(NotAllowedError):
                listed(asks)
    else:
        assert {row.name for row in people.accounts(asks)} == within
        assert {row.name for row in people.sessions(asks)} == within
    for name in meant.keys() - within:
        acts: list[Callable[[], object]] = [
            partial(people.change, asks, name, "viewer", "lumphini"),
            partial(people.disable, asks, name),
            partial(people.enable, asks, name),
            partial(people.reset, asks, name),
        ]
        for act in acts:
            with pytest.raises(NotAllowedError):
                act()
        if role is Role.ADMINISTRATOR:
            assert not people.end_session(asks, session_of(name.ljust(64, "0")))
        assert not people.end_own(asks, session_of(name.ljust(64, "0")))


@pytest.fixture
def reach(sqlite_db: Database) -> tuple[People, dict[str, frozenset[str] | None]]:
    everything = frozenset(STATIONS)
    return filled(sqlite_db), {
        "one": frozenset({"lumphini"}), "two": frozenset({"lumphini", "bang_rak"}), "south": frozenset({"hat_yai"}),
        "all": None, "bureau": everything,
    }  # fmt: skip


def test_nobody_gives_more_than_the_own_stations_or_a_role_there_is_not(db: Database) -> None:
    people, local = filled(db), who("administrator", frozenset({"lumphini"}))
    for role, stations in (
        ("viewer", "*"), ("viewer", "bureau:บช.น."), ("viewer", "lumphini,hat_yai"), ("viewer", ""),
        ("viewer", "nowhere"), ("root", "lumphini"),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            people.add(local, "new", "", role, stations)
        with pytest.raises(NotAllowedError):
            people.change(local, "one", role, stations)
    assert people.add(local, "nеw", "", "viewer", "lumphini") is Problem.NAME
    assert isinstance(people.add(local, "new", "", "viewer", "lumphini"), str)
    with pytest.raises(NameTakenError):
        people.add(local, "n.e.w", "", "viewer", "lumphini")
    assert people.change(local, "one", "viewer", "lumphini")
    assert {row.name for row in people.sessions(who("administrator", None))} == {"two", "south", "all", "bureau"}


def test_everyone_sees_and_ends_the_own_sessions_only(db: Database) -> None:
    people = filled(db)
    mine = who("viewer", frozenset({"lumphini"}), "one")
    assert [row.name for row in people.own_sessions(mine)] == ["one"]
    assert not people.end_own(mine, session_of("two".ljust(64, "0")))
    assert people.end_own(mine, session_of("one".ljust(64, "0")))
    assert people.own_sessions(mine) == []
    assert len(people.sessions(who("administrator", None))) == 4


def test_grants_are_compared_and_not_what_they_mean_today(db: Database) -> None:
    people = filled(db)
    with db.write() as tx:
        alone = Station(code="mukdahan", name_th="มุก", name_en="Mukdahan", bureau="ภ.4", province="มุกดาหาร")
        registers.put_stations(tx, [alone], NOW)
        for name, stations in (("later", "province:ระยอง"), ("none", ""), ("only", "province:มุกดาหาร")):
            made = new_account(name, "", "dispatcher", stations, NOW)
            assert isinstance(made, Account)
            made.id = made.subject = name
            accounts.add(tx, made)
    local = who("administrator", frozenset({"mukdahan"}))
    assert people.accounts(local) == []
    for name in ("later", "none", "only"):
        with pytest.raises(NotAllowedError):
            people.reset(local, name)
    # The province's only station is not the province: the next one would be given away with it.
    with pytest.raises(NotAllowedError):
        people.add(local, "new", "", "viewer", "province:มุกดาหาร")
    of_province = who("administrator", frozenset({"mukdahan"}), grants="province:มุกดาหาร")
    assert [row.name for row in people.accounts(of_province)] == ["only"]
    assert isinstance(people.add(of_province, "new", "", "viewer", "province:มุกดาหาร,mukdahan"), str)
    with pytest.raises(NotAllowedError):
        people.add(of_province, "other", "", "viewer", "bureau:ภ.4")
