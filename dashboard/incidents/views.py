"""The views of the incidents' page as one component that stays: drawn from one answer, told in one message.

Map and list ask for themselves (`dashboard.incidents.routes`). A click in a view comes back as `narrow` and becomes
another filter, and so another address: bar and views follow it. What is told rides in a list of one: of a plain dict
Streamlit asks for every value whether it is a table, and loads pandas for that.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.basemap.beside import desk_theme
from dashboard.incidents.clicks import before, narrowing
from dashboard.incidents.days import calendar_html, trend_html
from dashboard.incidents.drawn import chips_html, hours_html, no_place_html, offences_html
from dashboard.incidents.frame import frame_html
from dashboard.incidents.narrowing import Period
from dashboard.incidents.parts import parts_in_words
from dashboard.live.assets_route import module_name
from dashboard.times import day
from dashboard.visit import Visit
from dashboard.words import Language, word, words_with
from models.incidents import address
from models.incidents.answer import Answer
from models.incidents.filter import Filter
from models.incidents.periods import DAYS, days_of

#: Key of the component, under which its click stands in the session.
KEY = "cases"

_HERE = Path(__file__).parent
_JS = """
const load = (data) => import(new URL(`${data.base}assets/${data.module}`, location.origin).href)
export default function (component) {
  const { parentElement, data: [data] } = component
  load(data).then((bundle) => bundle.cases(component))
  return () => load(data).then((bundle) => bundle.leaveCases(parentElement))
}
"""


@cache
def component() -> Any:
    """The component, made once a process."""
    css = (_HERE / "cases.css").read_text(encoding="utf-8")
    return st.components.v2.component(
        "ssz_cases", html='<div class="ssz-cases"></div>', css=css, js=_JS, isolate_styles=False
    )


def views(here: Visit, chosen: Filter, answer: Answer) -> None:
    """Draw every view of an answer to a filter."""
    language, zone = here.language, here.runtime.values.zone
    told = common(here) | {
        "frame": frame_html(language),
        "query": query_of(chosen, zone),
        "version": answer.version,
        "total": answer.total,
        "parts": parts_of(answer, chosen, zone, language, before(chosen)),
        "area": list(chosen.area or ()),
    }
    component()(key=KEY, data=[told], on_narrow_change=narrowing(here, KEY, chosen), on_again_change=lambda: None)


def common(here: Visit) -> dict[str, Any]:
    """What every mount of the component is told: where things are, in which language and theme."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    theme = desk_theme()
    archive = here.runtime.basemap.now().archive
    return {
        "module": module_name(),
        "base": f"/{base}/" if base else "/",
        "theme": theme,
        "language": here.language,
        "timezone": here.runtime.values.zone.key,
        "words": words_with(("cas.",), here.language),
        "style": f"tiles/style.json?theme={theme}" if archive else "",
    }


def query_of(chosen: Filter, zone: ZoneInfo) -> str:
    """A filter as a question to the routes, with the moments its period stands for."""
    return urlencode(address.write(chosen, zone) | {"start": str(chosen.start), "end": str(chosen.end)})


def parts_of(
    answer: Answer, chosen: Filter, zone: ZoneInfo, language: Language, undone: Period | None
) -> dict[str, str]:
    """Place in the frame -> what stands there. Pure."""
    first, last = days_of(chosen.start, chosen.end, zone)
    return {
        "chips": chips_html(chips(chosen, zone, language, undone), language),
        "no_place": no_place_html(answer, chosen, language),
        "hours": hours_html(answer, chosen, language),
        "offences": offences_html(answer, chosen, language),
        "calendar": calendar_html(answer, first, last, undone is not None, language),
        "trend": trend_html(answer, first, last, language),
    }


def chips(chosen: Filter, zone: ZoneInfo, language: Language, undone: Period | None) -> list[tuple[str, str]]:
    """What a click in a view narrowed to, each with the part that takes it back."""
    found: list[tuple[str, str]] = []
    if undone is not None and chosen.period == DAYS:
        first, last = days_of(chosen.start, chosen.end, zone)
        days = day(first, language) if first == last else f"{day(first, language)} - {day(last, language)}"
        found.append(("span", f"{word('cas.days', language)}: {days}"))
    return [*found, *parts_in_words(chosen, language)]
