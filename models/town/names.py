"""Thai names of the generated town. They sound of the place; the streets themselves are made up."""

from __future__ import annotations

from typing import Final

COLUMN_STREETS: Final = (
    "ถนนสำราญชายโขง", "ถนนสองนางสถิตย์", "ถนนสมุทรศักดารักษ์", "ถนนพิทักษ์สันติราษฎร์", "ถนนสว่างอารมณ์",
    "ถนนมุกดาสวรรค์", "ถนนแก้วกินรี", "ถนนพิทักษ์พนมเขต", "ถนนศรีบุญเรือง", "ถนนดำรงมุกดา", "ถนนไตรรัตน์",
    "ถนนนาโปใหญ่", "ถนนชยางกูร", "ถนนโพนทราย", "ถนนพรเพชร", "ถนนดานคำ", "ถนนเลี่ยงเมือง", "ถนนคำสายทอง",
    "ถนนนาคำน้อย", "ถนนดอนสวรรค์",
)  # fmt: skip

ROW_STREETS: Final = (
    "ถนนดอนหวาย", "ถนนท่าไคร้", "ถนนบ้านใต้", "ถนนตาดแคน", "ถนนศรีพัฒนา", "ถนนสุขเกษม", "ถนนศรีประเสริฐ",
    "ถนนยอดแก้ว", "ถนนวิวิธสุรการ", "ถนนศรีมงคล", "ถนนตลาดอินโดจีน", "ถนนศรีสุมังค์", "ถนนอนุรักษ์",
    "ถนนเมืองใหม่", "ถนนประชาร่วมใจ", "ถนนเทศบาลพัฒนา", "ถนนสายธาร", "ถนนบ้านเหนือ", "ถนนศาลากลาง",
    "ถนนมุกดาหาร-ดอนตาล", "ถนนบางทราย", "ถนนหนองแอก", "ถนนกุดแข้",
)  # fmt: skip

AVENUE: Final = "ถนนมุกดาสามัคคี"
RIVER: Final = "แม่น้ำโขง"

#: Places a box, a camera or a checkpoint is named after: Thai, English.
LANDMARKS: Final = (
    ("ประตูตลาดอินโดจีน", "Indochina market gate"), ("ลานริมโขง", "Riverside terrace"),
    ("ท่าเรือข้ามฟาก", "Ferry pier"), ("วัดศรีมงคลใต้", "Wat Si Mongkhon Tai"),
    ("วัดยอดแก้วศรีวิชัย", "Wat Yot Kaeo Si Wichai"), ("ร้านทองศรีมุก", "Si Muk gold shop"),
    ("ตลาดพรเพชร", "Phon Phet market"), ("โรงเรียนเทศบาล 1", "Municipal school 1"),
    ("สวนสาธารณะเทศบาล", "Municipal park"), ("ธนาคารสาขาริมโขง", "Riverside bank"),
    ("ศาลเจ้าพ่อเจ้าฟ้ามุงเมือง", "City shrine"), ("ตลาดราตรี", "Night market"),
    ("สี่แยกไฟแดงใหญ่", "Main traffic lights"), ("คิวรถตู้", "Van station"),
    ("ที่ทำการไปรษณีย์", "Post office"), ("ศาลาประชาคม", "Community hall"),
    ("โรงแรมริมโขง", "Riverside hotel"), ("ห้างทองเยาวราช", "Yaowarat gold shop"),
    ("ลานจอดรถตลาด", "Market car park"), ("ร้านสะดวกซื้อ", "Convenience store"),
)  # fmt: skip

CHECKPOINT_PLACES: Final = (
    ("ร้านทองศรีมุก", "Si Muk gold shop"), ("ธนาคารตลาดเทศบาล", "Market bank"), ("ชุมชนบ้านใต้", "Ban Tai community"),
    ("โรงเรียนมัธยม", "Secondary school"), ("สถานีขนส่ง", "Bus station"), ("ปั๊มน้ำมันชยางกูร", "Chayangkun petrol station"),
    ("โรงพยาบาล", "Hospital"), ("วัดศรีบุญเรือง", "Wat Si Bun Rueang"), ("หมู่บ้านเมืองใหม่", "Mueang Mai estate"),
    ("ห้างทองเยาวราช", "Yaowarat gold shop"),
)  # fmt: skip

#: Communities: Thai, English, and whether all of it lies in the zone.
COMMUNITIES: Final = (
    ("ชุมชนศรีมงคลยอดแก้ว", "Si Mongkhon Yot Kaeo community", True),
    ("ชุมชนศรีประเสริฐ", "Si Prasoet community", False),
    ("ชุมชนสุขเกษม", "Suk Kasem community", False),
)
