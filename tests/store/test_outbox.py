"""What is to be published, and leases: one holder at a time."""

from __future__ import annotations

import threading

from store import leases, outbox
from store.database import Database
from store.outbox import Outgoing

NOW = 1_790_000_000_000


def test_messages_wait_in_order_until_they_are_sent(db: Database) -> None:
    with db.write() as tx:
        tx.publish("a/receipt", {"id": "1"})
        tx.publish("a/state", {"state": "raised"}, retain=True)
        tx.publish("a/state", None, retain=True)
    with db.read() as conn:
        waiting = outbox.pending(conn)
        assert outbox.waiting(conn)[0] == 3
        assert outbox.pending(conn, limit=1) == waiting[:1]
    assert [(item.topic, item.payload, item.retain) for item in waiting] == [
        ("a/receipt", '{"id":"1"}', False),
        ("a/state", '{"state":"raised"}', True),
        ("a/state", "", True),
    ]
    with db.write() as tx:
        outbox.sent(tx, [item.id for item in waiting[:2]], NOW)
        outbox.sent(tx, [], NOW)
    with db.read() as conn:
        assert outbox.pending(conn) == [Outgoing(waiting[2].id, "a/state", "", True)]


def test_only_what_was_sent_is_pruned(db: Database) -> None:
    with db.write() as tx:
        for n in range(4):
            tx.publish("t", {"n": n})
    with db.write() as tx:
        ids = [item.id for item in outbox.pending(tx.conn)]
        outbox.sent(tx, ids[:3], NOW)
        assert outbox.prune(tx, NOW) == 0
        assert outbox.prune(tx, NOW + 1, limit=2) == 2
        assert outbox.prune(tx, NOW + 1) == 1
    with db.read() as conn:
        assert [item.id for item in outbox.pending(conn)] == ids[3:]
        assert outbox.waiting(conn)[0] == 1
    with db.write() as tx:
        outbox.sent(tx, ids, NOW)
    with db.read() as conn:
        assert outbox.waiting(conn) == (0, 0)


def test_a_lease_has_one_holder(db: Database) -> None:
    with db.write() as tx:
        assert leases.take(tx, "lane", "a", NOW, 10_000)
        assert not leases.take(tx, "lane", "b", NOW + 9_999, 10_000)
        assert leases.take(tx, "lane", "a", NOW + 5_000, 10_000)
        assert not leases.take(tx, "lane", "b", NOW + 14_999, 10_000)
        assert leases.take(tx, "lane", "b", NOW + 15_000, 10_000)
        assert not leases.renew(tx, "lane", "a", NOW + 15_001, 10_000)
        assert leases.renew(tx, "lane", "b", NOW + 15_001, 10_000)
    with db.read() as conn:
        assert leases.holder(conn, "lane", NOW + 15_001) == "b"
        assert leases.holder(conn, "lane", NOW + 25_001) is None
        assert leases.holder(conn, "other", NOW) is None


def test_a_lease_given_back_is_free_at_once(db: Database) -> None:
    with db.write() as tx:
        assert leases.take(tx, "lane", "a", NOW, 10_000)
        leases.release(tx, "lane", "b")
        assert not leases.take(tx, "lane", "b", NOW, 10_000)
        leases.release(tx, "lane", "a")
        assert not leases.renew(tx, "lane", "a", NOW, 10_000)
        assert leases.take(tx, "lane", "b", NOW, 10_000)


def test_a_clock_set_back_does_not_lock_a_lease_for_an_hour(db: Database) -> None:
    with db.write() as tx:
        assert leases.take(tx, "lane", "a", NOW + 3_600_000, 10_000)
        assert leases.take(tx, "lane", "b", NOW, 10_000)


def test_of_many_takers_one_gets_it(db: Database) -> None:
    got: list[str] = []

    def run(name: str) -> None:
        with db.write() as tx:
            if leases.take(tx, "lane", name, NOW, 10_000):
                got.append(name)

    threads = [threading.Thread(target=run, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
