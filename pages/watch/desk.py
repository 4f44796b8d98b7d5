"""SOS desk: one alarm after the other, from the press to its end."""

from dashboard.live.component import live_map
from dashboard.live.told import desk_told
from dashboard.theme import wall_look
from dashboard.visit import visit
from models.access.policy import Action

here = visit(Action.STEP_ALARM)
wall_look()
# The page's address has told it already (`dashboard/shell.py`); who comes by a link within the page is told here.
live_map(desk_told(here.who, here.language, here.runtime.values))
