"""A station's zone ready to be asked: its cells, and the cases of each family on them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.analysis.area import lived_in
from models.analysis.cases import Cases, LeftOut, Taken, prepare_each
from models.analysis.components import Ground
from models.analysis.families import FAMILIES
from models.analysis.grid import Grid, flat
from models.analysis.quality import cell_for, location_quality
from models.analysis.task import Place, Task

#: More cells than this no map shows and no patrol holds: they grow instead.
MOST_CELLS = 40_000


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The cases of one family in one zone. `others`: of the other families, for a rare one; `said`: how many of the
    cases by what the record calls the quality of their place; `unnamed`: the commonest names of those that may be of
    it."""

    code: str
    cases: Cases
    others: Cases
    left_out: LeftOut
    said: Mapping[str, int]
    unnamed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A zone ready to be asked. `families`: the cases of each, and what was left out."""

    task: Task
    place: Place
    everything: Cases
    families: Mapping[str, Taken]
    said_of: Mapping[str, str]
    ground: Ground


def prepared(task: Task, place: Place) -> Prepared:
    """The cells of a zone: as large as its places are known well, and not more of them than a map can show.

    Raises:
        ValueError: the zone is no polygon.
    """
    all_of_them, *found = prepare_each(
        task.columns, [None, *FAMILIES.values()], now=task.at, polygon=place.polygon
    )  # fmt: skip
    everything = all_of_them.every
    said_of = dict(zip(task.columns.ids.tolist(), task.quality.tolist(), strict=True))
    outline, epsg = flat(place.polygon)
    cell = cell_for(location_quality(everything, epsg, _said(everything, said_of)), float(outline.area))
    while float(outline.area) > MOST_CELLS * cell * cell:
        cell *= 2
    grid = Grid.of(place.polygon, cell)
    if not place.code:  # no zone was drawn: a box round the cases
        grid = lived_in(grid, everything.x, everything.y)
    families = dict(zip(FAMILIES, found, strict=True))
    return Prepared(task, place, everything, families, said_of, Ground.of(grid))


def families_of(zone: Prepared, codes: Iterable[str] = tuple(FAMILIES)) -> Iterator[Family]:
    """The cases of some families in a zone."""
    for code in codes:
        found = zone.families[code]
        cases = found.cases
        yield Family(code, cases, found.others, found.left_out, _said(cases, zone.said_of), found.unnamed)


def _said(cases: Cases, said_of: Mapping[str, str]) -> Counter[str]:
    return Counter(said_of[name] for name in cases.ids.tolist())
