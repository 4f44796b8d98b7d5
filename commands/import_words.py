"""What a command's line says of columns and of a station's names of offences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.context import RefusedError, now_ms, record
from models.audit.deeds import Did
from models.formats.incident_file import NAMES
from store import import_words
from store.database import Tx

if TYPE_CHECKING:
    from store.bringing_in import Plan


@dataclass(frozen=True, slots=True)
class Said:
    """What the line says of columns and offences: remembered once an import has succeeded."""

    columns: Mapping[str, str]
    meanings: Mapping[str, import_words.Meaning]

    def keep(self, tx: Tx, plan: Plan) -> None:
        now = now_ms()
        if self.columns:
            import_words.keep_mapping(tx, plan.station, plan.source, plan.mapping, now)
            fields = f"fields={','.join(sorted(self.columns))}"
            record(tx, Did.IMPORT_MAPPED, station=plan.station, object=f"source:{plan.source}", detail=fields)
        keep_names(tx, plan.station, self.meanings)


def keep_names(tx: Tx, station: str, meanings: Mapping[str, import_words.Meaning]) -> None:
    """Remember what names mean at a station, and write down that it was said."""
    for name, meaning in meanings.items():
        import_words.name_offence(tx, station, name, meaning, now_ms())
    if meanings:
        groups = ",".join(sorted({str(one.group) for one in meanings.values()}))
        record(tx, Did.OFFENCE_NAMED, station=station, detail=f"names={len(meanings)} groups={groups}")


def said_of(columns: Sequence[str], offences: Sequence[str]) -> Said:
    """`FIELD=TITLE` of columns, `NAME=MEANING` of offences.

    Raises:
        RefusedError: one is not written so, names no field, or means nothing.
    """
    said = dict(_pair(one, "--map") for one in columns)
    for field in said:
        if field not in NAMES:
            raise RefusedError(f"--map: no field {field}; fields: {', '.join(NAMES)}")
    return Said(said, meanings_of(offences))


def meanings_of(offences: Sequence[str]) -> dict[str, import_words.Meaning]:
    """`NAME=MEANING` of offences.

    Raises:
        RefusedError: one is not written so, or means nothing.
    """
    named = [_pair(one, "--offence") for one in offences]
    try:
        return {name: import_words.meaning_of(name, meaning) for name, meaning in named}
    except import_words.UnknownMeaningError as error:
        raise RefusedError(f"--offence: {error}") from error


def _pair(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise RefusedError(f"{option} needs NAME=VALUE: {text}")
    return name.strip(), value.strip()
