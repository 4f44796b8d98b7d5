"""Retention: how long each kind is kept, and the proof of what was deleted by which rule. An SOS stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from models.audit.deeds import Did, by_system
from models.records.base import Millis
from models.records.sos import SosBox, SosBoxPast
from models.records.unit import Unit, UnitStatusPast
from store import access, audit, erasing, erasing_texts, outbox
from store.audit import cutting
from store.database import Database
from store.rows import table_of

_DAY_MS = 86_400_000

#: How long ended sessions and sent messages stay readable for whoever looks into a case, in days.
_SESSION_DAYS = 30
_SENT_DAYS = 1

_TEXTS = "SSZ_RETENTION_TEXT_DAYS"


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each kind is kept, in days, and how many bytes of quarantine at most."""

    raw_days: int
    position_days: int
    quarantine_days: int
    change_days: int
    quarantine_bytes: int
    audit_days: int = 730
    name_days: int = 365
    map_days: int = 90
    forecast_days: int = 730
    text_days: int = 1_825


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of row: by which setting it is kept how many days, and what deletes those before a moment.

    `proved`: a row of the audit log tells of each deletion. The log's own is told by its cut; what is of the
    machinery alone (change log, sent messages) tells of nobody.
    """

    kind: str
    setting: str
    days: int
    delete: Callable[[Database, Millis], int]
    proved: bool = True


def rules(keep: Keep, now: Millis) -> tuple[Rule, ...]:
    """Every rule, in the order they are followed."""
    box, box_past = table_of(SosBox), table_of(SosBoxPast)
    unit, unit_past = table_of(Unit), table_of(UnitStatusPast)
    positions, audited = "SSZ_RETENTION_POSITION_DAYS", "SSZ_RETENTION_AUDIT_DAYS"
    return (
        Rule("position", positions, keep.position_days, erasing.positions),
        Rule(
            "sos_box_past", positions, keep.position_days,
            lambda database, before: erasing.told(database, box, box_past, "box", before),
        ),
        Rule(
            "unit_status_past", positions, keep.position_days,
            lambda database, before: erasing.told(database, unit, unit_past, "unit", before),
        ),
        Rule("raw_batch", "SSZ_RETENTION_RAW_DAYS", keep.raw_days, erasing.raw_batches),
        Rule(
            "quarantine", "SSZ_RETENTION_QUARANTINE_DAYS", keep.quarantine_days,
            lambda database, before: erasing.held(database, before, keep.quarantine_bytes),
        ),
        Rule("report", "SSZ_RETENTION_NAME_DAYS", keep.name_days, erasing.said_by_citizens),
        Rule("incident_text", _TEXTS, keep.text_days, erasing_texts.descriptions),
        Rule("incident_change_text", _TEXTS, keep.text_days, erasing_texts.in_history),
        Rule("purpose", audited, keep.audit_days, erasing.purposes),
        Rule("sheet_print", audited, keep.audit_days, erasing.prints),
        Rule("hotspot_map", "SSZ_RETENTION_MAP_DAYS", keep.map_days, erasing.maps),
        Rule("forecast", "SSZ_RETENTION_FORECAST_DAYS", keep.forecast_days, erasing.forecasts),
        Rule("change", "SSZ_RETENTION_CHANGE_DAYS", keep.change_days, erasing.changes, proved=False),
        Rule(
            "incident_touched", "SSZ_RETENTION_CHANGE_DAYS", keep.change_days,
            lambda database, _before: erasing.touched(database), proved=False,
        ),
        Rule(
            "outbox", "", _SENT_DAYS,
            lambda database, before: erasing.in_pieces(database, lambda tx: outbox.prune(tx, before, erasing.PIECE)),
            proved=False,
        ),
        Rule(
            "audit", audited, keep.audit_days,
            lambda database, before: cutting.forget(database, before, now), proved=False,
        ),
        Rule(
            "access", "", _SESSION_DAYS,
            lambda database, before: erasing.in_pieces(database, lambda tx: access.forget(tx, before)),
        ),
    )  # fmt: skip


def run(database: Database, keep: Keep, now: Millis) -> dict[str, int]:
    """Delete what is too old, and write down what was; returns how many rows of each kind went (of `report`, and of
    texts of incidents: were emptied of words)."""
    gone: dict[str, int] = {}
    for rule in rules(keep, now):
        before = now - rule.days * _DAY_MS
        gone[rule.kind] = rule.delete(database, before)
        if gone[rule.kind] and rule.proved:
            _prove(database, rule, before, gone[rule.kind], now)
    erasing.emptied_log(database)
    return gone


def _prove(database: Database, rule: Rule, before: Millis, count: int, now: Millis) -> None:
    until = datetime.fromtimestamp(before / 1000, UTC).isoformat(timespec="seconds")
    by = f"{rule.setting}={rule.days}" if rule.setting else f"{rule.days} days"
    deed = by_system(now, Did.DATA_DELETED, object=f"table:{rule.kind}", detail=f"{count} before {until} by {by}")
    with database.write(patience_s=30.0) as tx:
        audit.record(tx, deed)
