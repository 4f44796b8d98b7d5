"""Command wall: what must be done right now."""

import streamlit as st

from dashboard.live.component import live_map
from dashboard.live.told import Link, told, ways
from dashboard.live.views import asks_visitor
from dashboard.theme import wall_look
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action

here = visit(Action.SEE_MAP)
wall_look()
asked = asks_visitor(st.query_params)
switch = Link("/" if asked else "/?visitor=1", word("live.visitor_leave" if asked else "live.visitor", here.language))
live_map(
    told(
        "wall",
        language=here.language,
        timezone=here.runtime.values.zone.key,
        csrf=here.who.csrf,
        may_acknowledge=here.who.may(Action.STEP_ALARM),
        # A screen nobody sits at has nowhere to go.
        links=[] if here.who.kiosk else [*ways("/", here.language, here.who.may), switch],
        kiosk=here.who.kiosk,
        visitor=here.who.visitor or asked,
        rotate_s=here.who.rotate_s,
        testing=here.runtime.values.demo,
    )
)
