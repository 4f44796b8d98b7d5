"""What happens in the generated town, how often, at which hours, and where. Pure tables.

Shares follow the four offence groups in force; group 4 is what patrols find, so its hours are those of patrols.
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: Weight of each hour 0..23, local time, by habit.
NIGHT: Final = (8, 7, 5, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 5, 7, 9, 10, 11, 10)
BUSINESS: Final = (1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 8, 8, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1)
EVENING: Final = (3, 2, 1, 1, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5)
SMALL_HOURS: Final = (9, 11, 13, 12, 9, 5, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 2, 3, 4, 5, 6, 8)
PATROL: Final = (5, 4, 2, 1, 1, 1, 1, 2, 3, 5, 6, 5, 3, 4, 5, 6, 6, 5, 5, 7, 9, 10, 9, 7)


class Offence(NamedTuple):
    """One offence: `yearly` cases on average; `window_h` = longest unknown span in hours (0 = time known)."""

    name: str
    group: int
    yearly: float
    hours: tuple[int, ...]
    arrested: float
    patrol: float
    market: float
    repeats: float
    window_h: int
    text: str


#: market: 0 = spread over the town, 1 = drawn to the market; repeats: chance of a near repeat.
OFFENCES: Final = (
    Offence("พยายามฆ่า", 1, 2, NIGHT, 0.80, 0.0, 0.2, 0.0, 0, "ใช้อาวุธทำร้ายกันหลังมีปากเสียง"),
    Offence("ทำร้ายร่างกาย", 1, 24, NIGHT, 0.62, 0.05, 0.5, 0.15, 0, "ทะเลาะวิวาทและทำร้ายร่างกาย"),
    Offence("ข่มขืนกระทำชำเรา", 1, 2, NIGHT, 0.70, 0.0, 0.1, 0.0, 0, "ผู้เสียหายเข้าแจ้งความ"),
    Offence("ลักทรัพย์", 2, 62, BUSINESS, 0.34, 0.02, 0.5, 0.3, 3, "ทรัพย์สินในร้านค้าหรือบ้านพักหายไป"),
    Offence("โจรกรรมรถ", 2, 22, SMALL_HOURS, 0.25, 0.02, 0.3, 0.3, 9, "รถจักรยานยนต์ที่จอดไว้หายไป"),
    Offence("วิ่งราวทรัพย์", 2, 9, EVENING, 0.40, 0.0, 0.7, 0.25, 0, "กระชากสร้อยคอแล้วหลบหนี"),
    Offence("ชิงทรัพย์", 2, 3, NIGHT, 0.50, 0.0, 0.7, 0.10, 0, "ใช้กำลังบังคับเอาทรัพย์"),
    Offence("ทำให้เสียทรัพย์", 2, 18, NIGHT, 0.30, 0.0, 0.35, 0.22, 6, "ทรัพย์สินถูกทำลายเสียหาย"),
    Offence("ฉ้อโกง", 2, 26, BUSINESS, 0.22, 0.0, 0.4, 0.05, 0, "ถูกหลอกให้โอนเงิน"),
    Offence("ความผิดตาม พ.ร.บ.คอมพิวเตอร์", 3, 22, BUSINESS, 0.18, 0.0, 0.3, 0.0, 0, "ข้อมูลเท็จทางออนไลน์"),
    Offence("ความผิดตาม พ.ร.บ.เช็ค", 3, 6, BUSINESS, 0.30, 0.0, 0.4, 0.0, 0, "ธนาคารปฏิเสธการจ่ายเงินตามเช็ค"),
    Offence("ยาเสพติด", 4, 108, PATROL, 0.99, 0.93, 0.3, 0.0, 0, "ตรวจค้นพบยาเสพติด"),
    Offence("การพนัน", 4, 24, EVENING, 0.98, 0.85, 0.5, 0.0, 0, "จับกุมผู้ลักลอบเล่นการพนัน"),
    Offence("อาวุธปืนและวัตถุระเบิด", 4, 14, PATROL, 0.97, 0.92, 0.3, 0.0, 0, "ตรวจค้นพบอาวุธปืน"),
)  # fmt: skip
