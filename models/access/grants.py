"""Which stations somebody is granted: through the levels country, bureau, province and station. Pure.

Kept as a comma list with accounts, sessions, links and tokens, and turned into stations when asked: a station that is
added to a province later is in, one that leaves it is out.

    *                       the country: every station
    bureau:บช.น.            every station of a bureau
    province:มุกดาหาร         every station of a province
    lumphini                one station, by its code
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: Grant of every station.
EVERYWHERE = "*"

BUREAU = "bureau:"
PROVINCE = "province:"

#: Codes of stations; None: every station of the register, and those that come.
Stations = frozenset[str] | None


class Placed(NamedTuple):
    """A station of the register and the levels above it; an empty level is none."""

    code: str
    bureau: str
    province: str


def grants_of(text: str) -> tuple[str, ...]:
    """The grants of a comma list, each once, in order; `*` swallows the rest."""
    said = (_plain(part) for part in text.split(","))
    found = tuple(sorted({grant for grant in said if grant}))
    return (EVERYWHERE,) if EVERYWHERE in found else found


def levels_named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the bureaus and of the provinces that a comma list grants."""
    said = grants_of(text)
    bureaus, provinces = (
        frozenset(grant.removeprefix(level) for grant in said if grant.startswith(level)) - {""}
        for level in (BUREAU, PROVINCE)
    )
    return bureaus, provinces


def by_level(text: str) -> bool:
    """Whether a comma list names a level above the station, so that the register must be asked."""
    return any(levels_named(text))


def level_name(text: str) -> str:
    """The name of a bureau or a province as the register keeps it: one spelling for what looks the same."""
    return unicodedata.normalize("NFC", text).strip()


def stations_of(text: str, register: Iterable[Placed]) -> Stations:
    """The stations that a comma list grants; None for `*`. `register` is read only when a level is named."""
    return stations_by(text, by_grant(register) if by_level(text) else {})


def stations_by(text: str, granting: Mapping[str, frozenset[str]]) -> Stations:
    """The stations that a comma list grants; None for `*`. `granting`: what `by_grant` says of the register.

    A code is granted whether or not the register knows it: what is heard from there before its import is seen then.
    """
    grants = grants_of(text)
    if grants == (EVERYWHERE,):
        return None
    codes = frozenset(grant for grant in grants if not grant.startswith((BUREAU, PROVINCE)))
    return codes.union(*(granting.get(grant, frozenset()) for grant in grants if grant not in codes))


def by_grant(register: Iterable[Placed]) -> dict[str, frozenset[str]]:
    """Each grant of a level that some station is in, and the codes of the stations in it."""
    found: dict[str, set[str]] = {}
    for one in register:
        for level in levels_of(one):
            found.setdefault(level, set()).add(one.code)
    return {level: frozenset(codes) for level, codes in found.items()}


def levels_of(station: Placed) -> frozenset[str]:
    """The grants above its own code that a station is in."""
    bureau, province = level_name(station.bureau), level_name(station.province)
    named = ([BUREAU + bureau] if bureau else []) + ([PROVINCE + province] if province else [])
    return frozenset(named)


def covers(own: str, other: str, register: Iterable[Placed]) -> bool:
    """Whether one with the grants `own` may give or take the grants `other`.

    Grants are compared, not what they mean today: a province is covered by itself and by the country only, for its
    next station may be one that `own` does not have. A code is covered by itself and by a level the register places
    it in. No grants at all are covered by the country only.
    """
    mine, asked = frozenset(grants_of(own)), grants_of(other)
    if EVERYWHERE in mine:
        return True
    placed = {one.code: levels_of(one) for one in register}
    return bool(asked) and all(grant in mine or bool(placed.get(grant, frozenset()) & mine) for grant in asked)


def unknown_grants(text: str, register: Iterable[Placed]) -> list[str]:
    """The grants of a comma list that no station of the register is in."""
    known = {EVERYWHERE}
    for one in register:
        known |= {one.code} | levels_of(one)
    return [grant for grant in grants_of(text) if grant not in known]


def _plain(text: str) -> str:
    """One spelling for what looks the same: composed, no blanks at the ends or round the colon."""
    said = unicodedata.normalize("NFC", text).strip()
    level, colon, name = said.partition(":")
    return f"{level.strip()}:{name.strip()}" if colon else said
