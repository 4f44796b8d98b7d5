"""Every table, imported: what migrations and tests take the metadata from."""

from __future__ import annotations

from sqlmodel import SQLModel

from models.records import (
    access,
    account,
    alarm,
    alarm_times,
    audit,
    camera,
    change,
    checkpoint,
    device,
    dispatch,
    drill,
    erasure,
    hotspot,
    imports,
    incident,
    incident_change,
    notice,
    patrol,
    position,
    procedure,
    purpose,
    quarantine,
    report,
    saved_view,
    sheet_print,
    sos,
    station,
    unit,
)

MODULES = (
    access, alarm, camera, change, checkpoint, device, dispatch, drill,
    incident, notice, patrol, position, procedure, purpose, quarantine, report, sos, station, unit,
    alarm_times, sheet_print, account, audit, erasure, hotspot, incident_change, saved_view,
    imports,
)  # fmt: skip

METADATA = SQLModel.metadata
