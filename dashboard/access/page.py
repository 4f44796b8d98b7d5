"""The sign-in page: small HTML without a script, both languages at once, nothing from another host. Pure."""

from __future__ import annotations

from html import escape

from dashboard.access.messages import message
from dashboard.access.policy import KIOSK_SCRIPT, SIGN_IN, SIGN_OUT

_HEAD = """<!doctype html>
<html lang="th">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
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

_BUTTON = """<form method="post" action="{action}">{field}
<button type="submit">{th} <span lang="en">{en}</span></button>
</form>"""


def whole(body: str, wide: bool = False, title: str = "เข้าสู่ระบบ · Sign in") -> str:
    """A whole page with the product's head. `body`: markup, everything from outside escaped in it."""
    head = _HEAD.replace("{title}", escape(title))
    head = head.replace("<body>", '<body class="wide">') if wide else head
    return head + body + _TAIL


def link_page(link: str, why: str = "") -> str:
    """The page a one-time link opens: its one button; `why` is a key of `MESSAGES`."""
    field = f'<input type="hidden" name="link" value="{escape(link, quote=True)}">'
    return whole(message(why) + _BUTTON.format(action=SIGN_IN, field=field, th="เข้าสู่ระบบ", en="Sign in"))


def sign_out_page(name: str) -> str:
    """The page that asks before it signs somebody out."""
    who = f'<p>{escape(name)}</p>\n<p><a href="/">กลับ <span lang="en">Back</span></a></p>'
    return whole(_BUTTON.format(action=SIGN_OUT, field="", th="ออกจากระบบ", en="Sign out") + who)


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
    return whole(opening + lines + needs + f'<script src="{KIOSK_SCRIPT}"></script>')


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
label{display:block;margin:0 0 1rem}
label [lang=en]{display:inline;margin-left:.35rem}
input{display:block;width:100%;margin-top:.25rem;padding:.7rem .9rem;font:inherit;color:#e8edf2;background:#0e141b;
border:1px solid #6d8296;border-radius:.5rem}
input:focus-visible,summary:focus-visible{outline:3px solid #ffd479;outline-offset:2px}
.digits{font-size:1.6rem;letter-spacing:.3em;text-align:center}
.or{margin:1.25rem 0;display:block;text-align:center;padding:.7rem 1rem;border:1px solid #6d8296;border-radius:.5rem}
details{margin-top:1.5rem;color:#b3c0cc}
summary{cursor:pointer}
.qr{margin:1rem auto;width:15rem;max-width:100%}
.qr svg{display:block;width:100%;height:auto}
.key{overflow-wrap:anywhere;font-family:monospace;font-size:1rem}
.codes{display:grid;grid-template-columns:1fr 1fr;gap:.25rem 1rem;padding:1rem;list-style:none;background:#0e141b;
border-radius:.4rem;font-family:monospace;font-size:1.15rem}
.wide main{width:min(60rem,calc(100vw - 2rem))}
h2{margin:2rem 0 .75rem;font-size:1.2rem;line-height:1.4}
table{width:100%;border-collapse:collapse;font-size:.95rem}
th,td{padding:.5rem .75rem .5rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #2b3a4a}
td form{margin:0}
.small{width:auto;padding:.35rem .8rem;background:transparent;color:#7cc1ff;border:1px solid #6d8296}
.small:hover{background:#1c2a38}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:0 1.5rem}
@media(max-width:600px){main{padding:1.25rem}table,tbody,tr,td{display:block}thead{display:none}
tr{padding:.5rem 0;border-bottom:1px solid #2b3a4a}td{border:0;padding:.15rem 0}
td[data-of]::before{content:attr(data-of) ": ";color:#b3c0cc}}
pre{overflow-x:auto;padding:.75rem 1rem;background:#0e141b;border-radius:.4rem;font-size:.95rem}
button{width:100%;padding:.8rem 1rem;border:0;border-radius:.5rem;background:#4aa8ff;color:#06121f;
font:inherit;font-weight:600;cursor:pointer}
button [lang=en]{color:inherit}
button:hover{background:#7cc1ff}
button:focus-visible,a:focus-visible{outline:3px solid #ffd479;outline-offset:3px}
a{color:#7cc1ff}
"""
