"""A station's incidents as columns, for the mathematics: no record object is made of any."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from models.analysis.cases import Columns
from models.records.base import Millis

_QUERY = text(
    "SELECT CASE WHEN place_quality = 'none' THEN NULL ELSE lat END,"
    " CASE WHEN place_quality = 'none' THEN NULL ELSE lon END,"
    " occurred_from, COALESCE(occurred_to, occurred_from), offence, COALESCE(offence_group, 0), found_by,"
    " source, id, place_quality"
    " FROM incident WHERE station = :station AND occurred_from >= :start AND occurred_from < :end"
    # Of an import that is not finished nothing is learnt.
    " AND batch NOT IN (SELECT batch FROM import_batch WHERE state IN ('running', 'undoing'))"
    " ORDER BY occurred_from, source, id"
)


def columns(
    conn: Connection, station: str, start: Millis = 0, end: Millis = 2**62
) -> tuple[Columns, NDArray[np.object_]]:
    """The incidents of a station with `start <= occurred_from < end`, ms, the oldest first, and `place_quality` of
    each."""
    rows = conn.execute(_QUERY, {"station": station, "start": start, "end": end}).all()
    parts = list(zip(*rows, strict=True)) if rows else [()] * 10
    lat, lon, begun, ended, offence, group, found_by, source, name, quality = parts
    made = Columns(
        np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64),
        np.array(begun, dtype=np.int64), np.array(ended, dtype=np.int64),
        np.array(offence, dtype=object), np.array(group, dtype=np.int64), np.array(found_by, dtype=object),
        np.array([f"{one}/{of}" for one, of in zip(source, name, strict=True)], dtype=object),
    )  # fmt: skip
    return made, np.array(quality, dtype=object)
