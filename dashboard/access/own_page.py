"""The page about oneself: sessions, password, second factor. Markup only, in the reader's language; no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from dashboard.access.agents import browser_of
from dashboard.access.forms import FORM_FIELD
from dashboard.access.identity import Who
from dashboard.access.messages import message
from dashboard.access.page import whole
from dashboard.access.policy import ACCOUNT, SIGN_OUT
from dashboard.times import moment
from dashboard.words import Language, table, word
from models.audit.deeds import session_of
from models.records.access import WebSession


@dataclass(frozen=True, slots=True)
class Own:
    """What the page tells: `kind` is `local`, `provider` or `link`; `codes_left` None without a second factor."""

    who: Who
    sessions: Sequence[WebSession]
    kind: str
    codes_left: int | None


def own_page(own: Own, zone: ZoneInfo, language: Language, why: str = "", wait: int = 0) -> str:
    """The page. `why`: a key of the sign-in pages' messages."""

    def say(key: str, **values: object) -> str:
        return escape(word(key, language, **values))

    # A role nobody knows any more is told as it is written.
    role = table()[language].get(f"role.{own.who.role}", own.who.role)
    head = f"<h2>{escape(own.who.name)}</h2><p>{escape(role)}</p>"
    rest = {"local": _local, "provider": _provider, "link": _link}[own.kind](own, language)
    leave = f'<p><a href="{SIGN_OUT}">{say("people.sign_out")}</a> · <a href="/">{say("people.back")}</a></p>'
    body = message(why, wait) + head + _sessions(own, zone, language) + rest + leave
    return whole(body, wide=True, title=word("nav.account", language))


def _form(own: Own, do: str, fields: str, label: str, small: bool = False) -> str:
    token = escape(own.who.csrf, quote=True)
    hidden = f'<input type="hidden" name="{FORM_FIELD}" value="{token}"><input type="hidden" name="do" value="{do}">'
    button = f'<button class="small">{escape(label)}</button>' if small else f"<button>{escape(label)}</button>"
    return f'<form method="post" action="{ACCOUNT}">{hidden}{fields}{button}</form>'


def _sessions(own: Own, zone: ZoneInfo, language: Language) -> str:
    keys = ("people.since", "people.used", "people.address", "people.browser")
    names = [escape(word(key, language)) for key in keys]

    def row(one: WebSession) -> str:
        cells = (
            moment(one.created_at, zone, language), moment(one.used_at, zone, language),
            one.address or word("people.by_link", language), browser_of(one.agent),
        )  # fmt: skip
        told = "".join(f'<td data-of="{name}">{escape(cell)}</td>' for name, cell in zip(names, cells, strict=True))
        named = f'<input type="hidden" name="session" value="{session_of(one.hash)}">'
        end = (
            f"<b>{escape(word('people.this', language))}</b>"
            if one.hash == own.who.digest
            else _form(own, "end", named, word("people.end", language), small=True)
        )
        return f"<tr>{told}<td>{end}</td></tr>"

    head = "".join(f"<th>{name}</th>" for name in names)
    table = f"<table><thead><tr>{head}<th></th></tr></thead><tbody>{''.join(map(row, own.sessions))}</tbody></table>"
    others = _form(own, "end_others", "", word("people.end_others", language), small=True)
    return f"<h2>{escape(word('people.own', language))}</h2>{table}" + (
        f"<p></p>{others}" if own.sessions[1:] else ""
    )


def _password(name: str, key: str, complete: str, language: Language) -> str:
    label = escape(word(key, language))
    kept = f'autocomplete="{complete}" maxlength="512"'
    return f'<label>{label}<input name="{name}" type="password" required {kept}></label>'


def _code(language: Language) -> str:
    label = escape(word("people.code_now", language))
    kept = 'inputmode="numeric" autocomplete="one-time-code" maxlength="20"'
    return f'<label>{label}<input name="code" required {kept}></label>'


def _local(own: Own, language: Language) -> str:
    now = _password("now", "people.password_now", "current-password", language)
    new = _password("password", "people.password_new", "new-password", language)
    again = _password("again", "people.password_again", "new-password", language)
    change = word("people.change_password", language)
    changing = f"<h2>{escape(change)}</h2>" + _form(own, "password", now + new + again, change)
    state = word("people.second_on" if own.codes_left is not None else "people.second_off", language)
    left = f" · {word('people.codes_left', language, n=own.codes_left)}" if own.codes_left is not None else ""
    about = f"<p>{escape(word('people.set_second_help', language))}</p>"
    code = _code(language) if own.codes_left is not None else ""
    second = f"<h2>{escape(word('people.second', language))}: {escape(state + left)}</h2>{about}" + _form(
        own, "second", now + code, word("people.set_second", language)
    )
    return f'<div class="pair"><div>{changing}</div><div>{second}</div></div>'


def _provider(_own: Own, language: Language) -> str:
    return f"<p>{escape(word('people.provider_session', language))}</p>"


def _link(_own: Own, language: Language) -> str:
    return f"<p>{escape(word('people.link_session', language))}</p>"
