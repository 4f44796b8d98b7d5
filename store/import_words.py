"""What a station has said of its files: what a source's columns mean, and its own names of offences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from models.formats.offences import STANDARD, Offence, OffenceTable
from models.formats.text import clean, name_key
from models.records.base import Millis
from models.records.imports import ImportMapping, OffenceName
from store.database import Tx
from store.rows import put, records, table_of

_MAPPING, _NAME = table_of(ImportMapping), table_of(OffenceName)
_CODES = {one.code: one for one in STANDARD}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name of an offence means: a code of the standard table with its group, or the name with a group."""

    offence: str
    group: int | None


class UnknownMeaningError(ValueError):
    """Neither a code of the standard table nor a group; `str()` is one line."""


def meaning_of(name: str, said: str) -> Meaning:
    """`theft` is that offence; `2` is a name of its own in that group.

    Raises:
        UnknownMeaningError: neither.
    """
    if said in _CODES:
        return Meaning(said, _CODES[said].group)
    if said in ("1", "2", "3", "4"):
        return Meaning(clean(name), int(said))
    raise UnknownMeaningError(f"{said} is no offence code and no group from 1 to 4")


def name_offence(tx: Tx, station: str, name: str, meaning: Meaning, now: Millis) -> None:
    """Keep what a name means in a station's files from now on."""
    row = {"station": station, "key": name_key(name)[:200], "name": clean(name), "offence": meaning.offence,
           "offence_group": meaning.group, "at": now}  # fmt: skip
    put(tx, _NAME, [row])


def offence_names(conn: Connection, station: str) -> list[OffenceName]:
    """A station's own names, in order."""
    return records(conn, OffenceName, select(_NAME).where(_NAME.c.station == station).order_by(_NAME.c.name))


def classifier(
    conn: Connection, station: str, said: Mapping[str, Meaning] | None = None
) -> Callable[[str, int | None], tuple[str, int | None]]:
    """`(name, group of the file) -> (offence, group)` by the standard table and the station's own names, which go
    before it. `said`: names said just now, not remembered yet."""
    own = [Offence(row.offence, row.offence_group, row.name, row.name) for row in offence_names(conn, station)]
    own += [Offence(one.offence, one.group, clean(name), clean(name)) for name, one in (said or {}).items()]
    if not own:
        return OffenceTable.of(STANDARD).classify
    named = {name_key(one.th): one for one in own}
    return OffenceTable({**OffenceTable.of(STANDARD).by_key, **named}).classify


def by_station(conn: Connection, station: str, offence: str, group: int | None) -> tuple[str, int | None]:
    """An offence and its group as the station's own names say, where the standard table knows no such name: for what
    comes one by one, over the wire, through the API or by hand."""
    if not offence or offence in _CODES:
        return offence, group
    mine = (_NAME.c.station == station, _NAME.c.key == name_key(offence)[:200])
    row = conn.execute(select(_NAME.c.offence, _NAME.c.offence_group).where(*mine)).one_or_none()
    return (offence, group) if row is None else (row.offence, row.offence_group)


def mapping(conn: Connection, station: str, source: str) -> dict[str, str]:
    """Field -> title of its column, as last said for files of that source; empty when nothing was."""
    query = select(_MAPPING.c["columns"]).where(_MAPPING.c.station == station, _MAPPING.c.source == source)
    said = conn.execute(query).scalar_one_or_none()
    return {} if said is None else {str(key): str(value) for key, value in orjson.loads(said).items()}


def keep_mapping(tx: Tx, station: str, source: str, columns: Mapping[str, str], now: Millis) -> None:
    """Remember what the columns of a source's files mean."""
    body = orjson.dumps(dict(sorted(columns.items()))).decode()
    put(tx, _MAPPING, [{"station": station, "source": source, "columns": body, "at": now}])
