"""Command wall: what must be done right now."""

from dashboard.language import switch_path
from dashboard.live.component import Link, live_map
from dashboard.theme import wall_look
from dashboard.visit import visit
from dashboard.words import word
from models.records.alarm import STEP_ROLES

here = visit()
wall_look()
live_map(
    "wall",
    language=here.language,
    timezone=here.runtime.values.zone.key,
    csrf=here.who.csrf,
    may_acknowledge=here.who.role in STEP_ROLES,
    links=[
        Link("/incidents", word("nav.incidents", here.language)),
        Link("/feeds", word("nav.feeds", here.language)),
        Link(switch_path("en" if here.language == "th" else "th"), word("nav.other_language", here.language)),
    ],
    testing=here.runtime.values.demo,
)
