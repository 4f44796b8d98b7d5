"""Rows of a table as incidents to store: the plain ones quickly, all others by the reader of `incident_file`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from models.formats.faulty import blamed
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
from models.formats.problems import ID_TWICE, Problem, RowError
from models.formats.rows import Columns, Row
from models.formats.text import clean, name_key
from models.imports.ids import SeenIds
from models.imports.opening import Piece
from models.imports.quick import Moments, Remembered, degrees
from models.records.incident import IncidentReport

#: Names of an incident's values in the order they stand in a row to store.
COLUMNS = tuple(one.name for one in fields(IncidentReport))
Values = tuple[Any, ...]
_VALUES = attrgetter(*COLUMNS)

OUTSIDE = Problem("outside", "พิกัดอยู่นอกพื้นที่ของสถานี", "lies outside the station's plausible area")

_AT = {name: index for index, name in enumerate(COLUMNS)}
_LAT, _LON, _OFFENCE, _GROUP = _AT["lat"], _AT["lon"], _AT["offence"], _AT["offence_group"]
_FROM, _TO, _ID = _AT["occurred_from"], _AT["occurred_to"], _AT["id"]
_NOT_PLAIN: Any = object()
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
    """A piece: rows to store in the order of `COLUMNS`, and the rows that cannot be taken. `outside`: of these, what
    was read of those that lie outside of the plausible area."""

    good: list[Values]
    bad: list[RowError]
    outside: list[Values]


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
        self._offences = Remembered[tuple[str, str], tuple[str, int | None] | None](self._offence)
        self._qualities = Remembered[str, Any](_chooser(PLACE_QUALITIES))
        self._found_by = Remembered[str, Any](_chooser(FOUND_BY))
        self._arrested = Remembered[str, Any](_chooser(ARRESTED))
        self._texts = Remembered[str, Any](_status)
        places = self.columns.places
        # Windows and dates in two columns are few: the exact reader has them.
        self._quick = "date" not in places and ("occurred_at" in places) != ("occurred_from" in places)
        self._start = places.get("occurred_at", places.get("occurred_from", -1))

    def convert(self, piece: Piece) -> Converted:
        """The next piece."""
        rows = self._plain(piece) if self._quick else [None] * len(piece.numbers)
        refused = self._refused(piece)
        for index in refused:
            rows[index] = None
        good: list[Values] = []
        at: list[int] = []
        bad: list[RowError] = []
        for index, values in enumerate(rows):
            if values is None:
                number = piece.numbers[index]
                if index in refused:
                    bad.append(RowError(number, tuple(piece.faults[index]), refused[index]))
                    continue
                read = read_incident(Row(self.columns, number, piece.cells(index)), self._context)
                if isinstance(read, RowError):
                    bad.append(read)
                    continue
                values = _VALUES(read)
            good.append(values)
            at.append(index)
        at_fault = self.columns.header[self.columns.places.get("lat", self.columns.places.get("coords", 0))]
        wrong = {index: OUTSIDE.of(at_fault) for index in self._outside(good)}
        if good:
            twice = self._seen.other_content([row[_ID] for row in good], [hash(row) for row in good])
            wrong |= {index: ID_TWICE.of("incident_id") for index in twice}
        bad += [RowError(piece.numbers[at[index]], piece.cells(at[index]), (why,)) for index, why in wrong.items()]
        kept = [row for index, row in enumerate(good) if index not in wrong] if wrong else good
        bad.sort(key=lambda error: error.number)
        self._count(kept, bad)
        return Converted(kept, bad, [good[index] for index, why in wrong.items() if why.code == OUTSIDE.code])

    def _refused(self, piece: Piece) -> dict[int, tuple[Problem, ...]]:
        """Indexes of rows the file itself got wrong, and why; a fault in a column nobody reads is none."""
        read = set(self.columns.places.values())
        found = {index: blamed(row, self.columns.header, read) for index, row in piece.faults.items()}
        return {index: why for index, why in found.items() if why}

    def _plain(self, piece: Piece) -> list[Values | None]:
        """The rows in the order of `COLUMNS`; None where a cell is not plain."""
        much, context, place = len(piece.numbers), self._context, self.columns.places
        odd: set[int] = set()

        def column(name: str) -> Sequence[str]:
            return piece.columns[place[name]] if name in place else [""] * much

        def known(name: str, table: Remembered[str, Any]) -> list[Any]:
            if name not in place:
                return [table[""]] * much
            found = table.all(column(name))
            if _NOT_PLAIN in found:
                odd.update(index for index, value in enumerate(found) if value is _NOT_PLAIN)
            return found

        def moments(texts: Sequence[str]) -> list[int | None]:
            found = self._moments.all(texts)
            if None in found:
                odd.update(index for index, value in enumerate(found) if value is None and texts[index])
            return found

        starts = moments(piece.columns[self._start])
        odd.update(index for index, at in enumerate(starts) if at is None or at > context.now + CLOCK_SLACK)
        for name in ("occurred_to", "coords"):
            if name in place:
                odd.update(index for index, text in enumerate(column(name)) if text)
        reported = moments(column("reported_at")) if "reported_at" in place else [None] * much
        ids = list(map(clean, column("incident_id")))
        descriptions = list(map(clean, column("description"))) if "description" in place else [""] * much
        for texts, least, most in ((ids, 1, 64), (descriptions, 0, 10_000)):
            odd.update(index for index, text in enumerate(texts) if not least <= len(text) <= most)
        offences = self._offences.all(zip(column("offence"), column("offence_group"), strict=True))
        if None in offences:
            odd.update(index for index, value in enumerate(offences) if value is None)
        statuses = known("status", self._texts)
        found_by, arrested = known("found_by", self._found_by), known("arrested", self._arrested)
        qualities = known("place_quality", self._qualities)
        lats, lons = self._places(column("lat"), column("lon"), odd)
        rows: list[Values | None] = [
            (context.station, context.source, name, start, offence[0] if offence else "", context.now, None, told,
             offence[1] if offence else None, lat, lon, "none" if lat is None else quality or "exact", by or "other",
             status, caught, description)
            for name, start, offence, told, lat, lon, quality, by, status, caught, description in zip(
                ids, starts, offences, reported, lats, lons, qualities, found_by, statuses, arrested, descriptions,
                strict=True,
            )
        ]  # fmt: skip
        for index in odd:
            rows[index] = None
        return rows

    @staticmethod
    def _places(
        lat_texts: Sequence[str], lon_texts: Sequence[str], odd: set[int]
    ) -> tuple[list[float | None], list[float | None]]:
        """Latitudes and longitudes; rows whose place is half, out of range, swapped or nowhere go to `odd`."""
        (lats, odd_lats), (lons, odd_lons) = degrees(lat_texts), degrees(lon_texts)
        odd.update(odd_lats, odd_lons)
        for index, (lat, lon) in enumerate(zip(lats, lons, strict=True)):
            if lat is None or lon is None:
                if lat is not lon:
                    odd.add(index)
            elif not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0) or -1e-3 < lat < 1e-3:
                odd.add(index)
        return lats, lons

    def _offence(self, cells: tuple[str, str]) -> tuple[str, int | None] | None:
        name = clean(cells[0])
        if not name or len(name) > 200:
            return None
        return self._context.classify(name, parse_group(cells[1]))

    def _outside(self, rows: list[Values]) -> list[int]:
        """Indexes of rows with a place outside of the plausible area."""
        if self._plausible is None:
            return []
        holds = self._plausible
        return [index for index, row in enumerate(rows) if row[_LAT] is not None and not holds(row[_LAT], row[_LON])]

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


def _status(cell: str) -> Any:
    text = clean(cell)
    return text if len(text) <= 100 else _NOT_PLAIN


def _chooser(words: Mapping[str, Any]) -> Callable[[str], Any]:
    """Word -> its value; None for an empty cell, `_NOT_PLAIN` for one that is not allowed."""
    known = {name_key(word): value for word, value in words.items()}

    def choose(cell: str) -> Any:
        key = name_key(cell)
        return known.get(key, _NOT_PLAIN) if key else None

    return choose
