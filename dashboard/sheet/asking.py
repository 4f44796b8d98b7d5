"""What an alarm's sheet is taken for, asked in one click: nobody has to type while somebody waits for help. Pure."""

from __future__ import annotations

from html import escape

from dashboard.access.page import whole
from dashboard.words import Language, word
from models.records.purpose import REASONS


def asking_page(language: Language) -> str:
    """A page with one button a reason; each asks for the same address again, with the reason said."""
    buttons = "".join(
        f'<p><button name="reason" value="{reason}">{escape(word(f"live.purpose_{reason}", language))}</button></p>'
        for reason in REASONS
    )
    head = f"<h2>{escape(word('sheet.why', language))}</h2><p>{escape(word('sheet.why_note', language))}</p>"
    return whole(f'{head}<form method="get">{buttons}</form>', title=word("resp.sheet", language))


def purpose_text(alarm: str) -> str:
    """The words kept with the reason. Thai, as what is kept of the desk."""
    return word("sheet.why_text", "th", id=alarm)
