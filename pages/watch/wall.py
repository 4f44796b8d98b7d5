"""Command wall: what must be done right now."""

from dashboard.live.component import live_map, ways
from dashboard.theme import wall_look
from dashboard.visit import visit
from models.records.alarm import STEP_ROLES

here = visit()
wall_look()
live_map(
    "wall",
    language=here.language,
    timezone=here.runtime.values.zone.key,
    csrf=here.who.csrf,
    may_acknowledge=here.who.role in STEP_ROLES,
    # A screen nobody sits at has nowhere to go.
    links=[] if here.who.kiosk else ways("/", here.language),
    kiosk=here.who.kiosk,
    visitor=here.who.visitor,
    rotate_s=here.who.rotate_s,
    testing=here.runtime.values.demo,
)
