"""The generated station's units: five cars, two motorcycles, one partner of the municipality. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple


class Crewed(NamedTuple):
    """One unit: its id on the wire, kind, Thai call sign, beat, crew as `(role, name)`."""

    unit: str
    kind: str
    call_sign: str
    beat: str
    crew: tuple[tuple[str, str], ...]


FLEET: Final = (
    Crewed("car-201", "car", "สายตรวจ 201", "เขตตรวจที่ 1", (("police", "ด.ต.หนึ่ง"), ("volunteer", "อาสาหนึ่ง"))),
    Crewed("car-202", "car", "สายตรวจ 202", "เขตตรวจที่ 2", (("police", "ด.ต.สอง"), ("police", "ส.ต.อ.สาม"))),
    Crewed("car-203", "car", "สายตรวจ 203", "เขตตรวจที่ 3", (("police", "จ.ส.ต.สี่"), ("volunteer", "อาสาสอง"))),
    Crewed("car-204", "car", "สายตรวจ 204", "เขตตรวจที่ 4", (("police", "ด.ต.ห้า"), ("police", "ส.ต.ท.หก"))),
    Crewed("car-205", "car", "ร้อยเวร 20", "เขตตรวจที่ 1", (("police", "ร.ต.อ.เจ็ด"), ("police", "ด.ต.แปด"))),
    Crewed("moto-221", "motorcycle", "จักรยานยนต์ 221", "เขตตรวจที่ 1", (("police", "ส.ต.อ.เก้า"),)),
    Crewed("moto-222", "motorcycle", "จักรยานยนต์ 222", "เขตตรวจที่ 2", (("police", "ส.ต.ต.สิบ"),)),
    Crewed("partner-31", "partner", "เทศกิจ 31", "เขตตรวจที่ 1", (("municipal", "เทศกิจหนึ่ง"), ("volunteer", "อปพร.สาม"))),
)  # fmt: skip
