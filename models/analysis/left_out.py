"""How many cases did not take part in a map, and why. Told beside every map, so read without loading mathematics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many did not take part, each counted once, under the first reason that holds: `future` (after now),
    `group4`, `patrol`, `duplicate` (the same case again, from the same or another source), `other_family`,
    `unnamed` (under a name of the station's own, which may mean an offence of this family: nobody has said so),
    `no_place`, `stray` (placed outside the zone).

    `no_hour` is no reason: these count, but in no shift.
    """

    group4: int = 0
    patrol: int = 0
    no_place: int = 0
    stray: int = 0
    future: int = 0
    duplicate: int = 0
    other_family: int = 0
    unnamed: int = 0
    no_hour: int = 0
