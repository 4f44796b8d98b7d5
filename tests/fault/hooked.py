"""An ingest worker with a test's hook in it: `python -m tests.fault.hooked HOOK [VALUE …]`.

| Hook | What it does |
|---|---|
| `die CONNECTION N` | withholds the acknowledgements of a connection and dies when N of the ledger wait for theirs |
| `stale` | dies once an acknowledgement of an older connection was tried, and what it sent is on its way |
| `slow SECONDS` | every commit takes that long; the greatest number of waiting messages is said in the log |
| `count` | says in the log how many messages of each connection were acknowledged |
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

from ingest import assembly
from ingest.lanes import Acknowledger, Lane
from ingest.sources.mqtt import Link
from ingest.sources.mqtt_client import Arrivals, BulkClient
from store.database import Tx
from tests.fault.ground import PROBE


def die() -> None:
    """End at once, as a power switch would."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_before_acknowledging(connection: str, count: int) -> None:
    """After the commit, before the acknowledgement. Only the ledger counts: no probe, no word of our own."""
    acknowledge, put = Link.ack, Lane.put
    owed: set[int] = set()
    withheld = 0

    def watched_put(lane: Lane, link: Acknowledger, arrivals: Arrivals) -> None:
        if isinstance(link, Link) and link.client_id.endswith(f"-{connection}"):
            owed.update(mid for topic, _, mid, _ in arrivals.messages if f"/{PROBE}/" not in topic)
        put(lane, link, arrivals)

    def ack(link: Link, mids: Sequence[int], generation: int) -> bool:
        nonlocal withheld
        if not link.client_id.endswith(f"-{connection}"):
            return acknowledge(link, mids, generation)
        withheld += len(owed.intersection(mids))
        if withheld >= count:
            die()
        return True

    Lane.put = watched_put  # type: ignore[method-assign, assignment]
    Link.ack = ack  # type: ignore[method-assign, assignment]


def die_after_stale_acknowledgement() -> None:
    """What was acknowledged wrongly is gone from the broker then, and nothing is left here to hide it."""
    acknowledge = BulkClient.ack_many

    def ack_many(client: BulkClient, mids: Sequence[int], generation: int) -> bool:
        stale = bool(mids) and generation != client.generation
        sent = acknowledge(client, mids, generation)
        if stale:
            deadline = time.monotonic() + 2
            while client._out_packet and time.monotonic() < deadline:
                time.sleep(0.01)
            die()
        return sent

    BulkClient.ack_many = ack_many  # type: ignore[method-assign, assignment]


def slow(seconds: float) -> None:
    """The disk of a bad day."""
    flush, put = Tx.flush, Lane.put
    most: dict[str, int] = {}

    def slow_flush(tx: Tx) -> int:
        seq = flush(tx)
        time.sleep(seconds)
        return seq

    def watched_put(lane: Lane, link: Acknowledger, arrivals: Arrivals) -> None:
        put(lane, link, arrivals)
        if lane.waiting > most.get(lane.name, 0):
            most[lane.name] = lane.waiting
            sys.stderr.write(f"waiting {lane.name} {lane.waiting}\n")

    Tx.flush = slow_flush  # type: ignore[method-assign, assignment]
    Lane.put = watched_put  # type: ignore[method-assign, assignment]


def count_acknowledged() -> None:
    """Which of several workers took what."""
    acknowledge = Link.ack
    total: dict[str, int] = {}

    def ack(link: Link, mids: Sequence[int], generation: int) -> bool:
        sent = acknowledge(link, mids, generation)
        if sent and mids:
            total[link.client_id] = total.get(link.client_id, 0) + len(mids)
            sys.stderr.write(f"acknowledged {link.client_id} {total[link.client_id]}\n")
        return sent

    Link.ack = ack  # type: ignore[method-assign, assignment]


HOOKS: dict[str, Callable[..., None]] = {
    "die": lambda connection, count: die_before_acknowledging(connection, int(count)),
    "stale": die_after_stale_acknowledgement,
    "slow": lambda seconds: slow(float(seconds)),
    "count": count_acknowledged,
}

if __name__ == "__main__":
    HOOKS[sys.argv[1]](*sys.argv[2:])
    sys.exit(assembly.main())
