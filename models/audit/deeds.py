"""What is written down about people's doings: the kinds of deeds, and a deed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

import orjson

from models.records.base import Millis
from models.texts import clean

#: Most letters of each part of a deed that is free text.
MOST_WHO, MOST_OBJECT, MOST_DETAIL = 200, 200, 1000

#: Letters of a session's or token's hash that stand in a deed: enough to tell two apart, of no use as a key.
SESSION_LETTERS = 16


class Did(StrEnum):
    """Kinds of deeds: `<group>.<what>`. The group is what the page sorts and searches by."""

    SESSION_BEGAN = "session.began"
    SESSION_REFUSED = "session.refused"
    SESSION_LEFT = "session.left"
    SESSION_ENDED = "session.ended"

    SAW_TRACK = "saw.track"
    SAW_PAST = "saw.past"
    SAW_PERSON = "saw.person"
    SAW_INCIDENT = "saw.incident"
    SAW_AUDIT = "saw.audit"
    PURPOSE_STATED = "saw.purpose"

    EXPORTED_INCIDENTS = "exported.incidents"
    EXPORTED_RESPONSE = "exported.response"
    EXPORTED_HOTSPOTS = "exported.hotspots"
    EXPORTED_SHEET = "exported.sheet"
    EXPORTED_REPORT = "exported.report"
    EXPORTED_TRACK = "exported.track"
    EXPORTED_AUDIT = "exported.audit"
    EXPORTED_OTHER = "exported.other"

    LINK_MADE = "access.link_made"
    ACCOUNT_ADDED = "access.account_added"
    ACCOUNT_DISABLED = "access.account_disabled"
    ACCOUNT_ENABLED = "access.account_enabled"
    ROLE_CHANGED = "access.role_changed"
    PASSWORD_CHANGED = "access.password_changed"  # noqa: S105 - the name of a deed
    SECOND_FACTOR_CHANGED = "access.second_factor_changed"
    TOKEN_CREATED = "access.token_created"  # noqa: S105 - the name of a deed
    TOKEN_REVOKED = "access.token_revoked"  # noqa: S105 - the name of a deed
    KIOSK_CREATED = "access.kiosk_created"
    KIOSK_REVOKED = "access.kiosk_revoked"
    REFUSED = "access.refused"

    DEVICE_APPROVED = "device.approved"
    DEVICE_REFUSED = "device.refused"
    DEVICE_BLOCKED = "device.blocked"
    KEY_CREATED = "device.key_created"
    KEY_REVOKED = "device.key_revoked"
    CERTIFICATE_ISSUED = "device.certificate_issued"
    CERTIFICATE_REVOKED = "device.certificate_revoked"
    GATEWAY_PASSWORD = "device.gateway_password"  # noqa: S105 - the name of a deed
    SECURITY_EVENT = "device.security_event"

    REGISTER_IMPORTED = "data.register_imported"
    INCIDENTS_IMPORTED = "data.incidents_imported"
    IMPORT_UNDONE = "data.import_undone"
    IMPORT_MAPPED = "data.import_mapped"
    OFFENCE_NAMED = "data.offence_named"
    OFFENCES_REGROUPED = "data.offences_regrouped"
    INCIDENT_RECORDED = "data.incident_recorded"
    INCIDENT_EDITED = "data.incident_edited"
    ZONE_STARTED = "data.zone_started"
    DATA_DELETED = "data.deleted"
    BACKUP_MADE = "data.backup_made"
    BACKUP_RESTORED = "data.backup_restored"
    REPLAYED = "data.replayed"
    DRILL_ANNOUNCED = "data.drill_announced"
    DRILL_ENDED = "data.drill_ended"
    FORECASTS_FROZEN = "data.forecasts_frozen"
    FORECASTS_SCORED = "data.forecasts_scored"

    ALARMS_SEALED = "audit.alarms_sealed"
    AUDIT_CUT = "audit.cut"
    AUDIT_VERIFIED = "audit.verified"
    STARTED = "audit.started"
    SIDE_BROUGHT_HOME = "audit.side_brought_home"
    UNREADABLE = "audit.unreadable"


#: The groups, in the order the page lists them.
GROUPS = ("session", "saw", "exported", "access", "device", "data", "audit")


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what, when, from where. Ids only: never a name of a citizen or an officer, a text, or a place.

    `at`: epoch ms. `who`: name of the account, token or screen, `console:<user>` for a command, `system` for the
    product itself. `session`: see `session_of`. `address`: of the network. `object`: what it was done to, as
    `<kind>:<id>`. `purpose`: id of the stated purpose it was read under.
    """

    at: Millis
    who: str
    role: str
    session: str
    address: str
    action: Did
    station: str = ""
    object: str = ""
    detail: str = ""
    purpose: str = ""


def plain(deed: Deed) -> Deed:
    """The deed as it is kept: one line a part, no unseen characters, each part within its length."""
    return Deed(
        deed.at, clean(deed.who, MOST_WHO), clean(deed.role, 32), clean(deed.session, SESSION_LETTERS),
        clean(deed.address, 64), deed.action, clean(deed.station, 64), clean(deed.object, MOST_OBJECT),
        clean(deed.detail, MOST_DETAIL), clean(deed.purpose, 32),
    )  # fmt: skip


def deed_of(body: str | bytes) -> Deed:
    """A deed from the JSON it was left as.

    Raises:
        ValueError: it is none of this program's.
    """
    said = orjson.loads(body)
    if not isinstance(said, dict) or set(said) != {field.name for field in fields(Deed)}:
        raise ValueError("not the parts of a deed")
    at = said.pop("at")
    if type(at) is not int or not 0 <= at < 2**62 or not all(isinstance(part, str) for part in said.values()):
        raise ValueError("parts of another kind")
    return Deed(at, **{**said, "action": Did(said["action"])})


def session_of(digest: str) -> str:
    """How a session or token is named in a deed, from the hash the store knows it by."""
    return digest[:SESSION_LETTERS]


def by_system(at: Millis, action: Did, *, station: str = "", object: str = "", detail: str = "") -> Deed:
    """A deed of the product itself."""
    return Deed(at, "system", "system", "", "", action, station, object, detail)
