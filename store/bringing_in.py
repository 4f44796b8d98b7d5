"""A file of incidents brought into the store: looked over first, then stored in pieces and shown as a whole.

The one way of the command line and of the browser's page; both only tell how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from models.formats.incident_file import Context, incident_columns
from models.formats.problems import RowError
from models.imports.ahead import ahead
from models.imports.converting import COLUMNS, Converter, Counts, Values
from models.imports.days import Dates, Order
from models.imports.opening import Table
from models.imports.places import MOST_GOOD, MOST_OUTSIDE, Place, Spread
from models.records.base import Millis
from models.records.imports import ImportBatch
from store import import_runs
from store.database import Database, Tx
from store.imports import new_batch
from store.registry import area_of

#: Fields whose cells say how dates are written.
_DATED = ("occurred_at", "occurred_from", "occurred_to", "date", "reported_at")
_ID, _LAT, _LON, _OFFENCE = (COLUMNS.index(name) for name in ("id", "lat", "lon", "offence"))


class CancelledError(Exception):
    """Somebody stopped it; nothing of it is in the store."""


class BadRowsError(Exception):
    """The file has bad rows and all or nothing was wanted; nothing of it is in the store."""

    def __init__(self, bad: int, good: int) -> None:
        super().__init__(f"{bad} of {bad + good} rows are bad, nothing imported")
        self.bad, self.good = bad, good


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is to be brought in. `month_first` None: as its dates say. `anywhere`: places outside the station's
    plausible area are taken too. `only_good`: the good rows although others are bad. `mapping`: field -> title."""

    station: str
    source: str
    context: Context
    mapping: Mapping[str, str]
    month_first: bool | None = None
    only_good: bool = False
    anywhere: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written, as found over all of it."""

    dates: Dates
    order: Order


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds, before anything is stored. `known`: rows whose id the store has already; `places`: where its
    rows would lie, of a long file some of them."""

    style: Style
    counts: Counts
    known: int
    first_bad: tuple[RowError, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file."""

    run: ImportBatch
    counts: Counts
    style: Style
    ignored: tuple[str, ...]


#: Told how many rows are done.
Tell = Callable[[int], None]
#: Given the bad rows of each piece, to be written down.
Errors = Callable[[list[RowError]], None]


def style_of(table: Table, plan: Plan, stopped: Callable[[], bool] = lambda: False) -> Style:
    """Look at every date of a file.

    Raises:
        BadFileError: a needed column is missing, or the file breaks in the middle.
    """
    columns = incident_columns(table.header, plan.mapping)
    at = [columns.places[name] for name in _DATED if name in columns.places]
    dates = Dates()
    for piece in table.pieces():
        _go_on(stopped)
        for column in at:
            dates.see(piece.columns[column])
    order = dates.order if plan.month_first is None else "month" if plan.month_first else "day"
    return Style(dates, order)


def look_over(
    db: Database, table: Table, plan: Plan, tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False,
    errors: Errors = lambda _: None, most_shown: int = 200,
) -> Preview:  # fmt: skip
    """Read a whole file and store nothing of it.

    Raises:
        BadFileError: no row of it can be read.
        CancelledError: it was stopped.
    """
    style, reader = _reader(db, table, plan, stopped)
    good, outside = Spread(MOST_GOOD), Spread(MOST_OUTSIDE)
    known, done = 0, 0
    shown: list[RowError] = []
    for piece in table.pieces():
        _go_on(stopped)
        read = reader.convert(piece)
        errors(read.bad)
        shown += read.bad[: most_shown - len(shown)]
        good.see(_placed(read.good, False))
        outside.see(_placed(read.outside, True))
        with db.read() as conn:
            ids = [row[_ID] for row in read.good]
            known += import_runs.known_among(conn, plan.station, plan.source, ids)
        done += len(piece.numbers)
        tell(done)
    titles = {name: table.header[at] for name, at in reader.columns.places.items()}
    places = (*good.kept, *outside.kept)
    return Preview(style, reader.counts, known, tuple(shown), titles, reader.columns.ignored, places)


def bring_in(
    db: Database, table: Table, plan: Plan, clock: Callable[[], Millis], *, file: str, errors: Errors,
    deed: Callable[[Tx, ImportBatch], None], tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False,
    deletes: bool = True,
) -> Brought:  # fmt: skip
    """Store a file's incidents: all of them are there at once, or none. `deed` writes down who did it, in the
    transaction that shows them. `deletes` False: this process may delete no incident; what it stored of one that
    fails stays hidden until upkeep takes it out.

    Raises:
        BadFileError: no row of it can be read, or it changed meanwhile.
        BadRowsError: it has bad rows and the plan wants all or nothing; every row was looked at, and `errors` told.
        CancelledError: it was stopped.
        BrokenOffError: it was taken out while it ran.
        StorageError: the store gave up; the import is taken out now, or by whoever looks next.
    """
    style, reader = _reader(db, table, plan, stopped)
    said = {"kind": table.kind, "encoding": table.encoding, "delimiter": table.delimiter, "sheet": table.sheet,
            "order": style.order, "era": style.dates.era}  # fmt: skip
    now = clock()
    run = ImportBatch(
        batch=new_batch(), station=plan.station, source=plan.source, file=file, by=plan.by, begun=now, heard=now,
        read_as=orjson.dumps({key: value for key, value in said.items() if value}).decode(),
    )  # fmt: skip
    import_runs.begin(db, run)
    try:
        pieces = import_runs.Pieces(db, run.batch, clock, deletes)
        _store(pieces, table, plan, reader, errors, tell, stopped)
        table.check_same()
        with db.write(patience_s=60.0) as tx:
            ended = import_runs.finish(tx, run.batch, reader.counts.bad, clock())
            deed(tx, ended)
    except import_runs.BrokenOffError:
        raise  # whoever took it out has hidden it
    except BaseException:
        with db.write(patience_s=60.0) as tx:
            import_runs.hide(tx, run.batch, None, clock())
        if deletes:
            import_runs.take_out(db, run.batch, clock)
        raise
    return Brought(ended, reader.counts, style, reader.columns.ignored)


def _store(
    pieces: import_runs.Pieces, table: Table, plan: Plan, reader: Converter, errors: Errors, tell: Tell,
    stopped: Callable[[], bool],
) -> None:  # fmt: skip
    done = 0
    # While one piece is stored the next is read: the database works for half of the time.
    for rows, read in ahead((len(piece.numbers), reader.convert(piece)) for piece in table.pieces()):
        _go_on(stopped)
        errors(read.bad)
        # After the first bad row of an all-or-nothing import the rest is only looked at.
        if plan.only_good or not reader.counts.bad:
            pieces.store(read.good)
        done += rows
        tell(done)
    if reader.counts.bad and not plan.only_good:
        raise BadRowsError(reader.counts.bad, reader.counts.good)


def _placed(rows: list[Values], outside: bool) -> Iterator[Place]:
    return (Place(row[_LAT], row[_LON], row[_ID], row[_OFFENCE], outside) for row in rows if row[_LAT] is not None)


def _reader(db: Database, table: Table, plan: Plan, stopped: Callable[[], bool]) -> tuple[Style, Converter]:
    style = style_of(table, plan, stopped)
    with db.read() as conn:
        area = None if plan.anywhere else area_of(conn, plan.station)
    context = replace(plan.context, month_first=style.order == "month")
    holds = None if area is None else area.holds
    return style, Converter(table.header, context, mapping=plan.mapping, plausible=holds)


def _go_on(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise CancelledError
