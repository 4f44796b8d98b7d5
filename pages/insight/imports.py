"""Import of incidents: a file is looked over, its rows are stored in the background, and an import can be undone."""

import streamlit as st

from dashboard.desk import desk_head, way_to
from dashboard.imports.coming import coming, ended, listed, upload
from dashboard.imports.offences import own_offences
from dashboard.imports.part import shown
from dashboard.visit import visit
from dashboard.words import word
from models.access.policy import Action

here = visit(Action.IMPORT_INCIDENTS)
desk_head(here, word("nav.imports", here.language), word("imp.title_help", here.language))
way_to("incidents", word("nav.incidents", here.language))
work = upload(here)
if work is not None and work.doing:
    coming(here, work)
elif work is not None:
    ended(here, work)  # also of one that ended before the page came to look at it
    if work.done is None:
        shown(here, work)
st.divider()
own_offences(here)
listed(here)
