"""SOS desk: one alarm after the other, from the press to its end."""

from dashboard.live.component import live_map, ways
from dashboard.theme import wall_look
from dashboard.visit import visit
from models.access.policy import Action

here = visit(Action.STEP_ALARM)
wall_look()
live_map(
    "desk",
    language=here.language,
    timezone=here.runtime.values.zone.key,
    csrf=here.who.csrf,
    # The page is in nobody else's list of screens.
    may_acknowledge=True,
    links=ways("/desk", here.language, here.who.may),
    testing=here.runtime.values.demo,
)
