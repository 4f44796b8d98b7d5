"""Accounts and sessions on a page: what there is, one account to change, a new one, and who is in now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.access.agents import browser_of
from dashboard.access.messages import MESSAGES
from dashboard.access.people import NotAllowedError
from dashboard.access.signin import link_path
from dashboard.access.steps import Problem
from dashboard.tables import Row
from dashboard.times import moment
from dashboard.visit import Visit, visit
from dashboard.words import Language, word
from models.access.grants import BUREAU, EVERYWHERE, PROVINCE
from models.access.policy import Role
from models.audit.deeds import session_of
from models.records.access import WebSession
from models.records.account import LOCAL, Account
from models.records.station import Station
from store.accounts import LastAdministratorError, NameTakenError

_SAID, _LINK = "people-said", "people-link"


def role_text(role: str, language: Language) -> str:
    """A role in words."""
    return word(f"role.{role}", language) if role in set(Role) else role


def grant_text(grant: str, stations: dict[str, str], language: Language) -> str:
    """A grant in words. `stations`: code -> name."""
    if grant == EVERYWHERE:
        return word("people.everywhere", language)
    for prefix, key in ((BUREAU, "people.bureau"), (PROVINCE, "people.province")):
        if grant.startswith(prefix):
            return word(key, language, name=grant.removeprefix(prefix))
    return stations.get(grant, grant)


def grants_text(grants: str, stations: dict[str, str], language: Language) -> str:
    """A comma list of grants in words."""
    return ", ".join(grant_text(grant, stations, language) for grant in grants.split(","))


def account_rows(rows: Sequence[Account], stations: dict[str, str], zone: ZoneInfo, language: Language) -> list[Row]:
    """One row an account."""

    def state(one: Account) -> str:
        if one.disabled_at is not None:
            return "✕ " + word("people.disabled", language)
        if one.issuer == LOCAL and not one.password:
            return "… " + word("people.no_password", language)
        return "✓ " + word("people.open", language)

    def second(one: Account) -> str:
        if one.issuer != LOCAL:
            return word("people.at_provider", language)
        return word("people.second_on" if one.totp else "people.second_off", language)

    return [
        {
            word("people.display", language): one.display,
            word("people.name", language): one.name,
            word("people.role", language): role_text(one.role, language),
            word("people.stations", language): grants_text(one.stations, stations, language),
            word("people.state", language): state(one),
            word("people.second", language): second(one),
            word("people.signed_in", language): moment(one.signed_in_at, zone, language)
            or word("people.never", language),
        }
        for one in rows
    ]


def session_rows(
    rows: Sequence[WebSession], stations: dict[str, str], zone: ZoneInfo, language: Language
) -> list[Row]:
    """One row a session."""
    return [
        {
            word("people.display", language): one.name,
            word("people.role", language): role_text(one.role, language),
            word("people.stations", language): grants_text(one.stations, stations, language),
            word("people.since", language): moment(one.created_at, zone, language),
            word("people.used", language): moment(one.used_at, zone, language),
            word("people.address", language): one.address or word("people.by_link", language),
            word("people.browser", language): browser_of(one.agent),
        }
        for one in rows
    ]


def _grants(stations: Sequence[Station]) -> list[str]:
    """What can be granted: everywhere, the levels there are, and each station."""
    bureaus = sorted({BUREAU + one.bureau for one in stations if one.bureau})
    provinces = sorted({PROVINCE + one.province for one in stations if one.province})
    return [EVERYWHERE, *bureaus, *provinces, *(one.code for one in stations)]


def told(language: Language) -> None:
    """What came of the last button, and a link that is shown this once."""
    said = st.session_state.pop(_SAID, None)
    if said is not None:
        (st.success if said[0] else st.error)(said[1])
    link = st.session_state.pop(_LINK, None)
    if link is not None:
        st.info(word("people.link", language))
        st.code(link, language=None, wrap_lines=True)


def _do(here: Visit, what: Callable[[], object], done: str) -> None:
    """Carry out a button's work, have the page say what came of it, and draw anew."""
    language, good, said = here.language, False, ""
    try:
        result = what()
        if isinstance(result, Problem):
            said = MESSAGES[result.value][0 if language == "th" else 1]
        elif result is None or result is False:
            said = word("people.nothing", language)
        else:
            good, said = True, word(done, language)
            if isinstance(result, str):
                st.session_state[_LINK] = _origin() + link_path(result)
    except NotAllowedError:
        said = word("err.no_permission", language)
    except LastAdministratorError:
        said = word("people.last", language)
    except NameTakenError:
        said = MESSAGES["taken"][0 if language == "th" else 1]
    st.session_state[_SAID] = (good, said)
    st.rerun()


def _origin() -> str:
    """Where the reader's browser has the product open."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def one_account(rows: Sequence[Account], stations: Sequence[Station], names: dict[str, str]) -> None:
    """Choose an account; change its rights, close or open it, have its password chosen anew."""
    here = visit()
    language, people = here.language, here.runtime.people
    by_id = {one.id: one for one in rows}
    chosen = st.selectbox(
        word("people.choose", language), list(by_id), key="people-account",
        format_func=lambda key: f"{by_id[key].display} ({by_id[key].name})",
    )  # fmt: skip
    if chosen is None:
        return
    one = by_id[chosen]
    options = list(dict.fromkeys([*_grants(stations), *one.stations.split(",")]))
    with st.form(f"people-rights-{chosen}", border=False):
        role = st.selectbox(
            word("people.role", language), list(Role), index=list(Role).index(Role(one.role)),
            format_func=lambda role: role_text(role, language),
        )  # fmt: skip
        grants = st.multiselect(
            word("people.stations", language), options, default=one.stations.split(","),
            placeholder=word("people.choose_stations", language),
            format_func=lambda grant: grant_text(grant, names, language),
        )  # fmt: skip
        if st.form_submit_button(word("people.save", language), type="primary"):
            _do(here, lambda: people.change(here.who, one.id, role or "", ",".join(grants)), "people.changed")
    left, right = st.columns(2)
    closed = one.disabled_at is not None
    if left.button(word("people.enable" if closed else "people.disable", language), key=f"people-close-{chosen}"):
        act = people.enable if closed else people.disable
        _do(here, lambda: act(here.who, one.id), "people.enabled" if closed else "people.ended")
    if right.button(word("people.reset", language), key=f"people-reset-{chosen}", disabled=one.issuer != LOCAL):
        _do(here, lambda: people.reset(here.who, one.id), "people.was_reset")


def new_one(stations: Sequence[Station], names: dict[str, str]) -> None:
    """Make an account."""
    here = visit()
    language = here.language
    with st.form("people-new", border=False):
        name = st.text_input(word("people.name_help", language), max_chars=64)
        display = st.text_input(word("people.display_help", language), max_chars=60)
        role = st.selectbox(
            word("people.role", language), list(Role), index=list(Role).index(Role.DISPATCHER), key="people-new-role",
            format_func=lambda role: role_text(role, language),
        )  # fmt: skip
        grants = st.multiselect(
            word("people.stations", language), _grants(stations), key="people-new-stations",
            placeholder=word("people.choose_stations", language),
            format_func=lambda grant: grant_text(grant, names, language),
        )  # fmt: skip
        if st.form_submit_button(word("people.add", language), type="primary"):
            people = here.runtime.people
            _do(here, lambda: people.add(here.who, name, display, role or "", ",".join(grants)), "people.added")


def sessions_part(names: dict[str, str]) -> None:
    """Who is in now, and a button that ends one."""
    here = visit()
    language, zone, people = here.language, here.runtime.values.zone, here.runtime.people
    rows = people.sessions(here.who)
    st.dataframe(session_rows(rows, names, zone, language), hide_index=True, key="people-sessions")
    by_name = {session_of(one.hash): one for one in rows}
    chosen = st.selectbox(
        word("people.choose_session", language), list(by_name), key="people-session",
        format_func=lambda key: f"{by_name[key].name} · {moment(by_name[key].created_at, zone, language)}"
        f" · {by_name[key].address or word('people.by_link', language)}",
    )  # fmt: skip
    if chosen is not None and st.button(word("people.end", language), key="people-end"):
        _do(here, lambda: people.end_session(here.who, chosen), "people.session_ended")
