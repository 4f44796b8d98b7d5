"""Short names for the column types migrations are written in, so that a table reads like a list."""

from __future__ import annotations

import sqlalchemy as sa


def words(name: str, length: int | None = None, *, null: bool = False) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.String(length), nullable=null)


def millis(name: str, *, null: bool = False) -> sa.Column[int]:
    """A time in epoch milliseconds UTC, or another 64-bit number."""
    return sa.Column(name, sa.BigInteger(), nullable=null)


def serial(name: str) -> sa.Column[int]:
    """A number the database gives, ascending. SQLite does that only for a column typed INTEGER."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    """A whole number."""
    return sa.Column(name, sa.Integer(), nullable=null)


def real(name: str, *, null: bool = False) -> sa.Column[float]:
    """A double-precision number."""
    return sa.Column(name, sa.Float(), nullable=null)


def flag(name: str, *, null: bool = False) -> sa.Column[bool]:
    """True or false."""
    return sa.Column(name, sa.Boolean(), nullable=null)


def octets(name: str) -> sa.Column[bytes]:
    """Bytes as they came."""
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def key(*names: str) -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*names)


def of_station() -> sa.ForeignKeyConstraint:
    """`station` is a station of the register."""
    return sa.ForeignKeyConstraint(["station"], ["station.code"])
