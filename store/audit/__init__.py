"""The audit log: written inside the transaction that does the deed, read by pages, verified from end to end.

`record` is what everybody calls.
"""

from __future__ import annotations

from store.audit.writing import PIECE, NoKeyError, record, record_waiting

__all__ = ["PIECE", "NoKeyError", "record", "record_waiting"]
