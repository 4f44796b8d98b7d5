"""When things are stored, seen from outside: a process that reads the change log every 5 ms on its own connection.

A row of the change log is in the same transaction as the rows it speaks of: who sees it sees them. The time written
down is after the read, so it is an upper bound.
"""

from __future__ import annotations

import argparse
import sys
import time

import orjson

from store import changes
from store.database import Database, open_database

EVERY_S = 0.005


def names_of(body: str, fixes: bool) -> list[str]:
    """What a row says is stored: `unit/at` of fixes when asked for, keys of SOS events."""
    if not fixes and '"signal"' not in body:
        return []
    found: list[str] = []
    for row in orjson.loads(body):
        if row[0] == "signal":
            found.append(row[1]["key"])
        elif fixes and row[0] == "fix":
            found.append(f"{row[2]}/{row[3]}")
    return found


def follow(db: Database, until: int, timeout_s: float, fixes: bool) -> dict[str, int]:
    """name -> steady ns at which it was first seen, until that many are seen or the time is over."""
    with db.read() as conn:
        seq = changes.newest(conn)
    sys.stderr.write("reading\n")
    sys.stderr.flush()
    seen: dict[str, int] = {}
    deadline = time.monotonic() + timeout_s
    while len(seen) < until and time.monotonic() < deadline:
        with db.read() as conn:
            rows = changes.since(conn, seq, 500)
        now = time.monotonic_ns()
        for seq, body in rows:  # noqa: B007 - the last number is where the next read goes on
            for name in names_of(body, fixes):
                seen.setdefault(name, now)
        if len(rows) < 500:
            time.sleep(EVERY_S)
    return seen


def main() -> int:
    """Follow, and print what was seen as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--until", type=int, required=True)
    parser.add_argument("--timeout", type=float, required=True)
    parser.add_argument("--fixes", action="store_true")
    options = parser.parse_args()
    db = open_database(options.url)
    sys.stdout.buffer.write(orjson.dumps(follow(db, options.until, options.timeout, options.fixes)))
    db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
