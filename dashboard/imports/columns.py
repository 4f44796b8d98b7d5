"""Which column of a file holds which field: asked when one is missing, and to be changed at any time."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.deeds import page_deed
from dashboard.imports.work import Work, look
from dashboard.markdown import plain
from dashboard.visit import Visit
from dashboard.words import word
from models.audit.deeds import Did
from models.formats.incident_file import NAMES


def columns_form(here: Visit, work: Work) -> None:
    """Draw it, open when the file could not be read without; what is changed is remembered after a good look."""
    language, preview = here.language, work.preview
    if work.missing:
        st.warning(word("imp.missing", language, names=plain(", ".join(work.missing))))
    with (
        st.expander(word("imp.columns", language, n=len(work.found)), expanded=preview is None),
        st.form(f"map-{work.id}"),
    ):
        said: dict[str, str] = {}
        for at, name in enumerate(NAMES):
            if at % 3 == 0:
                places = st.columns(3)
            now = work.found.get(name, "")
            options = ["", *dict.fromkeys(title for title in work.header if title)]
            picked = places[at % 3].selectbox(
                word(f"imp.f_{name}", language), options, options.index(now) if now in options else 0,
                format_func=lambda title: title or word("imp.no_column", language), key=f"map-{work.id}-{name}",
            )  # fmt: skip
            if picked != now:
                said[name] = picked or ""
        if preview is not None and preview.ignored:
            st.caption(word("imp.ignored", language, names=plain(", ".join(preview.ignored))))
        if st.form_submit_button(word("imp.look_again", language)) and said:
            fitting = {name: title for name, title in work.plan.mapping.items() if title not in work.missing}
            work.plan = replace(work.plan, mapping={**fitting, **said})
            work.to_keep = page_deed(
                here, Did.IMPORT_MAPPED, station=work.plan.station, object=f"source:{work.plan.source}",
                detail=f"fields={','.join(sorted(said))}",
            )  # fmt: skip
            look(work, here.runtime)
            st.rerun()
