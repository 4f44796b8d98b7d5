"""A unit's track as a file: which unit, over which time, what for; then how much there is of it, and the GPX."""

from dashboard.desk import desk_head, way_to
from dashboard.export_part import purposed
from dashboard.exports.track_part import chosen_track, track_file
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action

visit(Action.SEE_TRACK)
here = visit(Action.EXPORT)
desk_head(here, word("nav.track", here.language), word("trk.help", here.language))
way_to("map", word("nav.live_map", here.language))
chosen = chosen_track(here)
if chosen is not None:
    purpose = purposed(here, "track")
    if purpose is not None:
        track_file(here, chosen, purpose)
