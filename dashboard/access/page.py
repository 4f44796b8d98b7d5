"""The sign-in page: small HTML without a script, both languages at once, nothing from another host. Pure."""

from __future__ import annotations

from html import escape

from dashboard.access.policy import KIOSK_SCRIPT, SIGN_IN, SIGN_OUT

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

_HEAD = """<!doctype html>
<html lang="th">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>เข้าสู่ระบบ · Sign in</title>
<link rel="stylesheet" href="/sign-in/style.css">
</head>
<body>
<main>
<p class="mark" aria-hidden="true"></p>
<h1>Smart Safety Zone 4.0</h1>
<p class="sub">ศูนย์ควบคุมและสั่งการ <span lang="en">Command dashboard</span></p>
"""

_TAIL = """
</main>
</body>
</html>
"""

_HOW = """<p>เปิดลิงก์เข้าใช้ครั้งเดียวที่ผู้ดูแลระบบให้มา ผู้ดูแลสร้างลิงก์บนเครื่องแม่ข่ายด้วยคำสั่ง</p>
<p lang="en">Open the one-time link your administrator gave you. It is made on the server with</p>
<pre><code>python manage.py user link</code></pre>
<p class="note">ลิงก์ใช้ได้ครั้งเดียวภายใน 10 นาที
<span lang="en">A link works once, within 10 minutes.</span></p>"""

_BUTTON = """<form method="post" action="{action}">{field}
<button type="submit">{th} <span lang="en">{en}</span></button>
</form>"""


def _message(word: str) -> str:
    if word not in MESSAGES:
        return ""
    th, en = MESSAGES[word]
    kind = "said" if word == "out" else "said bad"
    return f'<p class="{kind}" role="status">{escape(th)} <span lang="en">{escape(en)}</span></p>\n'


def sign_in_page(link: str = "", why: str = "") -> str:
    """The page: with a link its one button, without one how to get a link; `why` is a key of `MESSAGES`."""
    if not link:
        return _HEAD + _message(why) + _HOW + _TAIL
    field = f'<input type="hidden" name="link" value="{escape(link, quote=True)}">'
    button = _BUTTON.format(action=SIGN_IN, field=field, th="เข้าสู่ระบบ", en="Sign in")
    return _HEAD + _message(why) + button + _TAIL


def sign_out_page(name: str) -> str:
    """The page that asks before it signs somebody out."""
    who = f'<p>{escape(name)}</p>\n<p><a href="/">กลับ <span lang="en">Back</span></a></p>'
    return _HEAD + _BUTTON.format(action=SIGN_OUT, field="", th="ออกจากระบบ", en="Sign out") + who + _TAIL


#: What a kiosk's page says by the word the server or its script gives.
KIOSK_MESSAGES: dict[str, tuple[str, str]] = {
    "again": ("ระบบยังไม่พร้อม จะลองใหม่เอง", "The server is not ready. This screen tries again by itself."),
    "wrong": ("ลิงก์จอนี้ไม่ถูกต้อง ขอลิงก์ใหม่จากผู้ดูแล", "This screen's link is not right. Ask your administrator."),
    "expired": ("ลิงก์จอนี้หมดอายุแล้ว ขอลิงก์ใหม่จากผู้ดูแล", "This screen's link has expired. Ask your administrator."),
    "revoked": (
        "ผู้ดูแลยกเลิกลิงก์จอนี้แล้ว ขอลิงก์ใหม่จากผู้ดูแล",
        "This screen's link was revoked. Ask your administrator for a new one.",
    ),
}


def kiosk_page() -> str:
    """The page a kiosk link opens: its script exchanges the secret; without one it says what is missing."""
    lines = "".join(
        f'<p class="said bad" role="status" data-why="{why}" hidden>{escape(th)} '
        f'<span lang="en">{escape(en)}</span></p>\n'
        for why, (th, en) in KIOSK_MESSAGES.items()
    )
    opening = '<p>กำลังเปิดจอศูนย์ควบคุมสั่งการ <span lang="en">Opening the command wall</span></p>\n'
    needs = (
        '<noscript><p class="said bad">ต้องเปิดใช้ JavaScript <span lang="en">JavaScript is needed</span></p></noscript>'
    )
    return _HEAD + opening + lines + needs + f'<script src="{KIOSK_SCRIPT}"></script>' + _TAIL


STYLE = """
@font-face{font-family:Sarabun;src:url(/sign-in/thai.woff2) format("woff2");
unicode-range:U+0E00-0E7F,U+200C-200D,U+25CC}
@font-face{font-family:Sarabun;src:url(/sign-in/latin.woff2) format("woff2");unicode-range:U+0000-00FF,U+2000-206F}
:root{color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#0e141b;color:#e8edf2;
font:400 18px/1.65 Sarabun,"Noto Sans Thai",Tahoma,system-ui,sans-serif}
main{width:min(30rem,calc(100vw - 2rem));padding:2.25rem;background:#16202b;
border:1px solid #2b3a4a;border-radius:.75rem}
h1{margin:.25rem 0 0;font-size:1.6rem;line-height:1.3}
[hidden]{display:none}
[lang=en]{display:block;color:#b3c0cc;font-size:.9em}
.sub{margin:.1rem 0 1.5rem}
.mark{width:2.5rem;height:.4rem;margin:0;background:#4aa8ff;border-radius:.2rem}
.said{padding:.75rem 1rem;border-left:.3rem solid #4aa8ff;background:#1c2a38;border-radius:.25rem}
.bad{border-color:#ffb454}
pre{overflow-x:auto;padding:.75rem 1rem;background:#0e141b;border-radius:.4rem;font-size:.95rem}
button{width:100%;padding:.8rem 1rem;border:0;border-radius:.5rem;background:#4aa8ff;color:#06121f;
font:inherit;font-weight:600;cursor:pointer}
button [lang=en]{color:inherit}
button:hover{background:#7cc1ff}
button:focus-visible,a:focus-visible{outline:3px solid #ffd479;outline-offset:3px}
a{color:#7cc1ff}
"""
