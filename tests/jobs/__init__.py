"""Timed work: due or not is pure; who does it is decided by a lease, on both databases."""
