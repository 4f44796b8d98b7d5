"""The live map as a Streamlit component: mounted once, told of words and rights, fed by `/live` and never by a rerun.

The few lines of JavaScript here ride in every message of Streamlit; all they do is import the bundle of our own
server and hand it the element. The map lives with the element, so a rerun changes nothing on it.

What is told rides in a list of one: of a plain dict Streamlit asks for every value whether it is a table, and that
loads pandas and PyArrow into the process, a third of a second of the first map's way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

from dashboard.language import switch_path
from dashboard.live.assets_route import module_name
from dashboard.words import Language, word, words_with
from models.access.policy import Action

#: Words the bundle uses.
PREFIXES = (
    "live.", "mark.", "sos.", "err.no_permission", "sys.simulated", "nav.command_wall", "nav.live_map",
    "nav.stations", "nav.desk", "equip.fault_tamper",
)  # fmt: skip

_HTML = '<div class="ssz-place"></div>'
_JS = """
const load = (data) => import(new URL(`${data.base}assets/${data.module}`, location.origin).href)
export default function (component) {
  const { parentElement, data: [data] } = component
  load(data).then((bundle) => bundle.default({ data, parentElement }))
  return () => load(data).then((bundle) => bundle.unmount(parentElement))
}
"""

#: What a screen is for, where not everybody may.
_NEEDS = {"/desk": Action.STEP_ALARM, "/response": Action.SEE_REPORTS, "/hotspots": Action.SEE_HOTSPOTS}
_PAGES = (
    ("/", "nav.command_wall"),
    ("/map", "nav.live_map"),
    ("/desk", "nav.desk"),
    ("/response", "nav.response"),
    ("/incidents", "nav.incidents"),
    ("/hotspots", "nav.hotspots"),
    ("/equipment", "nav.equipment"),
    ("/feeds", "nav.feeds"),
)

_component = st.components.v2.component("ssz_live", html=_HTML, js=_JS, isolate_styles=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page, shown in the head of the wall."""

    href: str
    title: str
    here: bool = False


def ways(here: str, language: Language, may: Callable[[Action], bool]) -> list[Link]:
    """The ways from a live page at path `here` to the other screens that one `may` see, and to the other language."""
    other = Link(switch_path("en" if language == "th" else "th"), word("nav.other_language", language))
    pages = [page for page in _PAGES if page[0] not in _NEEDS or may(_NEEDS[page[0]])]
    return [*(Link(path, word(name, language), path == here) for path, name in pages), other]


def live_map(
    mode: Literal["wall", "live", "desk"],
    *,
    language: Language,
    timezone: str,
    csrf: str,
    may_acknowledge: bool,
    tracks: bool = False,
    links: Sequence[Link] = (),
    kiosk: bool = False,
    visitor: bool = False,
    rotate_s: int = 0,
    testing: bool = False,
    key: str = "live",
) -> None:
    """Mount a page of the live feed over the whole window: the command wall, the live map to work with, or the desk.

    `tracks`: a chosen unit has a way to the file of its track.
    `csrf` is the session's value that the acknowledge button returns; `timezone` an IANA name.
    `kiosk`: nobody sits at this screen; `visitor`: strangers stand before it; `rotate_s`: seconds each station is
    shown before the next one, 0 for no rotation.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    told = {
        "module": module_name(),
        "mode": mode,
        "base": f"/{base}/" if base else "/",
        "words": words_with(PREFIXES, language),
        "language": language,
        "timezone": timezone,
        "csrf": csrf,
        "mayAcknowledge": may_acknowledge,
        "tracks": "track" if tracks else "",
        "links": [asdict(link) for link in links],
        "kiosk": kiosk,
        "visitor": visitor,
        "rotateS": rotate_s,
        "testing": testing,
    }
    _component(key=key, data=[told])
