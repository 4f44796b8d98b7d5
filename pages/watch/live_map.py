"""Live map: the wall's map to work with."""

from dashboard.live.component import live_map
from dashboard.live.told import told, ways
from dashboard.theme import wall_look
from dashboard.visit import visit
from models.access.policy import Action

here = visit(Action.SEE_MAP)
wall_look()
live_map(
    told(
        "live",
        language=here.language,
        timezone=here.runtime.values.zone.key,
        csrf=here.who.csrf,
        may_acknowledge=here.who.may(Action.STEP_ALARM),
        tracks=here.who.may(Action.SEE_TRACK) and here.who.may(Action.EXPORT),
        links=ways("/map", here.language, here.who.may),
        visitor=here.who.visitor,
        testing=here.runtime.values.demo,
    )
)
