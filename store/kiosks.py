"""Kiosk links: each opens the command wall, read-only, on any number of screens until it ends."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select, text, update

from models.records.access import Kiosk
from models.records.base import Millis
from store.access import digest_of
from store.database import Tx

_KIOSK = Kiosk.__table__  # type: ignore[attr-defined]


def kiosk(conn: Connection, digest: str) -> Kiosk | None:
    """The kiosk link with this hash, ended or not."""
    row = conn.execute(select(_KIOSK).where(_KIOSK.c.hash == digest)).one_or_none()
    return None if row is None else Kiosk(**row._mapping)


def kiosks(conn: Connection) -> list[Kiosk]:
    """Every kiosk link, the oldest first."""
    rows = conn.execute(select(_KIOSK).order_by(_KIOSK.c.created_at, _KIOSK.c.name))
    return [Kiosk(**row._mapping) for row in rows]


def create_kiosk(
    tx: Tx, name: str, stations: str, now: Millis, life_ms: Millis, *, visitor: bool = False, rotate_s: int = 0
) -> str:
    """Make a kiosk link's secret value, shown this once; only its hash is kept. The name must be new.

    `stations` is a comma list of codes, or `*`; without a name it gets one from its hash.
    """
    value = secrets.token_urlsafe(32)
    digest = digest_of(value)
    row = Kiosk(
        hash=digest, name=name or f"kiosk-{digest[:6]}", stations=stations, visitor=visitor, rotate_s=rotate_s,
        created_at=now, expires_at=now + life_ms,
    )  # fmt: skip
    tx.conn.execute(insert(_KIOSK).values(row.model_dump()))
    return value


def opened(tx: Tx, digest: str, now: Millis) -> None:
    """Note that a screen has opened the link."""
    tx.conn.execute(update(_KIOSK).where(_KIOSK.c.hash == digest).values(opened_at=now))


def revoke_kiosk(tx: Tx, name: str, now: Millis) -> bool:
    """End a kiosk link and every screen that runs by it; False when there is none that still works."""
    found = tx.conn.execute(
        update(_KIOSK)
        .where(_KIOSK.c.name == name, _KIOSK.c.revoked_at.is_(None), _KIOSK.c.expires_at > now)
        .values(revoked_at=now)
        .returning(_KIOSK.c.hash)
    ).scalar_one_or_none()
    if found is None:
        return False
    tx.conn.execute(
        text("UPDATE web_session SET revoked_at = :now WHERE kiosk = :hash AND revoked_at IS NULL"),
        {"hash": found, "now": now},
    )
    return True
