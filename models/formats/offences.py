"""Offences and the four groups of Thai police statistics (in force since fiscal year 2557).

1 life, body and sex; 2 property; 3 special offences; 4 the state is the injured party. Group 4 counts arrests, which
is police activity, so it never stands in a hotspot or in the crime-down figure. A name nobody listed is kept as it
came, with no group: it is shown, and counted nowhere it might not belong. A quarrel is a call, not a
case of any group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.formats.text import clean, name_key, western_digits

GROUPS: Mapping[int, tuple[str, str]] = {
    1: ("กลุ่มที่ 1 ความผิดเกี่ยวกับชีวิต ร่างกาย และเพศ", "Group 1: life, body and sex"),
    2: ("กลุ่มที่ 2 ความผิดเกี่ยวกับทรัพย์", "Group 2: property"),
    3: ("กลุ่มที่ 3 ฐานความผิดพิเศษ", "Group 3: special offences"),
    4: ("กลุ่มที่ 4 คดีความผิดที่รัฐเป็นผู้เสียหาย", "Group 4: state is the injured party"),
}


@dataclass(frozen=True, slots=True)
class Offence:
    """One kind of offence. `also` holds other names files use for it; `serious` is the usual flag, not a group."""

    code: str
    group: int | None
    th: str
    en: str
    also: tuple[str, ...] = ()
    serious: bool = False


STANDARD = (
    Offence("murder", 1, "ฆ่าผู้อื่นโดยเจตนา", "Murder", ("ฆ่าผู้อื่น", "ฆ่าคนตาย", "homicide"), serious=True),
    Offence("attempted_murder", 1, "พยายามฆ่า", "Attempted murder", ("พยายามฆ่าผู้อื่น",)),
    Offence("assault", 1, "ทำร้ายร่างกาย", "Bodily harm", ("ทำร้ายร่างกายผู้อื่น", "assault", "battery")),
    Offence("rape", 1, "ข่มขืนกระทำชำเรา", "Rape", ("ข่มขืน",)),
    Offence("indecency", 1, "อนาจาร", "Indecent assault", ("กระทำอนาจาร",)),
    Offence("theft", 2, "ลักทรัพย์", "Theft", ("ลักทรัพย์นายจ้าง",)),
    Offence("burglary", 2, "ลักทรัพย์ในเคหสถาน", "Burglary"),
    Offence("snatching", 2, "วิ่งราวทรัพย์", "Snatching", ("วิ่งราว",)),
    Offence("robbery", 2, "ชิงทรัพย์", "Robbery", (), serious=True),
    Offence("gang_robbery", 2, "ปล้นทรัพย์", "Gang robbery", ("ปล้น",), serious=True),
    Offence(
        "vehicle_theft",
        2,
        "โจรกรรมรถ",
        "Vehicle theft",
        ("โจรกรรมรถยนต์", "โจรกรรมรถจักรยานยนต์", "ลักรถ", "ลักรถยนต์", "ลักรถจักรยานยนต์", "motor vehicle theft"),
    ),
    Offence("damage_property", 2, "ทำให้เสียทรัพย์", "Damage to property", ("criminal damage",)),
    Offence("fraud", 2, "ฉ้อโกง", "Fraud", ("ฉ้อโกงทรัพย์",)),
    Offence("embezzlement", 2, "ยักยอก", "Embezzlement", ("ยักยอกทรัพย์",)),
    Offence("extortion", 2, "กรรโชกทรัพย์", "Extortion", ("กรรโชก", "รีดเอาทรัพย์")),
    Offence("receiving", 2, "รับของโจร", "Receiving stolen property"),
    Offence("computer", 3, "ความผิดเกี่ยวกับคอมพิวเตอร์", "Computer crime", ("คอมพิวเตอร์", "พ.ร.บ.คอมพิวเตอร์")),
    Offence("copyright", 3, "ละเมิดลิขสิทธิ์", "Copyright", ("ลิขสิทธิ์", "พ.ร.บ.ลิขสิทธิ์")),
    Offence("trademark", 3, "เครื่องหมายการค้า", "Trade marks", ("พ.ร.บ.เครื่องหมายการค้า",)),
    Offence("cheque", 3, "ความผิดเกี่ยวกับเช็ค", "Cheques", ("เช็ค", "พ.ร.บ.เช็ค")),
    Offence("drugs", 4, "ยาเสพติด", "Narcotics", ("ยาเสพติดให้โทษ", "พ.ร.บ.ยาเสพติด", "drugs")),
    Offence("firearms", 4, "อาวุธปืนและวัตถุระเบิด", "Firearms and explosives", ("อาวุธปืน", "พ.ร.บ.อาวุธปืน", "firearms")),
    Offence("gambling", 4, "การพนัน", "Gambling", ("พนัน", "พ.ร.บ.การพนัน")),
    Offence("prostitution", 4, "การค้าประเวณี", "Prostitution", ("ค้าประเวณี",)),
    Offence("immigration", 4, "คนเข้าเมือง", "Immigration", ("พ.ร.บ.คนเข้าเมือง", "หลบหนีเข้าเมือง")),
    Offence("quarrel", None, "ทะเลาะวิวาท", "Quarrel"),
)

_PREFIXES = tuple(name_key(word) for word in ("ความผิดฐาน", "ความผิดตาม", "ข้อหา", "ฐาน", "คดี"))


def keys_of(name: str) -> list[str]:
    """The keys a name is looked up by, in order: as it is, and without a word such as `คดี` before it."""
    key = name_key(name)
    return [key, *(key[len(prefix) :] for prefix in _PREFIXES if key.startswith(prefix) and key != prefix)]


@dataclass(frozen=True, slots=True)
class OffenceTable:
    """A list of offences that can be asked by code or by any of their names. Immutable."""

    by_key: Mapping[str, Offence]

    @classmethod
    def of(cls, offences: Iterable[Offence]) -> OffenceTable:
        """The table of these offences; a later one takes a name over from an earlier one."""
        keys: dict[str, Offence] = {}
        for offence in offences:
            for name in (offence.code, offence.th, offence.en, *offence.also):
                keys[name_key(name)] = offence
        return cls(keys)

    def find(self, name: str) -> Offence | None:
        """The offence of a code or name in Thai or English; None when nobody listed it."""
        return next((self.by_key[key] for key in keys_of(name) if key in self.by_key), None)

    def classify(self, name: str, group: int | None = None) -> tuple[str, int | None]:
        """`(offence, group)` to store: the code and its group, or the name as it came and the group the file gave."""
        found = self.find(name)
        if found is None:
            return clean(name), group
        return found.code, found.group


OFFENCES = OffenceTable.of(STANDARD)


@lru_cache(maxsize=4096)
def classify(name: str, group: int | None = None) -> tuple[str, int | None]:
    """`OffenceTable.classify` of the standard table."""
    return OFFENCES.classify(name, group)


def parse_group(text: str) -> int | None:
    """The group number in `2`, `กลุ่มที่ ๒` or `Group 2: property`; None when there is none from 1 to 4."""
    for letter in western_digits(clean(text)):
        if letter.isdigit():
            return int(letter) if letter in "1234" else None
    return None
