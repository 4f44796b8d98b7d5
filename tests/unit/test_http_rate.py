"""The token bucket of a key."""

from __future__ import annotations

from ingest.sources.http_rate import Buckets


def test_a_burst_then_the_rate() -> None:
    now = 0
    buckets = Buckets(lambda: now, rate_per_s=2.0, burst=3)
    assert [buckets.allow("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.allow("b")
    now = 500
    assert [buckets.allow("a") for _ in range(2)] == [True, False]
    now = 1_000_000
    assert [buckets.allow("a") for _ in range(4)] == [True, True, True, False]
