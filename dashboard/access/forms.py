"""The forms of the sign-in pages, without a script: name and password, code, choosing, the second factor. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dashboard.access.messages import message
from dashboard.access.page import whole
from dashboard.access.policy import OIDC, SIGN_IN, SIGN_IN_CODE, SIGN_IN_PASSWORD, SIGN_IN_SECOND

#: Name of the field with the value only our own page knows.
FORM_FIELD = "form"

_HOW = """<details><summary>ไม่มีรหัสผ่าน หรือลืม <span lang="en">No password, or forgotten</span></summary>
<p>ขอลิงก์เข้าใช้ครั้งเดียวจากผู้ดูแลระบบ ผู้ดูแลสร้างลิงก์บนเครื่องแม่ข่ายด้วยคำสั่ง</p>
<p lang="en">Ask your administrator for a one-time link. It is made on the server with</p>
<pre><code>python manage.py user reset NAME
python manage.py user link</code></pre>
<p class="note">ลิงก์ใช้ได้ครั้งเดียวภายใน 10 นาที
<span lang="en">A link works once, within 10 minutes.</span></p></details>"""


def _both(th: str, en: str) -> str:
    return f'{escape(th)} <span lang="en">{escape(en)}</span>'


def _field(th: str, en: str, name: str, kind: str = "text", more: str = "", value: str = "") -> str:
    filled = f' value="{escape(value, quote=True)}"' if value else ""
    return f'<label>{_both(th, en)}<input name="{name}" type="{kind}" required {more}{filled}></label>\n'


def _form(action: str, token: str, fields: str, th: str, en: str) -> str:
    hidden = f'<input type="hidden" name="{FORM_FIELD}" value="{escape(token, quote=True)}">'
    button = f"<button>{_both(th, en)}</button>"
    return f'<form method="post" action="{action}">{hidden}\n{fields}{button}</form>\n'


def sign_in_page(token: str, why: str = "", wait: int = 0, name: str = "", provider: str = "") -> str:
    """Name and password. `provider`: how the identity provider is called; empty: there is none."""
    plain = 'autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200"'
    fields = _field("ชื่อผู้ใช้", "User name", "name", more=plain, value=name)
    fields += _field("รหัสผ่าน", "Password", "password", "password", 'autocomplete="current-password" maxlength="512"')
    other = (
        f'<a class="or" href="{OIDC}">{_both(f"เข้าด้วย {provider}", f"Sign in with {provider}")}</a>'
        if provider
        else ""
    )
    return whole(message(why, wait) + _form(SIGN_IN, token, fields, "เข้าสู่ระบบ", "Sign in") + other + _HOW)


def over_page(why: str = "over") -> str:
    """Nothing is under way in this browser."""
    return whole(message(why) + f'<p><a href="{SIGN_IN}">{_both("เริ่มใหม่", "Begin again")}</a></p>')


_DIGITS = 'class="digits" inputmode="numeric" autocomplete="one-time-code" maxlength="20" autofocus'


def code_page(token: str, why: str = "", wait: int = 0) -> str:
    """The code of the second factor."""
    said = f"<p>{_both('เปิดแอปยืนยันตัวตน พิมพ์รหัส 6 หลัก', 'Open your authenticator app and type its six digits.')}</p>"
    fields = _field("รหัส 6 หลัก หรือรหัสสำรอง", "Six digits, or a recovery code", "code", more=_DIGITS)
    return whole(message(why, wait) + said + _form(SIGN_IN_CODE, token, fields, "ยืนยัน", "Confirm"))


def password_page(
    token: str, display: str, why: str = "", *, first: bool = False, name: str = "", shown: str = ""
) -> str:
    """Choosing a password; for the first account with its names too."""
    if first:
        said = _both("สร้างบัญชีผู้ดูแลระบบคนแรก", "Make the first administrator's account")
        fields = _field(
            "ชื่อผู้ใช้ (a-z, 0-9)", "User name", "name", more='autocomplete="username" maxlength="64"', value=name
        )
        fields += _field("ชื่อที่แสดง", "Shown name", "display", more='autocomplete="name" maxlength="60"', value=shown)
    else:
        said, fields = _both(f"ตั้งรหัสผ่านของ {display}", f"Choose a password for {display}"), ""
    rule = _both(
        "อย่างน้อย 12 ตัวอักษร ใช้หลายคำได้ ยิ่งยาวยิ่งดี",
        "At least 12 characters. Several words are fine; longer is better.",
    )
    fields += new_password_fields()
    heads = f"<p><b>{said}</b></p><p>{rule}</p>"
    return whole(message(why) + heads + _form(SIGN_IN_PASSWORD, token, fields, "บันทึก", "Save"))


def new_password_fields() -> str:
    """A new password, twice."""
    new = 'autocomplete="new-password" maxlength="512"'
    return _field("รหัสผ่านใหม่", "New password", "password", "password", new) + _field(
        "รหัสผ่านใหม่อีกครั้ง", "New password again", "again", "password", new
    )


def second_page(token: str, qr: str, secret: str, why: str = "") -> str:
    """Setting up the second factor. `qr`: markup of an SVG image of ours."""
    said = _both(
        "สแกนด้วยแอปยืนยันตัวตน (เช่น Google Authenticator) แล้วพิมพ์รหัส 6 หลัก",
        "Scan this with an authenticator app, then type its six digits.",
    )
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    typed = f'<p>{_both("หรือพิมพ์กุญแจนี้", "Or type this key")}</p><p class="key">{escape(grouped)}</p>'
    fields = _field("รหัส 6 หลัก", "Six digits", "code", more=_DIGITS)
    body = f'<p>{said}</p><div class="qr">{qr}</div>{typed}'
    return whole(message(why) + body + _form(SIGN_IN_SECOND, token, fields, "เปิดใช้", "Turn on"))


def codes_page(codes: Iterable[str]) -> str:
    """The recovery codes, shown this once."""
    said = _both(
        "จดหรือพิมพ์รหัสสำรองเหล่านี้เก็บไว้ที่ปลอดภัย แสดงครั้งนี้ครั้งเดียว แต่ละรหัสใช้แทนโทรศัพท์ได้ครั้งเดียว",
        "Write these recovery codes down and keep them safe: they are shown this once. Each stands in for the "
        "telephone once.",
    )
    lines = "".join(f"<li>{escape(code)}</li>" for code in codes)
    on = f'<p><a class="or" href="/">{_both("จดแล้ว ไปต่อ", "Written down, go on")}</a></p>'
    return whole(f'<p>{said}</p><ul class="codes">{lines}</ul>{on}')
