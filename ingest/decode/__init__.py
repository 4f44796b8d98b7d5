"""Bytes -> records, or `Rejected` with the reason. Pure: no wire, no clock, no database. One file a format.

`fields.py`, `times.py`, `payload.py` and `topics.py` are what the formats share; `table.py` lists them. On the alarm
topics nothing is refused: what cannot be read there is an alarm marked unreadable. See `docs/payloads.md`.
"""

from ingest.decode.alarm import carries_alarm, signals_of
from ingest.decode.records import Decoded, Record
from ingest.decode.redact import redact
from ingest.decode.table import decode_http, decode_topic, decoder_of

__all__ = [
    "Decoded",
    "Record",
    "carries_alarm",
    "decode_http",
    "decode_topic",
    "decoder_of",
    "redact",
    "signals_of",
]
