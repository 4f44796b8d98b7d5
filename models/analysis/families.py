"""Offence families: what one risk map is about. Pure.

A map mixes no families: where bicycles are stolen says little about where people are robbed. Group 4 counts arrests,
which is police activity, and stands in none; neither do offences of a desk or a screen (group 3, fraud).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One map's offences: codes of `models.formats.offences`, or the names a file gave."""

    code: str
    th: str
    en: str
    offences: tuple[str, ...]


_ROBBERY = ("robbery", "gang_robbery", "snatching")
_THEFTS = ("burglary", "theft", "vehicle_theft")

FAMILIES: Mapping[str, Family] = {
    family.code: family
    for family in (
        Family("robbery", "ชิง วิ่งราว ปล้นทรัพย์", "Robbery and snatching", _ROBBERY),
        Family("burglary", "ลักทรัพย์ในเคหสถาน", "Burglary", ("burglary",)),
        Family("theft", "ลักทรัพย์", "Theft", ("theft",)),
        Family("vehicle", "โจรกรรมรถ", "Vehicle theft", ("vehicle_theft",)),
        Family("violence", "ชีวิตและร่างกาย", "Violence", ("murder", "attempted_murder", "assault")),
        Family("sexual", "ความผิดทางเพศ", "Sexual offences", ("rape", "indecency")),
        Family("damage", "ทำให้เสียทรัพย์", "Damage", ("damage_property",)),
        # The wide one, for stations whose single families are too few to judge.
        Family("property", "ทรัพย์ทั้งหมด", "All property", (*_ROBBERY, *_THEFTS, "damage_property")),
    )
}
