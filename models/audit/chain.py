"""How the rows of the audit log hang together: each one's MAC covers the row and the MAC before it. Pure.

HMAC-SHA-256 (RFC 2104). The keys come from the product's secret by HKDF (RFC 5869) and are never in the database, so
whoever can write there can neither change a row nor add one that would pass. The newest row's number and MAC stand in
the head, under a mark of its own: rows missing at the end are found by it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

#: Version of the row's bytes; another way to write them gets another number.
FORM = 1

_CHANGED = "changed, inserted or moved: its MAC is not that of its content after the row before"

#: The MAC before the first row.
BEGINNING = bytes(32)

#: A row as read: seq, at, who, role, session, address, action, station, object, detail, purpose, key, mac.
Row = tuple[int, int, str, str, str, str, str, str, str, str, str, str, bytes]


def hkdf(secret: bytes, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """HKDF with SHA-256 (RFC 5869): a key for one use; knowing it gives neither the secret nor another key."""
    pseudo_random = hmac.digest(salt or bytes(32), secret, "sha256")
    block, out = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(pseudo_random, block + info + bytes([number]), "sha256")
        out += block
    return out[:length]


@dataclass(frozen=True, slots=True)
class Key:
    """What one secret gives: a public id, the key of rows, and the key of marks (heads and cuts)."""

    id: str
    rows: bytes = field(repr=False)
    marks: bytes = field(repr=False)


def key_of(secret: str) -> Key:
    """The keys of a secret."""
    given = secret.encode()
    return Key(
        hkdf(given, b"ssz audit key id", 4).hex(), hkdf(given, b"ssz audit rows"), hkdf(given, b"ssz audit marks")
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """The key new rows are sealed with, and every key that old rows may have been sealed with, by id."""

    current: Key
    known: Mapping[str, Key]


def keys_of(secret: str, old: Iterable[str] = ()) -> Keys:
    """The keys of the secret in use, and of those used before it."""
    current = key_of(secret)
    return Keys(current, {key.id: key for key in (*map(key_of, old), current)})


def row_bytes(values: tuple[object, ...]) -> bytes:
    """The canonical bytes of a row without its MAC (`Row` up to `key`): a JSON array of its form and its values (RFC
    8259), UTF-8, no blanks, only `"`, `\\` and control characters escaped."""
    return orjson.dumps((FORM, *values))


def mac_of(key: Key, before: bytes, values: tuple[object, ...]) -> bytes:
    """The MAC of a row that follows the row with the MAC `before`."""
    return hmac.digest(key.rows, before + row_bytes(values), "sha256")


@dataclass(frozen=True, slots=True)
class Mark:
    """A signed word about the row `seq` with its `mac`: a head (nothing is missing up to here) or a cut (rows up to
    it were deleted by us)."""

    kind: str
    seq: int
    mac: bytes
    at: int
    key: str
    tag: bytes

    def genuine(self, keys: Keys) -> bool:
        """Whether it was made with a key of ours."""
        key = keys.known.get(self.key)
        return key is not None and hmac.compare_digest(self.tag, _tag(key, self.kind, self.seq, self.mac, self.at))


def mark(keys: Keys, kind: str, seq: int, mac: bytes, at: int) -> Mark:
    """Make a mark with the key in use."""
    return Mark(kind, seq, mac, at, keys.current.id, _tag(keys.current, kind, seq, mac, at))


def _tag(key: Key, kind: str, seq: int, mac: bytes, at: int) -> bytes:
    return hmac.digest(key.marks, orjson.dumps((FORM, kind, seq, mac.hex(), at)), "sha256")


class Fault(StrEnum):
    """What can be wrong with the log; the words of it are a screen's."""

    MISSING = "missing"
    CHANGED = "changed"
    KEY = "key"
    HEAD = "head"
    CUT = "cut"
    ELSEWHERE = "elsewhere"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Bad:
    """The first thing that is not as it was written: at which row, what is wrong in a sentence, and its kind."""

    seq: int
    why: str
    fault: Fault

    def __str__(self) -> str:
        return f"row {self.seq}: {self.why}"


class Following:
    """Rows followed one by one in the order of their numbers. `cut`: the row the oldest one kept must follow."""

    def __init__(self, keys: Keys, cut: Mark | None) -> None:
        self._known = keys.known
        self.seq = cut.seq if cut else 0
        self.mac = cut.mac if cut else BEGINNING

    def follow(self, rows: Iterable[Row]) -> Bad | None:
        """Go on with these rows; the first that does not follow the one before it."""
        seq, mac, known = self.seq, self.mac, self._known
        digest, dumps = hmac.digest, orjson.dumps
        for row in rows:
            seq += 1
            if row[0] != seq:
                return Bad(seq, f"missing: row {row[0]} follows row {seq - 1}", Fault.MISSING)
            key = known.get(row[11])
            if key is None:
                return Bad(seq, f"sealed with the key {row[11]!r}, which is not one of ours", Fault.KEY)
            # What `mac_of` does, written out: a million calls are a second.
            mac = digest(key.rows, mac + dumps((FORM, *row[:12])), "sha256")
            if mac != row[12]:
                return Bad(seq, _CHANGED, Fault.CHANGED)
        self.seq, self.mac = seq, mac
        return None
