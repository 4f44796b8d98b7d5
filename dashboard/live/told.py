"""What a page of the live feed is told before it draws anything: its words, its rights, its ways to other screens.

Streamlit's component is told it by the page's script; the desk's address answers it with the page itself, so that the
desk is there before Streamlit is (`dashboard/shell.py`). Both say the same, by the functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from dashboard.access.identity import Who
from dashboard.language import switch_path
from dashboard.live.assets_route import module_name
from dashboard.runtime import Values
from dashboard.words import Language, word, words_with
from models.access.policy import Action

#: Words the bundle uses.
PREFIXES = (
    "live.", "mark.", "sos.", "err.no_permission", "sys.simulated", "nav.command_wall", "nav.live_map",
    "nav.stations", "nav.desk", "equip.fault_tamper",
)  # fmt: skip

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

#: `Settings` of the bundle (`part.ts`), and the bundle's file name.
Told = dict[str, Any]


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


def told(
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
) -> Told:
    """What one page is told, ready for JSON.

    `tracks`: a chosen unit has a way to the file of its track.
    `csrf` is the session's value that the acknowledge button returns; `timezone` an IANA name.
    `kiosk`: nobody sits at this screen; `visitor`: strangers stand before it; `rotate_s`: seconds each station is
    shown before the next one, 0 for no rotation.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return {
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


def desk_told(who: Who, language: Language, values: Values) -> Told:
    """What the desk is told; nobody else has the page in the list of screens than who may take an alarm's steps."""
    return told(
        "desk",
        language=language,
        timezone=values.zone.key,
        csrf=who.csrf,
        may_acknowledge=True,
        links=ways("/desk", language, who.may),
        testing=values.demo,
    )
