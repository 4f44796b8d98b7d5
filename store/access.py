"""Sessions, one-time sign-in links and API tokens, each found by the hash of its secret value."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from typing import Literal

from sqlalchemy import Connection, bindparam, text

from models.records.access import ALL_STATIONS, ApiToken, SignInLink, WebSession
from models.records.base import Millis
from store import sign_ins
from store.database import Tx

#: What opening a one-time link leads to: a session, choosing a password, or making the first account.
LeadsTo = Literal["", "password", "first"]

_ADD_SESSION = text(
    "INSERT INTO web_session (hash, name, role, stations, csrf, created_at, used_at, expires_at, revoked_at,"
    " kiosk, visitor, rotate_s, account, address, agent)"
    " VALUES (:hash, :name, :role, :stations, :csrf, :created_at, :used_at, :expires_at, :revoked_at,"
    " :kiosk, :visitor, :rotate_s, :account, :address, :agent)"
)


def digest_of(secret: str) -> str:
    """SHA-256 of a random secret, hexadecimal: what is kept in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session(conn: Connection, digest: str) -> WebSession | None:
    """The session with this hash, ended or not."""
    row = conn.execute(text("SELECT * FROM web_session WHERE hash = :hash"), {"hash": digest}).one_or_none()
    # Validated, because SQLite gives a flag back as a number.
    return None if row is None else WebSession.model_validate(dict(row._mapping))


def sessions(conn: Connection, digests: Collection[str]) -> list[WebSession]:
    """The sessions with these hashes, ended or not."""
    found = text("SELECT * FROM web_session WHERE hash IN :digests").bindparams(bindparam("digests", expanding=True))
    rows = conn.execute(found, {"digests": list(digests)})
    return [WebSession.model_validate(dict(row._mapping)) for row in rows]


def add_session(tx: Tx, row: WebSession) -> None:
    """Keep a new session."""
    tx.conn.execute(_ADD_SESSION, row.model_dump())


def touch_session(tx: Tx, digest: str, now: Millis) -> None:
    """Note a session's use; an older note never replaces a newer one."""
    tx.conn.execute(
        text("UPDATE web_session SET used_at = :now WHERE hash = :hash AND used_at < :now"),
        {"hash": digest, "now": now},
    )


def revoke_session(tx: Tx, digest: str, now: Millis) -> WebSession | None:
    """End a session, and what its account has under way: a half-finished sign-in must not become the next one.
    Returns it as it was; None when there is none, or it was ended before."""
    known = session(tx.conn, digest)
    if known is None or known.revoked_at is not None:
        return None
    tx.conn.execute(text("UPDATE web_session SET revoked_at = :now WHERE hash = :hash"), {"hash": digest, "now": now})
    sign_ins.end_steps_of(tx, known.account, now)
    return known


def end_sessions_of(tx: Tx, account: str, now: Millis, *, but: str = "") -> int:
    """End every session of an account, except the one with the hash `but`, and what it has under way, whoever began
    that; returns how many sessions."""
    sign_ins.end_steps_of(tx, account, now)
    ended = tx.conn.execute(
        text(
            "UPDATE web_session SET revoked_at = :now"
            " WHERE account = :account AND account <> '' AND hash <> :but AND revoked_at IS NULL"
        ),
        {"account": account, "now": now, "but": but},
    )
    return ended.rowcount


def living_sessions(conn: Connection, now: Millis, idle_ms: Millis, account: str | None = None) -> list[WebSession]:
    """The sessions of people that still open doors, the newest first; of one account or of all. No kiosks."""
    rows = conn.execute(
        text(
            "SELECT * FROM web_session WHERE kiosk = '' AND revoked_at IS NULL AND expires_at > :now"
            " AND used_at > :idle AND (:account = '*' OR account = :account)"
            " ORDER BY created_at DESC, hash LIMIT 1000"
        ),
        {"now": now, "idle": now - idle_ms, "account": "*" if account is None else account},
    )
    return [WebSession.model_validate(dict(row._mapping)) for row in rows]


def link(conn: Connection, digest: str) -> SignInLink | None:
    """The sign-in link with this hash, used or not."""
    row = conn.execute(text("SELECT * FROM sign_in_link WHERE hash = :hash"), {"hash": digest}).one_or_none()
    return None if row is None else SignInLink(**row._mapping)


def add_link(
    tx: Tx, digest: str, name: str, role: str, stations: str, expires_at: Millis,
    account: str = "", leads_to: LeadsTo = "",
) -> None:  # fmt: skip
    """Keep a new sign-in link: to a session, to choosing the password of an account, or to making the first one."""
    tx.conn.execute(
        text(
            "INSERT INTO sign_in_link (hash, name, role, stations, expires_at, account, leads_to)"
            " VALUES (:hash, :name, :role, :stations, :expires_at, :account, :leads_to)"
        ),
        {
            "hash": digest, "name": name, "role": role, "stations": stations, "expires_at": expires_at,
            "account": account, "leads_to": leads_to,
        },
    )  # fmt: skip


def end_links_of(tx: Tx, account: str, now: Millis) -> None:
    """The links of an account that were not opened yet work no more."""
    tx.conn.execute(
        text("UPDATE sign_in_link SET used_at = :now WHERE account = :account AND account <> '' AND used_at IS NULL"),
        {"account": account, "now": now},
    )


def use_link(tx: Tx, digest: str, now: Millis) -> bool:
    """Exchange a link: True once, and only while it is valid; of two who try, one gets it."""
    found = tx.conn.execute(
        text("UPDATE sign_in_link SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now"),
        {"hash": digest, "now": now},
    )
    return found.rowcount == 1


def create_link(
    tx: Tx, name: str, role: str, now: Millis, stations: str = ALL_STATIONS, life_ms: Millis = 600_000,
    account: str = "", leads_to: LeadsTo = "",
) -> str:  # fmt: skip
    """Make a sign-in link's secret value, valid once and for `life_ms`; only its hash is kept."""
    value = secrets.token_urlsafe(32)
    add_link(tx, digest_of(value), name, role, stations, now + life_ms, account, leads_to)
    return value


def token(conn: Connection, digest: str) -> ApiToken | None:
    """The API token with this hash, revoked or not."""
    row = conn.execute(text("SELECT * FROM api_token WHERE hash = :hash"), {"hash": digest}).one_or_none()
    return None if row is None else ApiToken(**row._mapping)


def add_token(tx: Tx, digest: str, name: str, role: str, stations: str, now: Millis) -> None:
    """Keep a new API token; its name must be new."""
    tx.conn.execute(
        text(
            "INSERT INTO api_token (hash, name, role, stations, created_at)"
            " VALUES (:hash, :name, :role, :stations, :now)"
        ),
        {"hash": digest, "name": name, "role": role, "stations": stations, "now": now},
    )


def create_token(tx: Tx, name: str, role: str, now: Millis, stations: str = ALL_STATIONS) -> str:
    """Make an API token, shown this once; only its hash is kept. The name must be new."""
    value = secrets.token_urlsafe(32)
    add_token(tx, digest_of(value), name, role, stations, now)
    return value


def revoke_token(tx: Tx, name: str, now: Millis) -> bool:
    """End a token by its name; False when there is none that still works."""
    found = tx.conn.execute(
        text("UPDATE api_token SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL"),
        {"name": name, "now": now},
    )
    return found.rowcount > 0


def forget(tx: Tx, before: Millis) -> int:
    """Delete sessions and links that ended before a moment; returns how many."""
    ended = tx.conn.execute(
        text("DELETE FROM web_session WHERE expires_at < :before OR revoked_at < :before"), {"before": before}
    ).rowcount
    tx.conn.execute(text("DELETE FROM kiosk WHERE expires_at < :before OR revoked_at < :before"), {"before": before})
    return ended + tx.conn.execute(text("DELETE FROM sign_in_link WHERE expires_at < :b"), {"b": before}).rowcount
