"""What the sign-in pages say, by a word, in both languages. Pure."""

from __future__ import annotations

from html import escape

#: What the page says, by the word in `?why=` or the reason a link was refused: (Thai, English).
MESSAGES: dict[str, tuple[str, str]] = {
    "ended": ("การเข้าใช้ครั้งก่อนสิ้นสุดแล้ว กรุณาเข้าใหม่", "Your last session has ended. Please sign in again."),
    "out": ("ออกจากระบบแล้ว", "You are signed out."),
    "wrong": ("ลิงก์นี้ไม่ถูกต้อง ขอลิงก์ใหม่จากผู้ดูแล", "This link is not right. Ask your administrator for a new one."),
    "used": (
        "ลิงก์นี้ถูกใช้ไปแล้ว ลิงก์หนึ่งใช้ได้ครั้งเดียว ขอลิงก์ใหม่จากผู้ดูแล",
        "This link has been used. Each works once; ask your administrator for a new one.",
    ),
    "expired": (
        "ลิงก์นี้หมดอายุแล้ว ลิงก์ใช้ได้ 10 นาที ขอลิงก์ใหม่จากผู้ดูแล",
        "This link has expired. A link lasts 10 minutes; ask your administrator for a new one.",
    ),
    "busy": (
        "ลองบ่อยเกินไป รอหนึ่งนาทีแล้วลองใหม่ ลิงก์ยังใช้ได้",
        "Too many attempts. Wait a minute and try again; the link is still good.",
    ),
    "password": (
        "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง",
        "The user name or the password is not right.",
    ),
    "wait": (
        "ลองผิดหลายครั้ง รออีก {wait} วินาทีแล้วลองใหม่",
        "Too many wrong tries. Wait {wait} seconds, then try again.",
    ),
    "over": (
        "หน้านี้หมดเวลาแล้ว เริ่มเข้าสู่ระบบใหม่อีกครั้ง",
        "This page has timed out. Begin signing in again.",
    ),
    "code": (
        "รหัสไม่ถูกต้องหรือใช้ไปแล้ว รหัสหนึ่งใช้ได้ครั้งเดียว รอรหัสถัดไป",
        "The code is wrong or was used. Each works once; wait for the next one.",
    ),
    "taken": (
        "มีชื่อนี้หรือชื่อที่ดูคล้ายกันอยู่แล้ว เลือกชื่ออื่น",
        "This name, or one that looks like it, is there already. Choose another.",
    ),
    "name": (
        "ชื่อผู้ใช้ต้องเป็นอักษร a-z ตัวเลข จุด ขีด หรือขีดล่าง 1 ถึง 64 ตัว",
        "A user name has 1 to 64 letters a-z, digits, dots, dashes or underscores.",
    ),
    "display": (
        "ชื่อที่แสดงต้องเป็นอักษรไทยหรืออังกฤษ 2 ถึง 60 ตัว",
        "A shown name has 2 to 60 Thai or Latin letters.",
    ),
    "short": ("รหัสผ่านต้องยาวอย่างน้อย 12 ตัวอักษร", "A password has at least 12 characters."),
    "long": ("รหัสผ่านยาวได้ไม่เกิน 128 ตัวอักษร", "A password has at most 128 characters."),
    "easy": (
        "รหัสผ่านนี้เดาง่ายหรือเคยรั่วไหล ใช้คำหลายคำที่ไม่เกี่ยวข้องกัน",
        "This password is easy to guess or was leaked. Use several words that do not belong together.",
    ),
    "has_name": ("รหัสผ่านต้องไม่มีชื่อของท่าน", "The password must not be made of your name."),
    "twice": ("รหัสผ่านสองช่องไม่ตรงกัน", "The two passwords are not the same."),
    "provider_down": (
        "ระบบยืนยันตัวตนภายนอกไม่ตอบ ลองใหม่ หรือเข้าด้วยรหัสผ่าน",
        "The identity provider does not answer. Try again, or use a password.",
    ),
    "provider_lies": (
        "คำตอบของระบบยืนยันตัวตนภายนอกไม่ถูกต้อง ไม่อนุญาตให้เข้า แจ้งผู้ดูแลระบบ",
        "The identity provider's answer does not hold. You are not signed in; tell your administrator.",
    ),
    "no_rights": (
        "ท่านยังไม่มีสิทธิ์ใช้ระบบนี้ แจ้งผู้ดูแลระบบ",
        "You have no rights in this system yet. Ask your administrator.",
    ),
    "changed": (
        "เปลี่ยนรหัสผ่านแล้ว การเข้าใช้อื่นสิ้นสุดแล้ว",
        "The password is changed. Your other sessions have ended.",
    ),
    "storage": (
        "ที่เก็บข้อมูลไม่พร้อม ลิงก์ยังใช้ได้ ลองใหม่อีกครั้ง",
        "The storage is not ready. The link is still good; try again.",
    ),
    "unread": (
        "อ่านที่เก็บข้อมูลไม่ได้ในขณะนี้ ข้อมูลที่รับไว้แล้วไม่หาย ลองเปิดหน้านี้ใหม่อีกครั้ง",
        "The storage cannot be read now. Nothing that was received is lost; open this page again in a moment.",
    ),
    "failed": (
        "หน้านี้ขัดข้อง การรับแจ้งเหตุและจอแผนที่ยังทำงาน แจ้งผู้ดูแลระบบแล้วลองใหม่",
        "This page failed. Alarms and the live map go on. Tell your administrator, then try again.",
    ),
}


def message(word: str, wait: int = 0) -> str:
    """A line for a key of `MESSAGES`; nothing for another word. `wait`: seconds."""
    if word not in MESSAGES:
        return ""
    th, en = (text.format(wait=wait) for text in MESSAGES[word])
    kind = "said" if word in ("out", "changed") else "said bad"
    return f'<p class="{kind}" role="status">{escape(th)} <span lang="en">{escape(en)}</span></p>\n'
