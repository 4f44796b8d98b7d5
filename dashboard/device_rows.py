"""The tables of the devices' page, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.records.device import Device, DeviceKey


def device_name(one: Device) -> str:
    """A device in one line: source and what it calls itself."""
    return f"{one.source} · {one.foreign_id}"


def target_text(one: Device, names: Mapping[str, str], language: Language) -> str:
    """Whom a device speaks for: station and unit or box."""
    if not one.target:
        return "-"
    return f"{names.get(one.station, one.station)} · {word(f'dev.{one.target_kind}', language)} {one.target}"


def known_rows(found: Iterable[Device], names: Mapping[str, str], zone: ZoneInfo, language: Language) -> list[Row]:
    """Devices that were approved or shut out: one row each."""
    return [
        {
            word("dev.state", language): word(f"dev.state_{one.state}", language),
            word("feeds.source", language): one.source,
            word("feeds.device", language): one.foreign_id,
            word("dev.speaks_for", language): target_text(one, names, language),
            word("dev.has_key", language): word("dev.yes" if one.key_id else "dev.no", language),
            word("dev.by", language): one.approved_by,
            word("dev.at", language): moment(one.approved_at, zone, language),
            word("feeds.last_seen", language): moment(one.last_seen, zone, language) if one.heard else "-",
        }
        for one in found
    ]


def key_rows(
    keys: Iterable[tuple[DeviceKey, list[Device]]], names: Mapping[str, str], zone: ZoneInfo, language: Language
) -> list[Row]:
    """Keys with whom they speak for; never the key itself."""
    return [
        {
            word("dev.state", language): word("dev.key_ended" if key.revoked_at else "dev.key_good", language),
            word("dev.label", language): key.label,
            word("dev.key_id", language): key.id,
            word("dev.speaks_for", language): _spoken(key, spoken, names, language),
            word("dev.made", language): moment(key.created_at, zone, language),
            word("dev.ended", language): moment(key.revoked_at, zone, language) if key.revoked_at else "-",
        }
        for key, spoken in keys
    ]


def _spoken(key: DeviceKey, spoken: list[Device], names: Mapping[str, str], language: Language) -> str:
    if key.channel:
        return f"{names.get(key.station, key.station)} · {word('dev.channel', language)} {key.channel}"
    return ", ".join(device_name(one) for one in spoken) or "-"
