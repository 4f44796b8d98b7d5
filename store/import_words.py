"""What a station has said of its files: what a source's columns mean, and its own names of offences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from models.formats.offences import OFFENCES, STANDARD, Offence, OffenceTable, classify, keys_of
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


class ListedError(UnknownMeaningError):
    """The standard table knows the name as something else. A station adds names and takes none over: else `theft`
    would be another thing at each station, and by each way in."""


def meaning_of(name: str, said: str) -> Meaning:
    """`theft` is that offence; `2` is a name of its own in that group.

    Raises:
        UnknownMeaningError: neither.
        ListedError: the standard table says otherwise of that name.
    """
    if said in _CODES:
        meant = Meaning(said, _CODES[said].group)
    elif said in ("1", "2", "3", "4"):
        meant = Meaning(clean(name), int(said))
    else:
        raise UnknownMeaningError(f"{said} is no offence code and no group from 1 to 4")
    listed = OFFENCES.find(name)
    if listed is None:
        return meant
    if meant.group != listed.group or (said in _CODES and said != listed.code):
        group = "no group" if listed.group is None else f"group {listed.group}"
        raise ListedError(
            f"{clean(name)} is {listed.code} ({group}) in the standard table; a station only adds names"
        )
    return Meaning(listed.code, listed.group)


def name_offence(tx: Tx, station: str, name: str, meaning: Meaning, now: Millis) -> None:
    """Keep what a name means in a station's files from now on."""
    row = {"station": station, "key": name_key(name)[:200], "name": clean(name), "offence": meaning.offence,
           "offence_group": meaning.group, "at": now}  # fmt: skip
    put(tx, _NAME, [row])


def offence_names(conn: Connection, station: str) -> list[OffenceName]:
    """A station's own names, in order; one that the standard table has come to know since is none any more."""
    kept = records(conn, OffenceName, select(_NAME).where(_NAME.c.station == station).order_by(_NAME.c.name))
    return [one for one in kept if OFFENCES.find(one.name) is None]


def classifier(
    conn: Connection, station: str, said: Mapping[str, Meaning] | None = None
) -> Callable[[str, int | None], tuple[str, int | None]]:
    """`(name, group of the file) -> (offence, group)` by the standard table, and where it knows no such name by the
    station's own names. `said`: names said just now, not remembered yet."""
    return _classifier(offence_names(conn, station), said or {})


def by_station(conn: Connection, station: str, offence: str, group: int | None) -> tuple[str, int | None]:
    """An offence and its group by the same rule, for what comes one by one: over the wire, through the API or by
    hand."""
    if not offence or offence in _CODES:
        return offence, group
    keys = [key[:200] for key in keys_of(offence)]
    mine = records(conn, OffenceName, select(_NAME).where(_NAME.c.station == station, _NAME.c.key.in_(keys)))
    return _classifier(mine, {})(offence, group)


def _classifier(
    names: Iterable[OffenceName], said: Mapping[str, Meaning]
) -> Callable[[str, int | None], tuple[str, int | None]]:
    own = {row.key: Offence(row.offence, row.offence_group, row.name, row.name) for row in names}
    for name, one in said.items():
        own[name_key(name)[:200]] = Offence(one.offence, one.group, clean(name), clean(name))
    if not own:
        return classify
    table = OffenceTable(own)

    def by_both(name: str, group: int | None) -> tuple[str, int | None]:
        return classify(name, group) if OFFENCES.find(name) is not None else table.classify(name, group)

    return by_both


def mapping(conn: Connection, station: str, source: str) -> dict[str, str]:
    """Field -> title of its column, as last said for files of that source; empty when nothing was."""
    query = select(_MAPPING.c["columns"]).where(_MAPPING.c.station == station, _MAPPING.c.source == source)
    said = conn.execute(query).scalar_one_or_none()
    return {} if said is None else {str(key): str(value) for key, value in orjson.loads(said).items()}


def keep_mapping(tx: Tx, station: str, source: str, columns: Mapping[str, str], now: Millis) -> None:
    """Remember what the columns of a source's files mean."""
    body = orjson.dumps(dict(sorted(columns.items()))).decode()
    put(tx, _MAPPING, [{"station": station, "source": source, "columns": body, "at": now}])
