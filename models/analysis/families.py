"""Offence families: what one risk map is about. Pure.

A map mixes no families: where bicycles are stolen says little about where people are robbed. Group 4 counts arrests,
which is police activity, and stands in none; neither do offences of a desk or a screen (group 3, fraud).

A station has names of its own that no list knows. Where their group says the family they are taken in: the group of
property has one family that is all of it. Of the others it says only which families they cannot be of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One map's offences: codes of `models.formats.offences`, or the names a file gave.

    `group`: of police statistics, that of its offences; None of a file's own families. `whole`: all of the group that
    has a place, so that names of the group that no list knows are its too.
    """

    code: str
    th: str
    en: str
    offences: tuple[str, ...]
    group: int | None = None
    whole: bool = False


_ROBBERY = ("robbery", "gang_robbery", "snatching")
_THEFTS = ("burglary", "theft", "vehicle_theft")

FAMILIES: Mapping[str, Family] = {
    family.code: family
    for family in (
        Family("robbery", "ชิง วิ่งราว ปล้นทรัพย์", "Robbery and snatching", _ROBBERY, 2),
        Family("burglary", "ลักทรัพย์ในเคหสถาน", "Burglary", ("burglary",), 2),
        Family("theft", "ลักทรัพย์", "Theft", ("theft",), 2),
        Family("vehicle", "โจรกรรมรถ", "Vehicle theft", ("vehicle_theft",), 2),
        Family("violence", "ชีวิตและร่างกาย", "Violence", ("murder", "attempted_murder", "assault"), 1),
        Family("sexual", "ความผิดทางเพศ", "Sexual offences", ("rape", "indecency"), 1),
        Family("damage", "ทำให้เสียทรัพย์", "Damage", ("damage_property",), 2),
        # The wide one, for stations whose single families are too few to judge.
        Family("property", "ทรัพย์ทั้งหมด", "All property", (*_ROBBERY, *_THEFTS, "damage_property"), 2, whole=True),
    )
}
