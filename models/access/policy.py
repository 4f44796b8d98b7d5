"""The policy as one table: role -> what it may do. Pure; the page `docs/roles.md` is drawn from it.

Everything that lets somebody do something asks `may`: routes, pages, commands, the life of an alarm. A role says
what; of which stations says `models.access.grants`. What is not in the table is not permitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is to the product; kept with accounts, sessions, links and tokens."""

    COMMANDER = "commander"
    CHIEF = "chief"
    DISPATCHER = "dispatcher"
    ANALYST = "analyst"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be permitted. The values are told in audit, docs and refusals."""

    SEE_MAP = "see_map"  # the wall, the live map, its feed; stations, zones, equipment, where units are now
    SEE_INCIDENTS = "see_incidents"
    SEE_TEXT = "see_text"  # free text of incidents, which may name people
    SEE_PERSON = "see_person"  # names and telephones: of a citizen who asks for help, of the officer who answers
    STEP_ALARM = "step_alarm"  # the desk: acknowledge, send, close, note, shelve; alarms of no station too
    RECORD_INCIDENT = "record_incident"
    IMPORT_INCIDENTS = "import_incidents"  # files of incidents in, and an import out again
    EDIT_INCIDENT = "edit_incident"  # change one that is recorded; each change stands in its history
    SEE_TRACK = "see_track"  # where one unit was
    REPLAY = "replay"  # the time machine: where all of them were
    EXPORT = "export"  # files of many rows that leave the product
    SEE_REPORTS = "see_reports"  # response times
    SEE_HOTSPOTS = "see_hotspots"  # maps of hotspots in full, their record, patrol suggestions
    RUN_DRILL = "run_drill"
    START_ZONE = "start_zone"  # say on which day a safety zone began
    SEE_AUDIT = "see_audit"
    SEE_UNKNOWN = "see_unknown"  # units and boxes of devices nobody has approved
    MANAGE_PEOPLE = "manage_people"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_REGISTERS = "manage_registers"


_LOOK = frozenset({Action.SEE_MAP, Action.SEE_INCIDENTS})
_ANSWER = _LOOK | {
    Action.SEE_TEXT,
    Action.SEE_PERSON,
    Action.STEP_ALARM,
    Action.RECORD_INCIDENT,
    Action.EDIT_INCIDENT,
    Action.IMPORT_INCIDENTS,
    Action.SEE_TRACK,
    Action.REPLAY,
    Action.EXPORT,
    Action.SEE_REPORTS,
    Action.SEE_HOTSPOTS,
}
_LEAD = _ANSWER | {Action.RUN_DRILL, Action.START_ZONE}

#: The policy. An administrator looks after the machinery and answers alarms where nobody else can.
POLICY: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.COMMANDER: _LEAD | {Action.SEE_AUDIT},
        Role.CHIEF: _LEAD,
        Role.DISPATCHER: _ANSWER,
        Role.ANALYST: _LOOK
        | {
            Action.SEE_TEXT,
            Action.EXPORT,
            Action.RECORD_INCIDENT,
            Action.EDIT_INCIDENT,
            Action.IMPORT_INCIDENTS,
            Action.SEE_HOTSPOTS,
        },
        Role.VIEWER: _LOOK,
        Role.ADMINISTRATOR: frozenset(Action),
    }
)


def may(role: str, action: Action) -> bool:
    """Whether a role may do something. A role nobody knows may nothing."""
    try:
        return action in POLICY[Role(role)]
    except ValueError:
        return False


def roles_of(action: Action) -> frozenset[str]:
    """The roles that may do something."""
    return frozenset(role.value for role, allowed in POLICY.items() if action in allowed)
