"""The words of a notice: what is pressed where, since when, and a link to the place. Nobody is named in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.notices.channels import Channel, filled
from models.notices.order import told_first
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.sos import Mark, split_marks
from models.thai_time import english_day, thai_day

_KINDS = {
    "sos": ("กดปุ่ม SOS", "SOS pressed"),
    "panic": ("เจ้าหน้าที่กดปุ่มฉุกเฉิน", "Officer's panic button"),
    "unreadable": ("สัญญาณจากตู้ SOS อ่านไม่ได้", "Unreadable signal from an SOS box"),
    "report": ("ประชาชนแจ้งเหตุฉุกเฉิน", "Citizen's emergency report"),
}
_MARKS = {
    Mark.UNVERIFIED: ("ยังไม่ยืนยันตัวตนของตู้", "sender not verified"),
    Mark.LATE: ("สัญญาณมาถึงช้า", "arrived late"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A notice's two parts."""

    title: str
    body: str


def waited_text(ms: Millis, thai: bool) -> str:
    """`15 วินาที`, `2 นาที`."""
    seconds = max(0, ms // 1000)
    if seconds < 90:
        return f"{seconds} {'วินาที' if thai else 's'}"
    return f"{seconds // 60} {'นาที' if thai else 'min'}"


def words_of(
    alarm: AlarmNow, level: int, channel: Channel, station: str, map_link: str, now: Millis, zone: ZoneInfo
) -> Words:
    """What a channel is told. `station` is its name in the channel's language."""
    thai = channel.language == "th"
    side = 0 if thai else 1
    kind = _KINDS.get(alarm.kind, _KINDS["sos"])[side]
    marks = split_marks(alarm.marks)
    drill = ("[ฝึกซ้อม] ", "[DRILL] ")[side] if Mark.DRILL in marks else ""
    local = datetime.fromtimestamp(alarm.raised_at / 1000, zone)
    day = thai_day(local.date()) if thai else english_day(local.date())
    waited = waited_text(now - alarm.raised_at, thai)
    unanswered = f"ยังไม่มีผู้รับแจ้ง {waited}" if thai else f"Nobody has answered for {waited}"
    pressed = f"กด {alarm.presses} ครั้ง" if thai else f"pressed {alarm.presses} times"
    lines = [
        f"{kind} · {alarm.place or alarm.origin}",
        f"{station} · {_origin_kind(alarm, side)} {alarm.origin}",
        f"{day} {local:%H:%M:%S}{' น.' if thai else ''}" + (f" · {pressed}" if alarm.presses > 1 else ""),
        unanswered,
        *(_MARKS[mark][side] for mark in sorted(marks) if mark in _MARKS),
        *_link_of(alarm, map_link),
    ]
    insist = (f"ระดับ {level} ", f"Level {level} ")[side] if level else ""
    return Words(f"{drill}{insist}{kind} · {alarm.place or alarm.origin}", drill + "\n".join(lines))


#: Longest name of a place in a message of many, in letters.
MOST_PLACE = 60


def words_together(
    alarms: Sequence[AlarmNow],
    level: int,
    channel: Channel,
    stations: Mapping[str, str],
    map_link: str,
    now: Millis,
    zone: ZoneInfo,
    more: int = 0,
) -> Words:
    """What a channel is told of many alarms at once: each by its place, box and link, help first. `stations`: code ->
    name; `more`: so many others are told in the messages after this one."""
    thai = channel.language == "th"
    side = 0 if thai else 1
    waiting = sorted(alarms, key=told_first)
    drill = ("[ฝึกซ้อม] ", "[DRILL] ")[side]
    real = [alarm for alarm in waiting if Mark.DRILL not in split_marks(alarm.marks)]

    def lines_of(alarm: AlarmNow) -> list[str]:
        marks = split_marks(alarm.marks)
        at = datetime.fromtimestamp(alarm.raised_at / 1000, zone)
        kind = _KINDS.get(alarm.kind, _KINDS["sos"])[side]
        name = stations.get(alarm.station, alarm.station)
        practice = drill if Mark.DRILL in marks else ""
        place = alarm.place or alarm.origin
        place = place if len(place) <= MOST_PLACE else place[:MOST_PLACE] + "…"
        origin = f"{_origin_kind(alarm, side)} {alarm.origin}"
        said = [kind, place, name, origin, *(_MARKS[mark][side] for mark in sorted(marks) if mark in _MARKS)]
        return [f"{practice}{at:%H:%M:%S} {' · '.join(said)}", *_link_of(alarm, map_link)]

    count = (f"{len(waiting)} เหตุยังไม่มีผู้รับแจ้ง", f"{len(waiting)} alarms nobody has answered")[side]
    insist = (f"ระดับ {level} ", f"Level {level} ")[side] if level else ""
    longest = waited_text(now - min(alarm.raised_at for alarm in waiting), thai)
    lines = [(f"{count} นานสุด {longest}", f"{count}, the first for {longest}")[side]]
    lines += [line for alarm in waiting for line in lines_of(alarm)]
    if more > 0:
        lines.append((f"อีก {more} เหตุ แจ้งในข้อความถัดไป", f"{more} more are told in the next message")[side])
    return Words(f"{'' if real else drill}{insist}{count}", "\n".join(lines))


def _origin_kind(alarm: AlarmNow, side: int) -> str:
    return {"box": ("ตู้", "Box"), "unit": ("หน่วย", "Unit")}.get(alarm.origin_kind, ("จาก", "From"))[side]


def _link_of(alarm: AlarmNow, map_link: str) -> list[str]:
    """The link to an alarm's place; none where there is no place or no link is wanted."""
    if not map_link or alarm.lat is None or alarm.lon is None:
        return []
    return [filled(map_link, alarm.lat, alarm.lon)]


def test_words(channel: Channel) -> Words:
    """What `manage.py notify test` sends."""
    if channel.language == "th":
        return Words("ทดสอบการแจ้งเตือน", "ข้อความทดสอบจากระบบ Smart Safety Zone ไม่มีเหตุเกิดขึ้น ไม่ต้องดำเนินการใด")
    return Words(
        "Test notice", "A test by the Smart Safety Zone system. Nothing has happened; nothing is to be done."
    )
