"""Rows of the audit log as a page and a file tell them, in the reader's language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, table, word
from models.audit.deeds import GROUPS, Deed, Did
from models.records.audit import AuditRow

#: A moment of these decades in epoch ms, by itself.
_MOMENT = re.compile(r"\b1\d{12}\b")

#: What may be asked for: a group, then its kinds.
ACTIONS = tuple(name for group in GROUPS for name in (group, *(did for did in Did if did.startswith(f"{group}."))))


def action_text(action: str, language: Language) -> str:
    """A group or a kind of deed in words; one nobody knows any more as it is written."""
    return table()[language].get(f"aud.{'g' if action in GROUPS else 'd'}_{action.replace('.', '_')}", action)


def picked_text(action: str, language: Language) -> str:
    """A group or a kind of deed in a list to choose from: kinds stand below their group."""
    text = action_text(action, language)
    return text if action in GROUPS else f"– {text}"


def role_text(role: str, language: Language) -> str:
    """A role in words, the console and the product itself among them."""
    return table()[language].get(f"aud.r_{role}", role)


def _told(detail: str, zone: ZoneInfo, language: Language) -> str:
    """The details with their moments, epoch ms in the log, as the reader writes them."""
    return _MOMENT.sub(lambda found: moment(int(found[0]), zone, language), detail)


def unchained(deed: Deed) -> AuditRow:
    """A deed without a number or a key yet, as a row to be told."""
    return AuditRow(**asdict(deed), seq=0, key="", mac=b"")


def audit_rows(
    rows: Iterable[AuditRow], stations: Mapping[str, str], zone: ZoneInfo, language: Language
) -> list[Row]:
    """One row a deed. `stations`: code -> name."""
    return [
        {
            word("aud.seq", language): row.seq,
            word("aud.at", language): moment(row.at, zone, language),
            word("aud.who", language): row.who,
            word("aud.role", language): role_text(row.role, language),
            word("aud.action", language): action_text(row.action, language),
            word("flt.station", language): stations.get(row.station, row.station),
            word("aud.object", language): row.object,
            word("aud.detail", language): _told(row.detail, zone, language),
            word("aud.address", language): row.address,
            word("aud.session", language): row.session,
            word("aud.purpose", language): row.purpose,
        }
        for row in rows
    ]
