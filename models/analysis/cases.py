"""Cases that take part in a map, and how many do not, by reason. Pure.

Trained and scored on what victims, calls and cameras report: cases that patrols find are left out, for a map fed by
its own patrols confirms itself (Lum and Isaac 2016; Ensign et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from models.analysis.families import Family
from models.analysis.grid import flat
from models.analysis.left_out import LeftOut as LeftOut
from models.analysis.own_names import Kinds
from models.analysis.shifts import NO_HOUR_MS
from models.records.base import Millis
from models.records.incident import Incident, IncidentReport

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.object_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Incidents as they are kept, one length: degrees (NaN without a place), ms UTC, offence, group (0: none)."""

    lat: Floats
    lon: Floats
    start: Ints
    end: Ints
    offence: Words
    group: Ints
    found_by: Words
    ids: Words

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Cases of a map: columns of one length, sorted by start.

    `x`, `y`: metres in the UTM zone of the place. `start`, `end`: ms UTC, the window the case fell in; equal when the
    moment is known. `hour_known`: False when the window is a day or longer. `ids`: `source/id`.
    """

    x: Floats
    y: Floats
    start: Ints
    end: Ints
    hour_known: Flags
    offence: Words
    ids: Words

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints | Flags | slice) -> Cases:
        """Some of them; rows must keep their order."""
        return Cases(*(getattr(self, field.name)[rows] for field in fields(self)))

    def between(self, start: Millis, end: Millis) -> Cases:
        """Those with `start <= their start < end`."""
        return self.take(slice(*np.searchsorted(self.start, [start, end])))


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a family takes of the cases that are told with it. `every`: the cases of all of them; `mine`: which of
    these are the family's; `unnamed`: the commonest names of those that may be its, with how many there are."""

    every: Cases
    mine: Flags
    left_out: LeftOut
    unnamed: tuple[tuple[str, int], ...]

    @property
    def cases(self) -> Cases:
        """Those of the family."""
        return self.every.take(self.mine)

    @property
    def others(self) -> Cases:
        """Those of the others."""
        return self.every.take(~self.mine)


def columns_of(incidents: Iterable[Incident | IncidentReport]) -> Columns:
    """Incidents of the store as columns; one whose place is unknown has NaN."""
    rows = list(incidents)
    nan = float("nan")
    return Columns(
        np.array([nan if row.lat is None or row.place_quality == "none" else row.lat for row in rows], dtype=float),
        np.array([nan if row.lon is None or row.place_quality == "none" else row.lon for row in rows], dtype=float),
        np.array([row.occurred_from for row in rows], dtype=np.int64),
        np.array([row.occurred_to or row.occurred_from for row in rows], dtype=np.int64),
        np.array([row.offence for row in rows], dtype=object),
        np.array([row.offence_group or 0 for row in rows], dtype=np.int64),
        np.array([row.found_by for row in rows], dtype=object),
        np.array([f"{row.source}/{row.id}" for row in rows], dtype=object),
    )


def prepare(
    columns: Columns, *, family: Family | None, now: Millis, polygon: str, reported_only: bool = True
) -> tuple[Cases, LeftOut]:
    """The cases of a family inside a polygon (GeoJSON, lon/lat), in metres of its UTM zone, and what was left out.

    `family` None: every offence, as the other families of a rare one are. `reported_only` False takes cases that
    patrols found too: for showing what that does, never for a map.

    Raises:
        ValueError: the polygon is none.
    """
    [found] = prepare_each(columns, [family], now=now, polygon=polygon, reported_only=reported_only)
    return found.cases, found.left_out


def prepare_each(
    columns: Columns, families: Sequence[Family | None], *, now: Millis, polygon: str, reported_only: bool = True
) -> list[Taken]:
    """`prepare` for several families: what does not hang on the family is looked at once. Their `others` are the
    cases of the other families named here: all there are where one of them is None."""
    left = np.ones(len(columns), dtype=bool)
    counts: dict[str, int] = {}

    def leave(reason: str, which: Flags) -> None:
        counts[reason] = int((left & which).sum())
        left[which] = False

    leave("future", columns.start > now)
    leave("group4", columns.group == 4)
    leave("patrol", (columns.found_by == "patrol") & reported_only)
    # Only among what is left: a patrol's record of a case must not put the victim's own aside.
    rows = np.flatnonzero(left)
    again = np.zeros_like(left)
    again[rows] = _again(columns, rows)
    leave("duplicate", again)
    placed = np.isfinite(columns.lat) & np.isfinite(columns.lon)
    kinds = Kinds(columns.offence, columns.group)
    own = [left if family is None else left & kinds.of(family) for family in families]
    rows = np.flatnonzero(np.any(own, axis=0) & placed)
    outline, epsg = flat(polygon)
    x, y = in_metres(columns.lat[rows], columns.lon[rows], epsg)
    shapely.prepare(outline)
    inside = np.zeros_like(left)
    inside[rows] = within = shapely.intersects_xy(outline, x, y)
    rows, x, y = rows[within], x[within], y[within]
    order = np.lexsort((columns.ids[rows].astype(str), columns.start[rows]))
    rows, x, y = rows[order], x[order], y[order]
    start, end = columns.start[rows], np.maximum(columns.end[rows], columns.start[rows])
    every = Cases(x, y, start, end, end - start < NO_HOUR_MS, columns.offence[rows], columns.ids[rows])
    made = []
    for family, mine in zip(families, own, strict=True):
        unnamed = np.zeros_like(left) if family is None else left & kinds.unnamed(family)
        within = mine[rows]
        left_out = LeftOut(
            **counts, other_family=int((left & ~mine & ~unnamed).sum()), unnamed=int(unnamed.sum()),
            no_place=int((mine & ~placed).sum()), stray=int((mine & placed & ~inside).sum()),
            no_hour=int((~every.hour_known[within]).sum()),
        )  # fmt: skip
        made.append(Taken(every, within, left_out, kinds.told(unnamed)))
    return made


def in_metres(lat: Floats, lon: Floats, epsg: int) -> tuple[Floats, Floats]:
    """x and y of places; NaN for what no projection reaches."""
    x, y = np.full(len(lat), np.nan), np.full(len(lat), np.nan)
    rows = np.flatnonzero((np.abs(lat) <= 90) & (np.abs(lon) <= 180))
    turned = Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True).transform(lon[rows], lat[rows])
    x[rows], y[rows] = (np.where(np.isfinite(value), value, np.nan) for value in turned)
    return x, y


def _again(columns: Columns, rows: Ints) -> Flags:
    """Which of some rows are twice there: an id, or the n-th case of one offence, time, place of another source.

    Two cases of one source that agree in everything but their id are two: two victims of one robbery.
    """
    frame = pd.DataFrame(
        {
            "offence": columns.offence[rows], "start": columns.start[rows], "end": columns.end[rows],
            "lat": columns.lat[rows], "lon": columns.lon[rows], "id": columns.ids[rows],
        }
    )  # fmt: skip
    same_id = frame["id"].duplicated().to_numpy(copy=True)
    what = ["offence", "start", "end", "lat", "lon"]
    # Without a place two cases of a day are not known to be one.
    twice = frame.duplicated(what, keep=False).to_numpy() & ~same_id & np.isfinite(frame["lat"].to_numpy())
    some = np.flatnonzero(twice)
    if len(some):
        few = frame.iloc[some].assign(source=[str(name).partition("/")[0] for name in frame["id"].iloc[some]])
        few["number"] = few.groupby([*what, "source"]).cumcount()
        same_id[some] = few.duplicated([*what, "number"]).to_numpy()
    return same_id
