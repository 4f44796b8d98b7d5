"""Rows of a table as incidents to store: the plain ones quickly, all others by the exact reader of `incident_file`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, fields
from typing import Any

from models.formats.incident_file import (
    ARRESTED,
    CLOCK_SLACK,
    FOUND_BY,
    PLACE_QUALITIES,
    Context,
    incident_columns,
    read_incident,
)
from models.formats.offences import STANDARD, parse_group
from models.formats.problems import ID_TWICE, BadValueError, Problem, RowError
from models.formats.numbers import check_place
from models.formats.rows import Columns, Row
from models.formats.text import clean, name_key
from models.imports.ids import SeenIds
from models.imports.opening import Piece
from models.imports.quick import Moments, Remembered, degrees
from models.records.incident import IncidentReport

#: Names of an incident's values in the order they stand in a row to store.
COLUMNS = tuple(one.name for one in fields(IncidentReport))
Values = tuple[Any, ...]

OUTSIDE = Problem("outside", "พิกัดอยู่นอกพื้นที่ของสถานี", "lies outside the station's plausible area")

_AT = {name: index for index, name in enumerate(COLUMNS)}
_LAT, _LON, _OFFENCE, _GROUP = _AT["lat"], _AT["lon"], _AT["offence"], _AT["offence_group"]
_FROM, _TO, _ID = _AT["occurred_from"], _AT["occurred_to"], _AT["id"]
_NOT_A_WORD = object()
#: Codes of the standard table: one without a group (a quarrel) is known all the same.
_LISTED = frozenset(one.code for one in STANDARD)


@dataclass(slots=True)
class Counts:
    """What the rows of a file hold. `windows`: without a certain hour; `outside`: of the plausible area;
    `unknown`: names of offences nobody listed (of the first thousand), each with its rows."""

    good: int = 0
    bad: int = 0
    no_place: int = 0
    windows: int = 0
    no_group: int = 0
    outside: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Converted:
    """A piece: rows to store in the order of `COLUMNS`, and the rows that cannot be taken."""

    good: list[Values]
    bad: list[RowError]


class Converter:
    """Reads the pieces of one file in order and counts.

    `plausible` says whether a place can be the station's; None: any can. An id that comes twice with the same content
    is one incident (the store counts the second as known); with other content the second row is wrong.

    Raises:
        BadFileError: no column for the id, the time or the offence.
    """

    def __init__(
        self, header: tuple[str, ...], context: Context, *, mapping: Mapping[str, str] | None = None,
        plausible: Callable[[float, float], bool] | None = None,
    ) -> None:  # fmt: skip
        self.columns: Columns = incident_columns(header, mapping)
        self.counts = Counts()
        self._context = context
        self._plausible = plausible
        self._seen = SeenIds()
        self._moments = Moments(context.zone, context.month_first)
        self._offences = Remembered(self._offence)
        self._qualities, self._found_by, self._arrested = (
            Remembered(_chooser(words)) for words in (PLACE_QUALITIES, FOUND_BY, ARRESTED)
        )
        self._texts = Remembered(clean)
        places = self.columns.places
        self._place = {name: places[name] for name in places}
        # Windows and dates in two columns are few: the exact reader has them.
        self._quick = "date" not in places and ("occurred_at" in places) != ("occurred_from" in places)
        self._start = places.get("occurred_at", places.get("occurred_from", -1))

    def convert(self, piece: Piece) -> Converted:
        """The next piece."""
        good: list[Values] = []
        at: list[int] = []
        bad: list[RowError] = []
        for index, cells in enumerate(piece.rows):
            values = self._plain(cells) if self._quick else None
            if values is None:
                read = read_incident(Row(self.columns, piece.numbers[index], tuple(cells)), self._context)
                if isinstance(read, RowError):
                    bad.append(read)
                    continue
                values = astuple(read)
            problem = self._out(values)
            if problem is not None:
                bad.append(RowError(piece.numbers[index], tuple(cells), (problem,)))
                continue
            good.append(values)
            at.append(index)
        twice = set(self._seen.other_content([row[_ID] for row in good], [hash(row) for row in good])) if good else ()
        for index in twice:
            row = at[index]
            bad.append(RowError(piece.numbers[row], tuple(piece.rows[row]), (ID_TWICE.of("incident_id"),)))
        kept = [row for index, row in enumerate(good) if index not in twice] if twice else good
        bad.sort(key=lambda error: error.number)
        self._count(kept, bad)
        return Converted(kept, bad)

    def _plain(self, cells: list[str]) -> Values | None:
        """A row of plain cells; None when one of them is not."""
        place, context = self._place, self._context

        def cell(name: str) -> str:
            index = place.get(name)
            return "" if index is None else cells[index]

        start = self._moments.read(cells[self._start].strip())
        if start is None or start > context.now + CLOCK_SLACK or cell("occurred_to").strip():
            return None
        reported_text = cell("reported_at").strip()
        reported = self._moments.read(reported_text) if reported_text else None
        name, lat_text, lon_text = clean(cell("incident_id")), cell("lat").strip(), cell("lon").strip()
        offence = self._offences((cell("offence"), cell("offence_group")))
        status, description = self._texts(cell("status")), cell("description")
        description = clean(description) if description else ""
        quality, found_by = self._qualities(cell("place_quality")), self._found_by(cell("found_by"))
        arrested = self._arrested(cell("arrested"))
        if (
            not name or len(name) > 64 or offence is None or len(status) > 100 or len(description) > 10_000
            or (reported_text and reported is None) or cell("coords").strip()
            or quality is _NOT_A_WORD or found_by is _NOT_A_WORD or arrested is _NOT_A_WORD
        ):  # fmt: skip
            return None
        lat = lon = None
        if lat_text or lon_text:
            lat, lon = degrees(lat_text), degrees(lon_text)
            if lat is None or lon is None:
                return None
            try:
                check_place(lat, lon)
            except BadValueError:
                return None
        placed = lat is not None
        return (
            context.station, context.source, name, start, offence[0], context.now, None, reported, offence[1],
            lat, lon, (quality or "exact") if placed else "none", found_by or "other", status, arrested, description,
        )  # fmt: skip

    def _offence(self, cells: tuple[str, str]) -> tuple[str, int | None] | None:
        name = clean(cells[0])
        if not name or len(name) > 200:
            return None
        return self._context.classify(name, parse_group(cells[1]))

    def _out(self, values: Values) -> Problem | None:
        if self._plausible is None or values[_LAT] is None or self._plausible(values[_LAT], values[_LON]):
            return None
        return OUTSIDE.of("lat")

    def _count(self, kept: list[Values], bad: list[RowError]) -> None:
        counts = self.counts
        counts.good += len(kept)
        counts.bad += len(bad)
        counts.no_place += sum(row[_LAT] is None for row in kept)
        counts.windows += sum(row[_TO] is not None for row in kept)
        for row in kept:
            if row[_GROUP] is None:
                counts.no_group += 1
                if row[_OFFENCE] not in _LISTED and (len(counts.unknown) < 1_000 or row[_OFFENCE] in counts.unknown):
                    counts.unknown[row[_OFFENCE]] += 1
        for error in bad:
            for code in {problem.code for problem in error.problems}:
                counts.reasons[code] += 1
                counts.outside += code == OUTSIDE.code


def _chooser(words: Mapping[str, Any]) -> Callable[[str], Any]:
    """Word -> its value; None for an empty cell, `_NOT_A_WORD` for one that is not allowed."""
    known = {name_key(word): value for word, value in words.items()}

    def choose(cell: str) -> Any:
        key = name_key(cell)
        return known.get(key, _NOT_A_WORD) if key else None

    return choose
