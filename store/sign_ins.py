"""Sign-ins that are under way, and failed tries of late. Both are for minutes: what is over goes by itself."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.accounts.delay import FORGET_MS, Failures
from models.records.access import WebSession
from models.records.account import SignInFailures, SignInStep
from models.records.base import Millis
from store.database import Tx

_STEP = SignInStep.__table__  # type: ignore[attr-defined]
_FAILED = SignInFailures.__table__  # type: ignore[attr-defined]
_SESSION = WebSession.__table__  # type: ignore[attr-defined]


def add_step(tx: Tx, row: SignInStep) -> None:
    """Keep a sign-in under way; those that are over go."""
    tx.conn.execute(delete(_STEP).where(_STEP.c.expires_at <= row.created_at))
    tx.conn.execute(insert(_STEP).values(row.model_dump()))


def step(conn: Connection, digest: str, kind: str, now: Millis) -> SignInStep | None:
    """The sign-in under way with this hash that waits for this; None when it is over, used or another."""
    wanted = (
        (_STEP.c.hash == digest) & (_STEP.c.kind == kind) & _STEP.c.used_at.is_(None) & (_STEP.c.expires_at > now)
    )
    row = conn.execute(select(_STEP).where(wanted)).one_or_none()
    return None if row is None else SignInStep(**row._mapping)


def use_step(tx: Tx, digest: str, now: Millis) -> bool:
    """Use up a sign-in under way; of two who try, one gets it."""
    fresh = (_STEP.c.hash == digest) & _STEP.c.used_at.is_(None) & (_STEP.c.expires_at > now)
    return bool(tx.conn.execute(update(_STEP).where(fresh).values(used_at=now)).rowcount)


def count_try(tx: Tx, digest: str, most: int) -> bool:
    """Count a try at what a step asks for; False when it had its most."""
    left = update(_STEP).where(_STEP.c.hash == digest, _STEP.c.tries < most).values(tries=_STEP.c.tries + 1)
    return bool(tx.conn.execute(left).rowcount)


def end_steps_of(tx: Tx, account: str, now: Millis) -> None:
    """What an account has under way goes no further."""
    of_account = update(_STEP).where(_STEP.c.account == account, _STEP.c.account != "", _STEP.c.used_at.is_(None))
    tx.conn.execute(of_account.values(used_at=now))


def failures(conn: Connection, name: str) -> list[Failures]:
    """The failed tries for a name, by the hash it is counted by."""
    rows = conn.execute(select(_FAILED.c.address, _FAILED.c.failed, _FAILED.c.at).where(_FAILED.c.name == name))
    return [Failures(*row) for row in rows]


def fail(tx: Tx, name: str, address: str, now: Millis) -> None:
    """Count one more failed try; forgotten ones go."""
    tx.conn.execute(delete(_FAILED).where(_FAILED.c.at <= now - FORGET_MS))
    made = postgresql.insert(_FAILED) if tx.conn.dialect.name == "postgresql" else sqlite.insert(_FAILED)
    tx.conn.execute(
        made.values(name=name, address=address, failed=1, at=now).on_conflict_do_update(
            index_elements=[_FAILED.c.name, _FAILED.c.address], set_={"failed": _FAILED.c.failed + 1, "at": now}
        )
    )


def succeed(tx: Tx, name: str, address: str) -> None:
    """A sign-in from an address forgives its failures, not those of others."""
    tx.conn.execute(delete(_FAILED).where(_FAILED.c.name == name, _FAILED.c.address == address))


def known_address(conn: Connection, account: str, address: str) -> bool:
    """Whether an account has been signed in from an address, as far back as sessions are kept."""
    one = select(_SESSION.c.hash).where(_SESSION.c.account == account, _SESSION.c.address == address).limit(1)
    return conn.execute(one).first() is not None
